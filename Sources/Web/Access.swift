/// Who may ask. Probes hold no names and are open to all who can connect.
public enum Access: Sendable {
    /// Loopback: whoever is on this machine, but about single customers and products no page that a browser was lured
    /// to by a name of its own.
    case local
    /// Only with the token of `--http-token-file`.
    case token([UInt8])

    /// The answer to those who may not; nil for those who may.
    /// - Parameter showsOne: a single customer or product is asked about.
    func refusal(of request: WebRequest, showsOne: Bool) -> WebAnswer? {
        switch self {
        case .local:
            let isFine = !showsOne || Access.isPlain(request.host ?? "")
            return isFine ? nil : .refused(421, "ask by address or as localhost")
        case .token(let token):
            if Access.isEqual(Access.bearer(request.authorization), token) { return nil }
            var answer = WebAnswer.refused(401, "a bearer token is needed")
            answer.headers.append(("WWW-Authenticate", "Bearer"))
            return answer
        }
    }

    private static func bearer(_ header: String?) -> [UInt8] {
        guard let header, header.prefix(7).lowercased() == "bearer " else { return [] }
        return Array(header.dropFirst(7).utf8)
    }

    /// Takes a time that depends on the given bytes' count alone: neither what is wanted nor its length shows.
    static func isEqual(_ given: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard !wanted.isEmpty else { return false }
        var difference = given.count ^ wanted.count
        for index in given.indices { difference |= Int(given[index] ^ wanted[index % wanted.count]) }
        return difference == 0
    }

    /// `localhost` or a numeric address, with or without a port: names that only a resolver gives are not ours.
    private static func isPlain(_ host: String) -> Bool {
        ListenAddress(host) != nil || ListenAddress(host + ":80") != nil
    }
}
