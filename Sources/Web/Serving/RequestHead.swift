/// Reads the head of a request as RFC 9112 writes it, and nothing else: what is unclear is refused, not guessed.
enum RequestHead {
    enum Outcome {
        case request(WebRequest)
        case refused(WebAnswer)
    }

    /// Index behind the empty line that ends the head; nil while it has not come.
    /// - Parameter seen: bytes that an earlier look has covered.
    static func end(in bytes: [UInt8], after seen: Int) -> Int? {
        var index = max(0, seen - 3)
        while index + 4 <= bytes.count {
            if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 {
                return index + 4
            }
            index += 1
        }
        return nil
    }

    /// - Parameter bytes: a head with its empty line.
    static func read(_ bytes: ArraySlice<UInt8>, headers limit: Int) -> Outcome {
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 9 || $0 == 10 || $0 == 13 }) else { return bad }
        // Swift's "\r\n" is one character, and so a lone CR or LF is none of ours.
        let lines = String(decoding: bytes.dropLast(4), as: UTF8.self).split(
            separator: "\r\n",
            omittingEmptySubsequences: false
        )
        guard let first = lines.first, !lines.contains(where: { $0.contains("\r") || $0.contains("\n") }) else {
            return bad
        }
        guard lines.count - 1 <= limit else { return .refused(.refused(431, "too many headers")) }
        guard let headers = fields(lines.dropFirst()) else { return bad }
        return request(first, headers)
    }

    private static let bad = Outcome.refused(.refused(400, "this is no HTTP request"))

    private static func request(_ line: Substring, _ headers: [String: String]) -> Outcome {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[1].hasPrefix("/") else { return bad }
        guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
            return .refused(.refused(505, "HTTP/1.1 is spoken here"))
        }
        if words[2] == "HTTP/1.1", headers["host"] == nil { return bad }
        return .request(
            WebRequest(
                method: String(words[0]),
                path: String(words[1].prefix { $0 != "?" }),
                host: headers["host"],
                authorization: headers["authorization"],
                hasBody: headers["transfer-encoding"] != nil || headers["content-length"] ?? "0" != "0"
            )
        )
    }

    /// By lower-case name. Nil for a line that is no field, and for a field that counts and comes twice.
    private static func fields(_ lines: ArraySlice<Substring>) -> [String: String]? {
        var fields: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
            let name = line[..<colon].lowercased()
            guard !name.contains(where: { $0 == " " || $0 == "\t" }) else { return nil }
            let isOnce = ["host", "authorization", "content-length", "transfer-encoding"].contains(name)
            if isOnce, fields[name] != nil { return nil }
            let value = line[line.index(after: colon)...]
            fields[name] = String(
                value.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }
                    .reversed()
            )
        }
        return fields
    }
}
