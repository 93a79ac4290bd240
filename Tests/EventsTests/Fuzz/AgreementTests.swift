import Events
import Foundation
import Testing

/// What is well-formed JSON: our decoder against Foundation's `JSONSerialization`, on spoiled records.
///
/// They agree but for four things, each of which a test below holds to what it says:
/// - a lone surrogate's escape is U+FFFD to us and an error to Foundation;
/// - a number beyond `Double` is no number to us, and an error to Foundation;
/// - a comma before a closing bracket is an error to us (as RFC 8259 has it), Foundation lets it pass;
/// - values that begin with neither a bracket nor white space are another encoding to us.
@Suite struct AgreementTests {
    enum Verdict { case wellFormed, malformed, otherEncoding }

    static func ours(_ bytes: [UInt8], _ decoder: inout Decoder) -> Verdict {
        withBytes(bytes) { value in
            switch decoder.decode(value, recordTime: noon) {
            case .rejected(.malformedJSON): .malformed
            case .rejected(.unsupportedEncoding): .otherEncoding
            default: .wellFormed
            }
        }
    }

    static func foundation(_ bytes: [UInt8]) -> Verdict {
        let value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        return value == nil ? .malformed : .wellFormed
    }

    /// The record with each lone surrogate's escape written as `\ufffd`, which is what we read it as.
    static func mended(_ bytes: [UInt8]) -> [UInt8] {
        var mended = bytes
        var at = 0
        while at + 1 < bytes.count {
            guard bytes[at] == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            let half = surrogate(bytes, at)
            if half == .high, surrogate(bytes, at + 6) == .low {
                at += 12
                continue
            }
            if half != nil { mended.replaceSubrange(at + 2..<at + 6, with: Array("fffd".utf8)) }
            at += 2
        }
        return mended
    }

    enum Half { case high, low }

    /// Which half of a pair the escape at `at` stands for.
    static func surrogate(_ bytes: [UInt8], _ at: Int) -> Half? {
        guard at + 6 <= bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u"),
            !bytes[at + 2..<at + 6].contains(UInt8(ascii: "+")),
            let code = UInt16(String(decoding: bytes[at + 2..<at + 6], as: UTF8.self), radix: 16)
        else { return nil }
        return code & 0xFC00 == 0xD800 ? .high : code & 0xFC00 == 0xDC00 ? .low : nil
    }

    /// The record with nothing inside its strings.
    static func skeleton(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).replacing(/"(?:[^"\\]|\\.)*"/.dotMatchesNewlines(), with: "\"\"")
    }

    static func hasCommaBeforeBracket(_ bytes: [UInt8]) -> Bool { skeleton(bytes).contains(/,\s*[\]}]/) }

    static func hasNumberBeyondDouble(_ bytes: [UInt8]) -> Bool {
        skeleton(bytes).matches(of: /[0-9.]+[eE]\+?[0-9]+/).contains { Double($0.output) == .infinity }
    }

    /// Why the verdicts may differ; nil when they may not.
    static func isTolerated(_ ours: Verdict, _ theirs: Verdict, _ bytes: [UInt8]) -> Bool {
        switch (ours, theirs) {
        case (.malformed, .malformed), (.wellFormed, .wellFormed): true
        case (.otherEncoding, _): !Array("{[ \t\r\n".utf8).contains(bytes.first ?? 0)
        case (.malformed, .wellFormed): hasCommaBeforeBracket(bytes)
        case (.wellFormed, .malformed): hasNumberBeyondDouble(bytes)
        default: false
        }
    }

    @Test(arguments: 20...23 as ClosedRange<UInt64>)
    func `both find the same records well-formed`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var decoder = Decoder()
        var tally = [0, 0]
        for round in 0..<30_000 {
            let bytes = Mutation.mutated(&dice)
            let ours = Self.ours(bytes, &decoder)
            let theirs = Self.foundation(Self.mended(bytes))
            tally[ours == .wellFormed ? 1 : 0] += 1
            if !Self.isTolerated(ours, theirs, bytes) {
                Issue.record(
                    "\(seed), \(round): \(ours), Foundation \(theirs): \(String(decoding: bytes, as: UTF8.self))"
                )
            }
        }
        #expect(tally[0] > 1_000 && tally[1] > 1_000, "\(tally)")
    }

    @Test func `the four differences are as described`() {
        let examples: [(String, Verdict, Verdict)] = [
            (#"{"a":"\ud800"}"#, .wellFormed, .malformed), (#"{"a":1e400}"#, .wellFormed, .malformed),
            (#"{"a":[1,]}"#, .malformed, .wellFormed), (#"{"a":1,}"#, .malformed, .wellFormed),
            (#""text""#, .otherEncoding, .wellFormed), ("12", .otherEncoding, .wellFormed),
        ]
        var decoder = Decoder()
        for (text, ours, theirs) in examples {
            #expect(Self.ours(Array(text.utf8), &decoder) == ours, "\(text)")
            #expect(Self.foundation(Array(text.utf8)) == theirs, "\(text)")
        }
    }

    @Test(arguments: 30...31 as ClosedRange<UInt64>)
    func `white space and the order of members change nothing`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        for record in Mutation.seeds {
            let value = try JSONSerialization.jsonObject(with: Data(record))
            let line = told(record)
            for _ in 0..<200 {
                let written = Array(JSONText.written(value, &dice).utf8)
                #expect(told(written) == line, "\(String(decoding: written, as: UTF8.self))")
                #expect(Self.foundation(written) == .wellFormed)
            }
        }
    }
}

/// Writes JSON in another way that means the same.
enum JSONText {
    static func written(_ value: Any, _ dice: inout Dice) -> String {
        let space = [String](repeating: "", count: 4) + [" ", "\n", "\t ", "\r\n    "]
        var text = ""
        switch value {
        case let members as [String: Any]:
            var parts: [String] = []
            for (key, member) in members.sorted(by: { $0.key < $1.key }).shuffled(using: &dice) {
                parts.append(quoted(key, escaping: false, &dice) + space[dice.below(8)] + ":" + written(member, &dice))
            }
            text = "{" + parts.joined(separator: ",") + space[dice.below(8)] + "}"
        case let elements as [Any]:
            var parts: [String] = []
            for element in elements { parts.append(written(element, &dice)) }
            text = "[" + parts.joined(separator: ",") + space[dice.below(8)] + "]"
        case let string as String: text = quoted(string, escaping: true, &dice)
        case is NSNull: text = "null"
        default: text = "\(value)"
        }
        return space[dice.below(8)] + text + space[dice.below(8)]
    }

    /// Some characters as escapes. Keys stand as they are: our decoder compares them without undoing escapes.
    private static func quoted(_ text: String, escaping: Bool, _ dice: inout Dice) -> String {
        var out = "\""
        for unit in text.utf16 {
            let isPlain = unit >= 0x20 && unit < 0x7F && unit != 0x22 && unit != 0x5C
            if isPlain, !escaping || dice.below(4) > 0 {
                out.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            } else {
                let digits = String(unit, radix: 16, uppercase: dice.below(2) == 0)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return out + "\""
    }
}
