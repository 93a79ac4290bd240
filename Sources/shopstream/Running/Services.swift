import Dispatch
import Foundation
import Logging
import Pipeline
import ServiceLifecycle
import Web

/// The lines: end by themselves, by a fault, or drained when the group shuts down.
struct LineService: Service {
    let runner: Runner

    func run() async throws {
        runner.start()
        try await withGracefulShutdownHandler {
            try await runner.join()
        } onGracefulShutdown: {
            runner.stop()
        }
    }
}

/// An HTTP server on one address.
struct WebService: Service {
    private let server: Server

    /// - Throws: ``Exit`` with code 69 when the address cannot be had.
    init(_ address: ListenAddress, _ site: Site, log: Logger) throws {
        do {
            server = try Server(address, site)
        } catch {
            throw Exit(.unavailable, "HTTP on \(address): \(error.reason); choose another address, or none")
        }
        log.info("HTTP on http://\(address)")
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await server.run()
        } onGracefulShutdown: {
            server.stop()
        }
    }
}

/// Looks at the lines once a second and tells the log what an operator wants to know.
struct WatchService: Service {
    let runner: Runner
    let stallLimit: Int64
    let log: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var watch = Watch(start: Clock.wall(), stallLimit: stallLimit)
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                for note in watch.look(at: runner.statuses, runner.condition, now: Clock.wall()) {
                    log.log(level: note.level, "\(note.text)")
                }
            }
        }
    }
}

extension WallClock {
    static let system = WallClock { Clock.wall() }
}
