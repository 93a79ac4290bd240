import Events
import Pipeline

/// Renders dead letters for people: reason and place, no word of key or value. Pure.
struct DeadLetterText {
    private let palette: Palette

    init(_ palette: Palette) { self.palette = palette }

    /// `storefront.clickstream.v1[3] at 12345  bad_timestamp: the timestamp …; keyed, 290 bytes, sent back 1 time`
    func text(_ letter: DeadLetter, bytes: Int, isKeyed: Bool) -> String {
        let place = "\(TopicPartition(letter.topic, letter.partition)) at \(letter.offset)"
        let replays = letter.replays > 0 ? ", sent back \(letter.replays.counted("time"))" : ""
        return "\(place)  \(palette.red(letter.reason)): \(letter.message);"
            + " \(isKeyed ? "keyed" : "no key"), \(bytes.counted("byte"))\(replays)"
    }

    /// The same with where it lies, which `dlq show` wants to know.
    func text(_ shelved: ShelvedLetter, wasReplayed: Bool) -> String {
        let time = shelved.time == EventTime.unknown ? "no time" : String(TimeStyle.text(shelved.time).prefix(19))
        let line = text(shelved.letter, bytes: shelved.bytes, isKeyed: shelved.isKeyed)
        return "\(palette.dim(time.replacing("T", with: " ")))  \(palette.bold("\(shelved.place) \(shelved.offset)"))"
            + "  \(line)\(wasReplayed ? ", replayed" : "")"
    }
}

/// Bytes as `xxd` shows them.
enum HexView {
    /// `00000010  7b 22 65 76 65 6e 74 22  3a 22 50 72 6f 64 75 63  |{"event":"Produc|`
    static func lines(_ bytes: some Collection<UInt8>) -> [String] {
        let bytes = Array(bytes)
        return stride(from: 0, to: bytes.count, by: 16).map { start in
            line(bytes[start..<min(start + 16, bytes.count)], at: start)
        }
    }

    private static func line(_ bytes: ArraySlice<UInt8>, at start: Int) -> String {
        var hex = ""
        for index in 0..<16 {
            if index == 8 { hex += " " }
            hex += start + index < bytes.endIndex ? digits(Int(bytes[start + index]), 2) + " " : "   "
        }
        let text = String(decoding: bytes.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
        return "\(digits(start, 8))  \(hex) |\(text)|"
    }

    private static func digits(_ number: Int, _ width: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
