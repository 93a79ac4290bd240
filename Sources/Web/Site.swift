import Events
import Foundation
public import Pipeline

/// What is answered where. No sockets here: a request comes in as a value and an answer goes out as one.
public struct Site: Sendable {
    private let desk: any Desk
    private let access: Access
    private let scope: Scope
    private let health: Health
    private let clock: WallClock
    private let librdkafka: String?

    /// What an address shows.
    public enum Scope: Sendable {
        case everything
        /// Nothing about customers and products, and to all who can connect.
        case probesAndMetrics
    }

    /// - Parameter librdkafka: its version, where Kafka is spoken.
    public init(
        _ desk: any Desk,
        access: Access,
        scope: Scope = .everything,
        health: Health = Health(),
        clock: WallClock,
        librdkafka: String? = nil
    ) {
        self.desk = desk
        self.access = access
        self.scope = scope
        self.health = health
        self.clock = clock
        self.librdkafka = librdkafka
    }

    public func answer(_ request: WebRequest) async -> WebAnswer {
        if let refusal = request.refusal { return refusal }
        switch (request.path, scope) {
        case ("/livez", _), ("/healthz", _): return livez()
        case ("/readyz", _): return readyz()
        case ("/metrics", .probesAndMetrics): return metrics()
        case (_, .probesAndMetrics): return .refused(404, "here are /livez, /readyz and /metrics")
        case (_, .everything): return await shop(request)
        }
    }

    private func shop(_ request: WebRequest) async -> WebAnswer {
        let parts = request.path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let showsOne = parts.count == 3 && ["customers", "products", "recommendations"].contains(parts[1])
        if let refusal = access.refusal(of: request, showsOne: showsOne) { return refusal }
        switch request.path {
        case "/": return .page(StatusPage.html)
        case "/metrics": return metrics()
        case "/version": return .json(["version": "\(Shopstream.version)"])
        case "/status": return .json(Overview(desk.statuses, at: clock.now()))
        case _ where showsOne: return await one(parts[1], parts[2])
        default: return .refused(404, "no such page; see /")
        }
    }

    private func livez() -> WebAnswer {
        let stuck = health.stuck(desk.statuses, at: clock.now())
        guard !stuck.isEmpty else { return .text("ok\n") }
        return .text("stuck: \(stuck.joined(separator: ", "))\n", status: 503)
    }

    private func readyz() -> WebAnswer {
        let readiness = health.readiness(desk.statuses, desk.condition, at: clock.now())
        return .json(readiness, status: readiness.isReady ? 200 : 503)
    }

    private func metrics() -> WebAnswer {
        .metrics(
            LineMetrics.text(
                desk.statuses,
                desk.condition,
                health,
                process: ProcessFigures.read(),
                librdkafka: librdkafka,
                at: clock.now()
            )
        )
    }

    /// `/customers/{id}`, `/products/{id}`, `/recommendations/{id}`.
    private func one(_ kind: Substring, _ id: Substring) async -> WebAnswer {
        guard let name = String(id).removingPercentEncoding, !name.isEmpty, name.utf8.count <= Limits.identifier
        else { return .refused(404, "not a name") }
        do throws(Unanswered) {
            switch kind {
            case "customers": return Site.found(try await desk.customer(name))
            case "products": return Site.found(try await desk.product(name))
            default: return Site.found(try await desk.list(of: name))
            }
        } catch {
            return .refused(503, error == .busy ? "too many questions wait" : "no answer in time; try again")
        }
    }

    private static func found(_ view: (some Encodable)?) -> WebAnswer {
        view.map { .json($0) } ?? .refused(404, "not known to this process")
    }
}
