import Foundation
import Pipeline
import Testing

@testable import Web

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The server on loopback, asked over a real socket.
@Suite struct ServerTests {
    private func serving(_ body: (String) async throws -> Void) async throws {
        let site = Site(FakeDesk(), access: .local, clock: WallClock { 2_000_000 })
        let server = try Server(ListenAddress(host: "127.0.0.1", port: 0), site)
        let task = Task { try await server.run() }
        try await server.waitUntilListening()
        let port = try #require(await server.port)
        try await body("http://127.0.0.1:\(port)")
        await server.stop()
        _ = await task.result
    }

    private func get(_ url: String) async throws -> (status: Int, type: String, text: String) {
        let (data, response) = try await URLSession.shared.data(from: #require(URL(string: url)))
        let http = try #require(response as? HTTPURLResponse)
        return (
            http.statusCode, http.value(forHTTPHeaderField: "Content-Type") ?? "", String(decoding: data, as: UTF8.self)
        )
    }

    @Test func `pages come over the wire`() async throws {
        try await serving { base in
            let live = try await get(base + "/livez")
            #expect(live.status == 200 && live.text == "ok\n")
            let metrics = try await get(base + "/metrics")
            #expect(metrics.type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.text.contains("shopstream_ready 1"))
            let customer = try await get(base + "/customers/a%2Fb%20c")
            #expect(customer.status == 200 && customer.text.contains(#""customer":"a/b c""#))
            #expect(try await get(base + "/customers/nobody").status == 404)
            #expect(try await get(base + "/customers/late").status == 503)
        }
    }

    @Test func `a taken port is not free`() async throws {
        try await serving { base in
            let port = try #require(URL(string: base)?.port)
            #expect(!Server.isFree(ListenAddress(host: "127.0.0.1", port: UInt16(port))))
        }
    }
}
