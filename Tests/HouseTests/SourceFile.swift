import Foundation
import RegexBuilder

/// A Swift file, seen three ways: as written, and with comments, or comments and string literals, blanked out. All
/// three have the same lines.
struct SourceFile {
    let name: String
    let lines: [String]
    let withoutComments: [String]
    let code: [String]

    init(_ file: URL) {
        self.init(name: House.name(file), text: (try? String(contentsOf: file, encoding: .utf8)) ?? "")
    }

    init(name: String, text: String) {
        self.name = name
        let blanked = Blanking(text)
        lines = SourceFile.lines(text.utf8)
        withoutComments = SourceFile.lines(blanked.withoutComments)
        code = SourceFile.lines(blanked.code)
    }

    /// `Events` for `Sources/Events/Wire/Decoder.swift`.
    var target: String { name.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    var stem: String { String(name.split(separator: "/").last?.split(separator: ".").first ?? "") }

    /// Modules that this file imports.
    var imports: [String] {
        let attributes = /(?:@\w+(?:\([^)]*\))?\s+)*/
        let kind = /(?:(?:struct|class|enum|protocol|func|let|var|typealias)\s+)?/
        let statement = Regex {
            /^\s*/
            attributes
            /(?:\w+\s+)?import\s+/
            kind
            Capture { /\w+/ }
        }
        return code.filter { $0.contains("import") }.compactMap { line in
            line.firstMatch(of: statement).map { String($0.1) }
        }
    }

    var lineCount: Int { lines.count - (lines.last == "" ? 1 : 0) }

    /// Lines as written that satisfy the condition, as `file:line`.
    func places(where condition: (String) -> Bool) -> [String] { places(in: lines, where: condition) }

    /// Lines whose code, comments and strings aside, contains the phrase.
    func codePlaces(of phrase: String) -> [String] { places(in: code) { $0.contains(phrase) } }

    /// The same, strings included.
    func stringPlaces(of phrase: String) -> [String] { places(in: withoutComments) { $0.contains(phrase) } }

    private func places(in lines: [String], where condition: (String) -> Bool) -> [String] {
        lines.indices.filter { condition(lines[$0]) }.map { "\(name):\($0 + 1)" }
    }

    /// A comment on the line, or on the lines above it; attributes may stand between.
    func isExplained(line: Int) -> Bool {
        if lines[line].contains("//") { return true }
        var above = line - 1
        while above >= 0, code[above].trimmed.hasPrefix("@") { above -= 1 }
        return above >= 0 && lines[above].trimmed.hasPrefix("//")
    }

    private static func lines(_ bytes: some Collection<UInt8>) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

extension String {
    var trimmed: Substring { self[...].drop { $0 == " " || $0 == "\t" } }
}
