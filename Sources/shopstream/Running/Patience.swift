import Logging
import Pipeline

/// Waits for a cluster that cannot be reached yet.
enum Patience {
    /// Tries for half a minute, as long as trying again may help.
    static func whileUnreachable<Answer>(
        log: Logger,
        for limit: Int64 = 30_000,
        _ ask: () throws(Fault) -> Answer
    ) async throws -> Answer {
        let end = Clock.monotonic() + limit
        while true {
            do throws(Fault) {
                return try ask()
            } catch {
                guard error.recovery == .retry, Clock.monotonic() < end else { throw error }
                log.info("\(error); trying again")
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}
