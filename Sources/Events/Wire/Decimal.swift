/// Decimal numbers from bytes, without a `String` and without the locale.
public enum Decimal {
    /// Parses a JSON number, or the number in a JSON string: `-12.50`, `4`, `1e3`. Up to 15 significant digits and a
    /// power of ten up to 22 are exact (Clinger 1990, fast path); longer ones go through the standard library.
    public static func parse(_ text: Bytes) -> Double? {
        guard text.count > 0, text.count <= 64 else { return nil }
        var at = 0
        let negative = text[0] == UInt8(ascii: "-")
        if negative { at = 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        at = readDigits(text, at, &mantissa, &digits)
        guard digits > 0 else { return nil }
        if at < text.count, text[at] == UInt8(ascii: ".") {
            let whole = digits
            at = readDigits(text, at + 1, &mantissa, &digits)
            guard digits > whole else { return nil }
            exponent = whole - digits
        }
        if at < text.count {
            guard let power = readExponent(text, at) else { return nil }
            exponent += power
        }
        guard digits <= 18, mantissa < 1 << 53, abs(exponent) <= 22 else { return slow(text) }
        let scaled = exponent < 0 ? Double(mantissa) / powers[-exponent] : Double(mantissa) * powers[exponent]
        return negative ? -scaled : scaled
    }

    @inline(__always)
    private static func readDigits(_ text: Bytes, _ start: Int, _ mantissa: inout UInt64, _ digits: inout Int) -> Int {
        var at = start
        while at < text.count, text[at] &- 48 < 10 {
            mantissa = mantissa &* 10 &+ UInt64(text[at] &- 48)
            digits += 1
            at += 1
        }
        return at
    }

    /// `e` and a signed number up to the end of the text.
    private static func readExponent(_ text: Bytes, _ start: Int) -> Int? {
        guard text[start] | 0x20 == UInt8(ascii: "e"), start + 1 < text.count else { return nil }
        var at = start + 1
        let negative = text[at] == UInt8(ascii: "-")
        if negative || text[at] == UInt8(ascii: "+") { at += 1 }
        var magnitude: UInt64 = 0
        var digits = 0
        at = readDigits(text, at, &magnitude, &digits)
        guard digits > 0, digits <= 4, at == text.count else { return nil }
        return negative ? -Int(magnitude) : Int(magnitude)
    }

    private static func slow(_ text: Bytes) -> Double? { Double(text.text) }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
