/// Who may ask about single customers and products. Health and metrics hold no names and are open to all who can
/// connect.
public enum Access: Sendable {
    /// Loopback: whoever is on this machine, but no page that a browser was lured to by a name of its own.
    case local
    /// Off loopback with the token of `--http-token-file`.
    case token([UInt8])
    /// Off loopback without a token: nobody.
    case nobody

    /// The answer to those who may not; nil for those who may.
    func refusal(of request: WebRequest) -> WebAnswer? {
        switch self {
        case .local:
            return Access.isPlain(request.host ?? "") ? nil : .refused(421, "ask by address or as localhost")
        case .token(let token):
            if Access.isEqual(Access.bearer(request.authorization), token) { return nil }
            var answer = WebAnswer.refused(401, "a bearer token is needed")
            answer.headers.append(("WWW-Authenticate", "Bearer"))
            return answer
        case .nobody: return .refused(403, "off loopback this needs --http-token-file")
        }
    }

    private static func bearer(_ header: String?) -> [UInt8] {
        guard let header, header.prefix(7).lowercased() == "bearer " else { return [] }
        return Array(header.dropFirst(7).utf8)
    }

    /// Takes as long wherever the two differ; only the length shows.
    static func isEqual(_ given: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard given.count == wanted.count, !wanted.isEmpty else { return false }
        return zip(given, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// `localhost` or a numeric address, with or without a port: names that only a resolver gives are not ours.
    private static func isPlain(_ host: String) -> Bool {
        ListenAddress(host) != nil || ListenAddress(host + ":80") != nil
    }
}
