/// JSON string escapes, both ways.
public enum Escapes {
    /// Appends the text behind the escapes to `out`. Lone surrogates become U+FFFD. False when an escape is malformed.
    static func decode(_ text: Bytes, into out: inout ByteBuffer) -> Bool {
        var at = 0
        while at < text.count {
            let c = text[at]
            if c != UInt8(ascii: "\\") {
                out.append(c)
                at += 1
                continue
            }
            guard at + 1 < text.count, decodeOne(text, &at, into: &out) else { return false }
        }
        return true
    }

    /// Bytes of the escape that `text` begins with, its backslash included; 0 when it is malformed.
    static func length(_ text: Bytes) -> Int {
        guard text.count > 1 else { return 0 }
        switch text[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "n"), UInt8(ascii: "t"),
            UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "f"):
            return 2
        case UInt8(ascii: "u"): return hex4(text, 2) == nil ? 0 : 6
        default: return 0
        }
    }

    private static func decodeOne(_ text: Bytes, _ at: inout Int, into out: inout ByteBuffer) -> Bool {
        let c = text[at + 1]
        at += 2
        switch c {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(c)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "u"): return decodeUnicode(text, &at, into: &out)
        default: return false
        }
        return true
    }

    private static func decodeUnicode(_ text: Bytes, _ at: inout Int, into out: inout ByteBuffer) -> Bool {
        guard let first = hex4(text, at) else { return false }
        at += 4
        var scalar = UInt32(first)
        if first & 0xFC00 == 0xD800, at + 5 < text.count, text[at] == UInt8(ascii: "\\"),
            text[at + 1] == UInt8(ascii: "u"), let second = hex4(text, at + 2), second & 0xFC00 == 0xDC00
        {
            scalar = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
            at += 6
        }
        append(scalar & 0xFFFF_F800 == 0xD800 ? 0xFFFD : scalar, to: &out)
        return true
    }

    private static func hex4(_ text: Bytes, _ at: Int) -> UInt16? {
        guard at + 4 <= text.count else { return nil }
        var value: UInt16 = 0
        for index in at..<at + 4 {
            let c = text[index]
            let digit = c &- 48 < 10 ? c &- 48 : (c | 0x20) &- 97 < 6 ? (c | 0x20) &- 87 : 255
            guard digit < 16 else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private static func append(_ scalar: UInt32, to out: inout ByteBuffer) {
        if scalar < 0x80 {
            out.append(UInt8(scalar))
        } else if scalar < 0x800 {
            out.append(UInt8(0xC0 | scalar >> 6))
            out.append(UInt8(0x80 | scalar & 0x3F))
        } else if scalar < 0x10000 {
            out.append(UInt8(0xE0 | scalar >> 12))
            out.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            out.append(UInt8(0x80 | scalar & 0x3F))
        } else {
            out.append(UInt8(0xF0 | scalar >> 18))
            out.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            out.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            out.append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    /// Appends `text` as the inside of a JSON string: quotes, backslashes and control characters escaped, the rest as
    /// it is.
    @inline(__always)
    public static func encode(_ text: Bytes, into out: inout ByteBuffer) {
        if isClean(text) { out.append(text) } else { encodeEscaping(text, into: &out) }
    }

    /// Whether nothing needs an escape, eight bytes at a time.
    @inline(__always)
    private static func isClean(_ text: Bytes) -> Bool {
        guard let start = text.start else { return true }
        let raw = UnsafeRawPointer(start)
        var at = 0
        while at + 8 <= text.count {
            if Scanner.stopMask(raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)) != 0 { return false }
            at += 8
        }
        while at < text.count {
            let c = start[at]
            if c < 0x20 || c == UInt8(ascii: "\"") || c == UInt8(ascii: "\\") { return false }
            at += 1
        }
        return true
    }

    private static func encodeEscaping(_ text: Bytes, into out: inout ByteBuffer) {
        var clean = 0
        for index in 0..<text.count {
            let c = text[index]
            if c >= 0x20, c != UInt8(ascii: "\""), c != UInt8(ascii: "\\") { continue }
            out.append(Bytes(start: text.start! + clean, count: index - clean))
            encodeOne(c, into: &out)
            clean = index + 1
        }
        if clean < text.count { out.append(Bytes(start: text.start! + clean, count: text.count - clean)) }
    }

    private static func encodeOne(_ c: UInt8, into out: inout ByteBuffer) {
        switch c {
        case UInt8(ascii: "\""): out.append("\\\"")
        case UInt8(ascii: "\\"): out.append("\\\\")
        case 0x0A: out.append("\\n")
        case 0x0D: out.append("\\r")
        case 0x09: out.append("\\t")
        default:
            out.append("\\u00")
            out.append(hexDigit(c >> 4))
            out.append(hexDigit(c & 15))
        }
    }

    @inline(__always)
    static func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 87 + nibble }
}
