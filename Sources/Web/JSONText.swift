import Foundation

/// JSON as it leaves the server: members in snake case and in a fixed order, numbers short.
enum JSONText {
    static func of(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        let data = try? encoder.encode(value)
        return data.map { Array($0) + [0x0A] } ?? Array("{}\n".utf8)
    }
}
