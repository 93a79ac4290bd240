/// A request, as far as anything here looks at it.
public struct WebRequest: Sendable {
    public var method: String
    /// As it was sent: percent-encoded, without the query.
    public var path: String
    public var host: String?
    public var authorization: String?
    public var hasBody: Bool

    public init(
        method: String = "GET",
        path: String,
        host: String? = "localhost",
        authorization: String? = nil,
        hasBody: Bool = false
    ) {
        self.method = method
        self.path = path
        self.host = host
        self.authorization = authorization
        self.hasBody = hasBody
    }

    static let longestPath = 2_048

    /// The answer to what is too long or asks for too much; nil for a request that may be looked at.
    var refusal: WebAnswer? {
        if path.utf8.count > WebRequest.longestPath { return .refused(414, "the path is too long") }
        if method != "GET", method != "HEAD" {
            var answer = WebAnswer.refused(405, "only GET and HEAD are answered")
            answer.headers.append(("Allow", "GET, HEAD"))
            return answer
        }
        return hasBody ? .refused(413, "no request here has a body") : nil
    }
}

/// An answer with its body in memory.
public struct WebAnswer: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    init(_ status: Int, _ type: String, _ body: [UInt8]) {
        self.status = status
        headers = [
            ("Content-Type", type), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'"),
        ]
        self.body = body
    }

    static func text(_ text: String, status: Int = 200) -> WebAnswer {
        WebAnswer(status, "text/plain; charset=utf-8", Array(text.utf8))
    }

    static func page(_ html: String) -> WebAnswer { WebAnswer(200, "text/html; charset=utf-8", Array(html.utf8)) }

    /// What scrapers expect (Prometheus' exposition format 0.0.4).
    static func metrics(_ text: String) -> WebAnswer {
        WebAnswer(200, "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
    }

    static func json(_ value: some Encodable, status: Int = 200) -> WebAnswer {
        WebAnswer(status, "application/json", JSONText.of(value))
    }

    static func refused(_ status: Int, _ reason: String) -> WebAnswer { json(["error": reason], status: status) }
}
