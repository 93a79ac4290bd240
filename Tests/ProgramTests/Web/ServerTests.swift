import Foundation
import Glibc
import Pipeline
import Testing

@testable import Web

/// The server on loopback, asked over real sockets.
@Suite struct ServerTests {
    /// Where many tests share few threads, an answer takes its time.
    private static var patient: ServingLimits {
        var limits = ServingLimits()
        (limits.head, limits.answer, limits.write) = (600_000, 600_000, 600_000)
        return limits
    }

    private func serving(_ limits: ServingLimits = patient, _ body: (UInt16) async throws -> Void) async throws {
        let site = Site(FakeDesk(), access: .local, clock: WallClock { 2_000_000 })
        let server = try Server(ListenAddress(host: "127.0.0.1", port: 0), site, limits)
        let task = Task { await server.run() }
        do {
            try await body(server.port)
        } catch {
            server.stop()
            throw error
        }
        server.stop()
        await task.value
    }

    private func get(_ port: UInt16, _ path: String) async throws -> (status: Int, type: String, text: String) {
        let client = try Client(port)
        client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let parts = try await client.answer().split(separator: "\r\n\r\n", maxSplits: 1)
        let head = try #require(parts.first).split(separator: "\r\n")
        let status = try #require(head.first).split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let type = head.first { $0.hasPrefix("Content-Type: ") }?.dropFirst(14) ?? ""
        return (try #require(status), String(type), parts.count > 1 ? String(parts[1]) : "")
    }

    @Test func `pages come over the wire`() async throws {
        try await serving { port in
            let live = try await get(port, "/livez")
            #expect(live.status == 200 && live.text == "ok\n")
            let metrics = try await get(port, "/metrics")
            #expect(metrics.type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.text.contains("shopstream_ready 1"))
            let customer = try await get(port, "/customers/a%2Fb%20c")
            #expect(customer.status == 200 && customer.text.contains(#""customer":"a/b c""#))
            #expect(try await get(port, "/customers/nobody").status == 404)
            #expect(try await get(port, "/customers/late").status == 503)
        }
    }

    @Test func `a taken port is not free`() async throws {
        try await serving { port in
            let address = ListenAddress(host: "127.0.0.1", port: port)
            #expect(!Server.isFree(address))
            let error = #expect(throws: (any Error).self) {
                try Server(address, Site(FakeDesk(), access: .local, clock: WallClock { 0 }))
            }
            #expect(error.map { "\($0)" } == "binding: Address already in use")
        }
    }

    @Test func `both families are served`() throws {
        let site = Site(FakeDesk(), access: .local, clock: WallClock { 0 })
        #expect(try Server(ListenAddress(host: "127.0.0.1", port: 0), site).port > 0)
        #expect(throws: (any Error).self) { try Server(ListenAddress(host: ":::", port: 0), site) }
    }

    /// Four connections are allowed; forty that say nothing, or a little, or too much, keep nobody out.
    @Test func `clients that hold on keep nobody out`() async throws {
        var limits = Self.patient
        limits.connections = 4
        try await serving(limits) { port in
            var idlers: [Client] = []
            for index in 0..<40 {
                let idler = try Client(port)
                idler.send(["", "GET /li", "GET / HTTP/1.1\r\nX: "][index % 3])
                idlers.append(idler)
            }
            for _ in 0..<8 { #expect(try await get(port, "/livez").status == 200) }
            #expect(idlers.filter(\.isClosed).count >= 36, "those that came first have given way")
        }
    }

    @Test func `a head that comes byte by byte is cut off in time`() async throws {
        var limits = Self.patient
        limits.head = 150
        try await serving(limits) { port in
            let slow = try Client(port)
            for byte in "GET /livez HTTP/1.1\r\nHost: localhost\r\nX: yyyyyyyyyy" {
                slow.send(String(byte))
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await slow.answer().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        }
    }

    /// The client has not stopped sending: the answer reaches it all the same.
    @Test func `a head without end is answered and not kept`() async throws {
        try await serving { port in
            let loud = try Client(port)
            loud.send("GET /livez HTTP/1.1\r\nX: " + String(repeating: "y", count: 60_000))
            #expect(try await loud.answer().hasPrefix("HTTP/1.1 431 "))
            let wrong = try Client(port)
            wrong.send("\u{16}\u{3}\u{1} no HTTP\r\n\r\n")
            #expect(try await wrong.answer().hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func `requests of all clients are answered at once`() async throws {
        try await serving { port in
            let clients = try (0..<32).map { _ in try Client(port) }
            for (index, client) in clients.enumerated() {
                client.send("GET /customers/u\(index) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            }
            for (index, client) in clients.enumerated() {
                #expect(try await client.answer().contains("\"customer\":\"u\(index)\""))
            }
        }
    }
}

/// A socket without manners.
private final class Client {
    private let descriptor: Int32

    init(_ port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let code = withUnsafePointer(to: &place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
    }

    deinit { close(descriptor) }

    func send(_ text: String) { _ = Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }

    /// Everything up to the end. Blocks no thread: the server's answers need one.
    func answer() async throws -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        for _ in 0..<60_000 {
            let got = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            if got > 0 {
                bytes += chunk[..<got]
            } else if got < 0, errno == EAGAIN {
                try await Task.sleep(for: .milliseconds(5))
            } else {
                break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    var isClosed: Bool {
        var byte: UInt8 = 0
        let got = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
        return got == 0 || got < 0 && errno != EAGAIN
    }
}
