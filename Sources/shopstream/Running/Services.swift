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

/// The HTTP server.
struct WebService: Service {
    private let address: ListenAddress
    private let site: Site
    private let log: Logger

    init(_ address: ListenAddress, _ desk: any Desk, token: [UInt8]?, longestTurn: Int64, log: Logger) {
        self.address = address
        self.log = log
        let access: Access = address.isLoopback ? .local : token.map { .token($0) } ?? .nobody
        site = Site(desk, access: access, health: Health(longestTurn: longestTurn), clock: .system)
        if case .nobody = access {
            log.notice(
                "HTTP serves health and metrics only: customers and products off loopback need --http-token-file"
            )
        }
    }

    func run() async throws {
        let server = try Server(address, site)
        let isStopping = StopFlag()
        try await withGracefulShutdownHandler {
            do {
                log.info("HTTP on http://\(address)")
                try await server.run()
            } catch  where !isStopping.isSet && !Task.isCancelled {
                throw Exit(.unavailable, "HTTP on \(address): \(error.reason); choose another --http, or none")
            } catch {}
        } onGracefulShutdown: {
            isStopping.set()
            Task { await server.stop() }
        }
    }
}

/// Looks at the lines once a second and tells the log what an operator wants to know.
struct WatchService: Service {
    let runner: Runner
    let log: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var watch = Watch(start: Clock.wall())
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                for note in watch.look(at: runner.statuses, now: Clock.wall()) {
                    log.log(level: note.level, "\(note.text)")
                }
            }
        }
    }
}

extension WallClock {
    static let system = WallClock { Clock.wall() }
}
