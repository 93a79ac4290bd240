import Events

/// Spoils inputs: one to five changes to one of a corpus, decided by the seed and the input's number alone, so that
/// any input can be made again without those before it.
public struct FuzzMutation: Sendable {
    public let seed: UInt64
    private let corpus: [[UInt8]]

    /// - Parameter corpus: not empty.
    public init(seed: UInt64, corpus: [[UInt8]]) {
        precondition(!corpus.isEmpty, "nothing to spoil")
        self.seed = seed
        self.corpus = corpus
    }

    /// The `number`-th input.
    public func input(_ number: Int) -> [UInt8] {
        var dice = Dice(seed: Hash.combine(seed, UInt64(truncatingIfNeeded: number)), .fuzzing)
        var bytes = corpus[dice.index(below: corpus.count)]
        for _ in 0...dice.index(below: 5) { spoil(&bytes, &dice) }
        return bytes
    }

    private func spoil(_ bytes: inout [UInt8], _ dice: inout Dice) {
        guard !bytes.isEmpty else { return }
        let at = dice.index(below: bytes.count)
        let length = min(1 + dice.index(below: 12), bytes.count - at)
        switch dice.index(below: 11) {
        case 0, 1: bytes[at] ^= 1 << UInt8(dice.index(below: 8))
        case 2: bytes[at] = UInt8(truncatingIfNeeded: dice.next())
        case 3: bytes.removeSubrange(at..<at + length)
        case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: dice.index(below: bytes.count))
        case 5: bytes.removeLast(bytes.count - at)
        case 6, 7: bytes.insert(contentsOf: FuzzMutation.telling[dice.index(below: FuzzMutation.telling.count)], at: at)
        case 8: for index in at..<at + length { bytes[index] = UInt8(truncatingIfNeeded: dice.next()) }
        case 9: bytes.replaceSubrange(at..., with: corpus[dice.index(below: corpus.count)].suffix(64))
        default: for index in at..<at + length { bytes[index] = dice.chance(0.5) ? 0xFF : 0 }
        }
    }

    /// What parsers trip over, of text and of bytes.
    private static let telling: [[UInt8]] =
        [
            "{", "}", "[", "]", "\"", "\\", ",", ":", "null", "1e400", "-1", "0", "01", "1e-320", "\\u", "\\ud800",
            "\0",
            "\u{feff}", "\"a\":1,", "[[[[[[[[[[[[[", "1e99999", "18446744073709551616", "\u{7f}", "\n",
            "\"products\":[",
            "\"userId\":\"\",", "\"timestamp\":9e18,", "\"quantity\":-1,", "\"price\":1e308,", "\"rating\":1e400,",
        ].map { Array($0.utf8) } + [
            [0x80], [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0, 0, 0x80, 0x7F], [0, 0, 0xC0, 0x7F], [0, 0, 0, 0, 0, 0, 0xF0, 0x7F], [0x80, 0x80, 0x80, 0x80, 0x10],
        ]
}
