import Engine
import Events
import Foundation
import Pipeline
import Testing

@testable import Web

/// Pages by path, as values.
@Suite struct SiteTests {
    private func site(
        _ desk: FakeDesk = FakeDesk(),
        _ access: Access = .local,
        _ scope: Site.Scope = .everything
    ) -> Site {
        Site(desk, access: access, scope: scope, clock: WallClock { 2_000_000 })
    }

    private func get(_ path: String, _ site: Site? = nil) async -> WebAnswer {
        await (site ?? self.site()).answer(WebRequest(path: path))
    }

    private func codes(_ paths: String..., of site: Site? = nil) async -> [Int] {
        var codes: [Int] = []
        for path in paths { codes.append(await get(path, site).status) }
        return codes
    }

    @Test func `health tells live from ready`() async {
        #expect(await codes("/livez", "/readyz") == [200, 200])
        var stuck = LineStatus.busy
        stuck.turnedAt = 2_000_000 - 300_001
        stuck.isReady = false
        stuck.partitionsAwaiting = 3
        let site = site(FakeDesk(statuses: [stuck]))
        #expect(await get("/livez", site).status == 503)
        let ready = await get("/readyz", site)
        #expect(ready.status == 503)
        #expect(ready.text.contains(#""partitions_restoring":3"#))
    }

    @Test func `not being ready has its reasons, with what to do`() async {
        var restoring = LineStatus.busy
        restoring.isReady = false
        restoring.partitionsAwaiting = 3
        var stalled = LineStatus.busy
        stalled.progressedAt = 1_900_000
        stalled.trouble = "committing the transaction: _TIMED_OUT; check brokers and network"
        var away = ClusterCondition()
        away.health.isReachable = false
        away.health.reason = "kafka:9092: Connection refused"
        let given: [(FakeDesk, String)] = [
            (FakeDesk(statuses: [restoring]), "restores its state: 8 of 11 partitions are ready; wait"),
            (FakeDesk(statuses: [stalled]), "does not get on since 100 s, 42 records wait: committing the transaction"),
            (FakeDesk(condition: away), "no broker answers (kafka:9092: Connection refused): check brokers, network"),
        ]
        for (desk, reason) in given {
            let answer = await get("/readyz", site(desk))
            #expect(answer.status == 503 && answer.text.contains(reason), "\(answer.text)")
        }
        #expect(await get("/readyz").text.contains(#""reasons":[]"#))
    }

    @Test func `a line that has not turned yet is starting`() async {
        let site = site(FakeDesk(statuses: [LineStatus()]))
        #expect(await codes("/livez", "/readyz", of: site) == [200, 503])
    }

    @Test func `names are percent-decoded and answered as JSON`() async {
        let answer = await get("/customers/%E5%BC%A0%20san%2F1")
        #expect(answer.status == 200 && answer.headers.contains { $0 == ("Content-Type", "application/json") })
        #expect(answer.text.contains(#""customer":"张 san/1""#) && answer.text.contains(#""is_anonymous":false"#))
        #expect(await get("/products/p1").text.contains(#""product":"p1""#))
        #expect(await get("/recommendations/u1").text.contains(#""reason":"popular""#))
    }

    @Test func `unknown is 404, silence is 503`() async {
        let unknown = await codes("/customers/nobody", "/customers/", "/customers/%FF", "/elsewhere", "/customers")
        #expect(unknown == [404, 404, 404, 404, 404])
        #expect(await codes("/customers/late", "/customers/busy") == [503, 503])
    }

    @Test func `with a token only probes go without it`() async {
        let token = site(FakeDesk(), .token(Array("0123456789abcdef".utf8)))
        var request = WebRequest(path: "/customers/u1", host: "shop.example.com")
        #expect(await token.answer(request).status == 401)
        request.authorization = "Bearer 0123456789abcdeX"
        #expect(await token.answer(request).status == 401)
        request.authorization = "bearer 0123456789abcdef"
        #expect(await token.answer(request).status == 200)
        request.method = "HEAD"
        #expect(await token.answer(request).status == 200)
        #expect(await codes("/livez", "/readyz", "/healthz", of: token) == [200, 200, 200])
        #expect(
            await codes("/", "/metrics", "/status", "/version", "/elsewhere", of: token) == [401, 401, 401, 401, 401]
        )
    }

    @Test func `the second address shows probes and metrics, and nobody`() async {
        let second = site(FakeDesk(), .token(Array("0123456789abcdef".utf8)), .probesAndMetrics)
        #expect(await codes("/livez", "/readyz", "/metrics", of: second) == [200, 200, 200])
        var request = WebRequest(path: "/customers/u1", authorization: "Bearer 0123456789abcdef")
        #expect(await second.answer(request).status == 404)
        request.path = "/status"
        #expect(await second.answer(request).status == 404)
    }

    @Test func `no answer is kept by anybody, and none shows what is inside`() async {
        let paths = ["/", "/metrics", "/status", "/customers/u1", "/customers/nobody", "/elsewhere/../etc/passwd"]
        for path in paths {
            let answer = await get(path)
            #expect(answer.headers.contains { $0 == ("Cache-Control", "no-store") })
            #expect(answer.headers.contains { $0 == ("X-Content-Type-Options", "nosniff") })
            #expect(answer.status == 200 || answer.body.count < 80)
        }
    }

    @Test func `on loopback a foreign host name is turned away`() async {
        #expect(await site().answer(WebRequest(path: "/customers/u1", host: "evil.example.com")).status == 421)
        #expect(await site().answer(WebRequest(path: "/customers/u1", host: "127.0.0.1:8080")).status == 200)
        #expect(await site().answer(WebRequest(path: "/customers/u1", host: "localhost:8080")).status == 200)
    }

    @Test func `what is too long or neither GET nor HEAD is refused`() async {
        #expect(await get("/customers/" + String(repeating: "a", count: 2_048)).status == 414)
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"] {
            let refused = await site().answer(WebRequest(method: method, path: "/livez"))
            #expect(refused.status == 405 && refused.headers.contains { $0 == ("Allow", "GET, HEAD") })
        }
        #expect(await site().answer(WebRequest(path: "/livez", hasBody: true)).status == 413)
    }

    @Test func `the page loads nothing from elsewhere`() async {
        let page = await get("/")
        #expect(page.text.contains("<title>Shopstream</title>") && !page.text.contains("://"))
        #expect(await get("/status").text.contains(#""customers":1234"#))
    }
}

extension WebAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// Knows everybody but `nobody`, and has its moods.
struct FakeDesk: Desk {
    var statuses: [LineStatus] = [.busy]
    var condition = ClusterCondition()

    func customer(_ name: String) async throws(Unanswered) -> CustomerView? {
        try await mood(name)
        return name == "nobody" ? nil : Fake.customer(name)
    }

    func product(_ name: String) async throws(Unanswered) -> ProductView? { Fake.product(name) }
    func list(of customer: String) async throws(Unanswered) -> ListView? { Fake.list(customer) }

    private func mood(_ name: String) async throws(Unanswered) {
        if name == "late" { throw .late }
        if name == "busy" { throw .busy }
    }
}

/// Views as the engine gives them, of a small fold.
enum Fake {
    private static func line(_ customer: String, _ product: String) -> String {
        #"{"type":"track","event":"Product Viewed","userId":"\#(customer)","timestamp":"2026-01-01T00:00:00Z","properties":{"product_id":"\#(product)"}}"#
    }

    private static func folded(_ customer: String, _ product: String) -> Replayer {
        let replayer = Replayer()
        for text in [line("other", product), line(customer, "p0"), line("other", product)] {
            Array(text.utf8).withUnsafeBytes { replayer.fold(key: .none, value: Bytes($0)) }
        }
        return replayer
    }

    static func customer(_ name: String) -> CustomerView? {
        guard case .customers(let state) = folded(name, "p1").customers.state else { return nil }
        return Array(name.utf8).withUnsafeBytes { state.view(of: Bytes($0)) }
    }

    static func product(_ name: String) -> ProductView? {
        guard case .products(let state) = folded("u1", name).products.state else { return nil }
        return Array(name.utf8).withUnsafeBytes { state.view(of: Bytes($0)) }
    }

    static func list(_ customer: String) -> ListView? {
        guard case .customers(let state) = folded(customer, "p1").customers.state else { return nil }
        return Array(customer.utf8).withUnsafeBytes { state.list(for: Bytes($0)) }
    }
}
