import Events
import Pipeline

/// What orchestrators want to know of the lines. Pure.
public struct Health: Sendable {
    /// Silence of a line after which the broker would give its partitions away, in ms: `max.poll.interval.ms`.
    public var longestTurn: Int64

    public init(longestTurn: Int64 = 300_000) { self.longestTurn = longestTurn }

    /// How far the lines are with getting their state back.
    struct Readiness: Encodable, Equatable {
        var isReady: Bool
        var lines: [Line]

        struct Line: Encodable, Equatable {
            var name: String
            var isReady: Bool
            var partitionsReady: Int
            var partitionsRestoring: Int
            var recordsRestored: UInt64
            var knowledgeRows: Int
        }
    }

    /// Lines that have not turned for too long; one that has not turned yet is starting, which takes its time.
    func stuck(_ statuses: [LineStatus], at now: Int64) -> [String] {
        statuses.filter { !$0.hasFinished && $0.turnedAt > 0 && now - $0.turnedAt > longestTurn }.map(\.name)
    }

    func readiness(_ statuses: [LineStatus]) -> Readiness {
        let lines = statuses.map { status in
            Readiness.Line(
                name: status.name,
                isReady: status.isReady,
                partitionsReady: status.partitionsLive,
                partitionsRestoring: status.partitionsAwaiting,
                recordsRestored: status.recordsRestored,
                knowledgeRows: status.knowledgeRows
            )
        }
        return Readiness(isReady: !lines.isEmpty && lines.allSatisfy(\.isReady), lines: lines)
    }
}
