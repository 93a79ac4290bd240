/// How long a function is, found by matching braces in blanked code: a heuristic, which is what a budget needs.
struct FunctionLength: CustomStringConvertible {
    let name: String
    let place: String
    let lines: Int

    var description: String { "\(place) \(name): \(lines) lines" }

    /// Every `func`, `init`, `deinit` and `subscript` with a body, from its head to its closing brace.
    static func all(in file: SourceFile) -> [FunctionLength] {
        file.code.indices.compactMap { line in
            guard let name = name(declaredOn: file.code[line]), let last = end(of: line, in: file.code) else {
                return nil
            }
            return FunctionLength(name: name, place: "\(file.name):\(line + 1)", lines: last - line + 1)
        }
    }

    private static func name(declaredOn line: String) -> String? {
        if let function = line.firstRange(of: "func ") {
            let isWord = line[..<function.lowerBound].allSatisfy { $0.isLetter || " @()_,:".contains($0) }
            return isWord ? String(line[function.upperBound...].prefix { !"(<".contains($0) }) : nil
        }
        let words = line.split { " (<{?!".contains($0) }.prefix { $0 != "=" }
        return words.first { ["init", "deinit", "subscript"].contains($0) }.map(String.init)
    }

    /// The line of the brace that closes the body whose head is at `start`; nil for a requirement without body.
    private static func end(of start: Int, in code: [String]) -> Int? {
        var braces = 0
        var parentheses = 0
        var opened = false
        for line in start..<code.count {
            if line > start, !opened, parentheses == 0, !continues(code[line]) { return nil }
            for character in code[line].utf8 {
                switch character {
                case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{"):
                    braces += 1
                    opened = opened || parentheses == 0
                case UInt8(ascii: "}"): braces -= 1
                default: break
                }
                if opened, braces == 0 { return line }
                if braces < 0 { return nil }
            }
        }
        return nil
    }

    /// Whether a line goes on with the head of a declaration.
    private static func continues(_ line: String) -> Bool {
        ["{", "->", "where", "throws", "async", "rethrows", ")"].contains { line.trimmed.hasPrefix($0) }
    }
}
