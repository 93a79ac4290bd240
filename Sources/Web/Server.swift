import FlyingFox
import FlyingSocks
import Foundation

/// The HTTP server, and the only file that knows its package: turns requests into ``WebRequest`` and asks the ``Site``.
public final class Server: Sendable {
    private let server: HTTPServer

    /// Seconds that one answer may take.
    private static let timeout = 10.0
    /// Bytes of a body that are held at once; none of our requests has one.
    private static let bodyBytes = 1_024

    public init(_ address: ListenAddress, _ site: Site) throws {
        server = HTTPServer(config: try Server.configuration(address), handler: SiteHandler(site: site))
    }

    /// Serves until ``stop()``, or until its task is cancelled.
    public func run() async throws { try await server.run() }

    /// Returns when connections are accepted.
    public func waitUntilListening() async throws { try await server.waitUntilListening(timeout: 5) }

    public func stop() async { await server.stop(timeout: 1) }

    /// The address as the system has it: with the port it chose, where zero was asked for.
    public var port: UInt16? {
        get async {
            switch await server.listeningAddress {
            case .ip4(_, let port), .ip6(_, let port): port
            default: nil
            }
        }
    }

    /// Whether nobody listens there. Another process may still be faster.
    public static func isFree(_ address: ListenAddress) -> Bool {
        do {
            let configuration = try configuration(address)
            let socket = try Socket(domain: Int32(type(of: configuration.address).family))
            defer { try? socket.close() }
            try socket.setValue(true, for: .localAddressReuse)
            try socket.bind(to: configuration.address)
            try socket.listen()
            return true
        } catch {
            return false
        }
    }

    private static func configuration(_ address: ListenAddress) throws -> HTTPServer.Configuration {
        func made(_ socket: some SocketAddress) -> HTTPServer.Configuration {
            HTTPServer.Configuration(
                address: socket,
                timeout: timeout,
                sharedRequestBufferSize: bodyBytes,
                sharedRequestReplaySize: 0,
                logger: .disabled
            )
        }
        if address.isVersion6 { return made(try sockaddr_in6.inet6(ip6: address.host, port: address.port)) }
        return made(try sockaddr_in.inet(ip4: address.host, port: address.port))
    }
}

/// Between the package's words and ours. Says nothing of a request to any log: paths hold customers' names.
private struct SiteHandler: HTTPHandler {
    let site: Site

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        let answer = await site.answer(
            WebRequest(
                method: request.method.rawValue,
                path: request.target.path(),
                host: request.headers[.host],
                authorization: request.headers[.authorization],
                headerBytes: request.headers.reduce(0) { $0 + $1.key.rawValue.utf8.count + $1.value.utf8.count },
                hasBody: (request.bodySequence.count ?? 1) > 0
            )
        )
        var headers = HTTPHeaders()
        for (name, value) in answer.headers { headers[HTTPHeader(name)] = value }
        return HTTPResponse(
            statusCode: HTTPStatusCode(answer.status, phrase: answer.phrase),
            headers: headers,
            body: Data(answer.body)
        )
    }
}
