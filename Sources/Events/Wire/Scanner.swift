/// The value is not JSON.
@usableFromInline struct Malformed: Error { @usableFromInline init() {} }

/// A slice of the record: a JSON string without its quotes, escapes still in place.
@usableFromInline
struct Slice: BitwiseCopyable {
    @usableFromInline var start: Int
    @usableFromInline var count: Int
    @usableFromInline var isEscaped: Bool
}

/// Walks over JSON text in place: no tree, no `String`, no allocation. Every read is bounded by `end`.
///
/// Reading eight bytes at a time finds the end of a string (SWAR, "Hacker's Delight", Warren 2012, section 6-1).
struct Scanner {
    let base: UnsafePointer<UInt8>
    let end: Int
    var at = 0
    /// Some byte of a string was outside ASCII, so UTF-8 is worth checking.
    var sawHighBit = false

    init(_ bytes: Bytes) {
        base = bytes.start!
        end = bytes.count
    }

    @inline(__always)
    func peek() -> UInt8 { at < end ? base[at] : 0 }

    @inline(__always)
    mutating func skipSpace() {
        while at < end {
            let c = base[at]
            guard c == 0x20 || c == 0x0A || c == 0x0D || c == 0x09 else { return }
            at += 1
        }
    }

    @inline(__always)
    mutating func expect(_ c: UInt8) throws(Malformed) {
        guard at < end, base[at] == c else { throw Malformed() }
        at += 1
    }

    /// A string whose opening quote is next.
    @inline(__always)
    mutating func string() throws(Malformed) -> Slice {
        try expect(UInt8(ascii: "\""))
        let start = at
        var high: UInt64 = 0
        while at + 8 <= end {
            let word = UnsafeRawPointer(base).loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let stop = Scanner.stopMask(word)
            if stop != 0 {
                let length = stop.trailingZeroBitCount >> 3
                high |= word & Scanner.below(length)
                at += length
                break
            }
            high |= word
            at += 8
        }
        if high & 0x8080_8080_8080_8080 != 0 { sawHighBit = true }
        return try stringTail(from: start)
    }

    /// The rest of a string, a byte at a time: its end, its escapes, or the last bytes of the record.
    private mutating func stringTail(from start: Int) throws(Malformed) -> Slice {
        var escaped = false
        while at < end {
            let c = base[at]
            if c == UInt8(ascii: "\"") {
                at += 1
                return Slice(start: start, count: at - 1 - start, isEscaped: escaped)
            }
            if c == UInt8(ascii: "\\") {
                escaped = true
                try escape()
            } else if c < 0x20 {
                throw Malformed()
            } else if c >= 0x80 {
                sawHighBit = true
            }
            at += 1
        }
        throw Malformed()
    }

    /// Steps onto the last byte of an escape, having checked it.
    private mutating func escape() throws(Malformed) {
        let length = Escapes.length(Bytes(start: base + at, count: end - at))
        guard length > 0 else { throw Malformed() }
        at += length - 1
    }

    /// The high bit of each byte that is a quote, a backslash or a control character.
    @inline(__always)
    static func stopMask(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let slash = word ^ (ones &* 0x5C)
        let hits = ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | ((word &- (ones &* 0x20)) & ~word)
        return hits & highs
    }

    @inline(__always)
    static func below(_ bytes: Int) -> UInt64 { bytes >= 8 ? .max : (1 << (UInt64(bytes) << 3)) - 1 }

    /// Steps over any value. `depth` bounds the nesting, so that no input can exhaust the stack.
    mutating func skipValue(_ depth: Int = 0) throws(Malformed) {
        skipSpace()
        switch peek() {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"): try skipObject(depth + 1)
        case UInt8(ascii: "["): try skipArray(depth + 1)
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: try skipNumber()
        }
    }

    private mutating func skipObject(_ depth: Int) throws(Malformed) {
        guard depth <= Limits.depth else { throw Malformed() }
        try object { (_: Slice, scanner: inout Scanner) throws(Malformed) in try scanner.skipValue(depth) }
    }

    private mutating func skipArray(_ depth: Int) throws(Malformed) {
        guard depth <= Limits.depth else { throw Malformed() }
        try array { (scanner: inout Scanner) throws(Malformed) in try scanner.skipValue(depth) }
    }

    /// Calls `member` for each key of the object that is next, the scanner standing before the value.
    @inline(__always)
    mutating func object(
        _ member: (Slice, inout Scanner) throws(Malformed) -> Void
    ) throws(Malformed) {
        try expect(UInt8(ascii: "{"))
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            at += 1
            return
        }
        while true {
            skipSpace()
            let key = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            try member(key, &self)
            skipSpace()
            if peek() == UInt8(ascii: ",") {
                at += 1
                continue
            }
            try expect(UInt8(ascii: "}"))
            return
        }
    }

    /// Calls `element` for each element of the array that is next.
    @inline(__always)
    mutating func array(_ element: (inout Scanner) throws(Malformed) -> Void) throws(Malformed) {
        try expect(UInt8(ascii: "["))
        skipSpace()
        if peek() == UInt8(ascii: "]") {
            at += 1
            return
        }
        while true {
            skipSpace()
            try element(&self)
            skipSpace()
            if peek() == UInt8(ascii: ",") {
                at += 1
                continue
            }
            try expect(UInt8(ascii: "]"))
            return
        }
    }

    mutating func literal(_ word: StaticString) throws(Malformed) {
        let count = word.utf8CodeUnitCount
        guard at + count <= end, Bytes(start: base + at, count: count) == Bytes(word) else { throw Malformed() }
        at += count
    }

    /// A JSON number; NaN when it is too long to mean anything.
    mutating func number() throws(Malformed) -> Double {
        let start = at
        try skipNumber()
        return Decimal.parse(Bytes(start: base + start, count: at - start)) ?? .nan
    }

    /// Steps over a number: `-`, then `0` or digits that begin with another, then a fraction, then an exponent.
    private mutating func skipNumber() throws(Malformed) {
        if peek() == UInt8(ascii: "-") { at += 1 }
        if peek() == UInt8(ascii: "0") { at += 1 } else { try skipDigits() }
        if peek() == UInt8(ascii: ".") {
            at += 1
            try skipDigits()
        }
        guard peek() | 0x20 == UInt8(ascii: "e") else { return }
        at += 1
        if peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: "+") { at += 1 }
        try skipDigits()
    }

    @inline(__always)
    private mutating func skipDigits() throws(Malformed) {
        let start = at
        while at < end, base[at] &- 48 < 10 { at += 1 }
        guard at > start else { throw Malformed() }
    }
}
