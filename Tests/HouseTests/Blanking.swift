/// Replaces comments, and then string literals, by spaces; line breaks stay. Knows nested block comments, raw and
/// multi-line strings; the code inside an interpolation counts as part of its string. Regex literals are taken for
/// code.
struct Blanking {
    private(set) var withoutComments: [UInt8] = []
    private(set) var code: [UInt8] = []

    private enum Part { case code, comment, string }

    private let text: [UInt8]
    private var at = 0

    init(_ source: String) {
        text = Array(source.utf8)
        withoutComments.reserveCapacity(text.count)
        code.reserveCapacity(text.count)
        while at < text.count { scan() }
    }

    private mutating func scan() {
        switch text[at] {
        case UInt8(ascii: "/") where follows("//"):
            while at < text.count, text[at] != UInt8(ascii: "\n") { take(.comment) }
        case UInt8(ascii: "/") where follows("/*"): blockComment()
        case UInt8(ascii: "\""), UInt8(ascii: "#"):
            if let hashes = stringOpening() { string(hashes) } else { take(.code) }
        default: take(.code)
        }
    }

    private mutating func take(_ part: Part, count: Int = 1) {
        for byte in text[at..<min(at + count, text.count)] {
            let blank = byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " ")
            withoutComments.append(part == .comment ? blank : byte)
            code.append(part == .code ? byte : blank)
        }
        at = min(at + count, text.count)
    }

    private func follows(_ phrase: String, from start: Int? = nil) -> Bool {
        text[min(start ?? at, text.count)...].starts(with: phrase.utf8)
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if follows("/*") {
                depth += 1
                take(.comment, count: 2)
            } else if follows("*/") {
                depth -= 1
                take(.comment, count: 2)
            } else {
                take(.comment)
            }
        } while depth > 0 && at < text.count
    }

    /// How many `#` stand before the quote that starts here; nil where no string starts.
    private func stringOpening() -> Int? {
        let hashes = text[at...].prefix { $0 == UInt8(ascii: "#") }.count
        return follows("\"", from: at + hashes) ? hashes : nil
    }

    private mutating func string(_ hashes: Int) {
        let pounds = String(repeating: "#", count: hashes)
        let quote = follows("\"\"\"", from: at + hashes) ? "\"\"\"" : "\""
        let (end, escape) = (quote + pounds, "\\" + pounds)
        take(.string, count: hashes + quote.utf8.count)
        while at < text.count, !follows(end) {
            if quote == "\"", text[at] == UInt8(ascii: "\n") { return }
            guard follows(escape) else {
                take(.string)
                continue
            }
            take(.string, count: escape.utf8.count + 1)
            if text[at - 1] == UInt8(ascii: "(") { interpolation() }
        }
        take(.string, count: end.utf8.count)
    }

    /// Up to the closing parenthesis; strings may stand inside.
    private mutating func interpolation() {
        var depth = 1
        while at < text.count, depth > 0 {
            if let hashes = stringOpening() {
                string(hashes)
                continue
            }
            if text[at] == UInt8(ascii: "(") { depth += 1 }
            if text[at] == UInt8(ascii: ")") { depth -= 1 }
            take(.string)
        }
    }
}
