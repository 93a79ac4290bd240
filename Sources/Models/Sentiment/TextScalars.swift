/// What a folded scalar is to the features.
@usableFromInline
enum ScalarKind: UInt8, BitwiseCopyable {
    /// Between words of one clause.
    case separator = 0
    /// Ends a clause: bigrams and negation stop here.
    case clauseBreak = 1
    /// Part of a word in an alphabet with spaces.
    case letter = 2
    /// Part of a run without spaces: Han, kana, hangul.
    case ideograph = 3
    /// A feature by itself: ! ? and pictographs.
    case symbol = 4
}

/// Folding and sorting of scalars, as in the text recipe: no tables, no locale.
enum TextScalars {
    /// Full-width forms, upper case, curly apostrophes and digits become one form each.
    @inline(__always)
    static func fold(_ scalar: UInt32) -> UInt32 {
        var c = scalar
        if c >= 0x80 { c = foldWide(c) }
        if c &- 65 <= 25 || (c &- 0xC0 <= 0x1E && c != 0xD7) { return c &+ 32 }
        return c &- 48 <= 9 ? 48 : c
    }

    private static func foldWide(_ c: UInt32) -> UInt32 {
        switch c {
        case 0xFF01...0xFF5E: c - 0xFEE0
        case 0x3000, 0xA0: 32
        case 0x2018, 0x2019: 39
        default: c
        }
    }

    @inline(__always)
    static func kind(_ c: UInt32) -> ScalarKind {
        if c &- 97 <= 25 || c == 48 { return .letter }
        if c < 0x80 { return asciiKind(c) }
        return wideKind(c)
    }

    private static func asciiKind(_ c: UInt32) -> ScalarKind {
        switch c {
        case 33, 63: .symbol
        case 32, 9, 39, 45, 47, 34: .separator
        default: .clauseBreak
        }
    }

    private static func wideKind(_ c: UInt32) -> ScalarKind {
        switch c {
        case 0x3400...0x9FFF, 0x3040...0x30FF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x3FFFF: .ideograph
        case 0xDF...0x24F, 0x370...0x52F: .letter
        case 0x2600...0x27BF, 0x1F000...0x1FAFF: .symbol
        default: .clauseBreak
        }
    }

    /// A Han character, which alone explains little.
    @inline(__always)
    static func isHan(_ c: UInt32) -> Bool { c &- 0x3400 <= 0x9FFF - 0x3400 }
}

/// UTF-8, one scalar at a time, tolerant: every byte that begins no well-formed sequence is one U+FFFD.
struct ScalarReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The next scalar; `position` then is the byte after it. Call only before the end.
    @inline(__always)
    mutating func next() -> UInt32 {
        let first = UInt32(bytes[position])
        if first < 0x80 {
            position += 1
            return first
        }
        return nextWide(first)
    }

    private mutating func nextWide(_ first: UInt32) -> UInt32 {
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first <= 0xF4, position + length <= bytes.count else { return broken() }
        var scalar = first & (0xFF >> UInt32(length + 1))
        for i in 1..<length {
            let byte = UInt32(bytes[position + i])
            guard byte & 0xC0 == 0x80 else { return broken() }
            scalar = scalar << 6 | (byte & 0x3F)
        }
        guard ScalarReader.isWellFormed(scalar, length) else { return broken() }
        position += length
        return scalar
    }

    private mutating func broken() -> UInt32 {
        position += 1
        return 0xFFFD
    }

    /// Neither overlong, nor a surrogate, nor beyond Unicode.
    private static func isWellFormed(_ scalar: UInt32, _ length: Int) -> Bool {
        switch length {
        case 3: scalar >= 0x800 && scalar &- 0xD800 > 0x7FF
        case 4: scalar >= 0x10000 && scalar <= 0x10FFFF
        default: true
        }
    }
}
