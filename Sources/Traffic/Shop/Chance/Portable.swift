/// Logarithm and exponential from additions, products and quotients alone.
///
/// The C library picks other instructions on other processors, and its last bit follows them; a seed has to mean the
/// same bytes everywhere. Good to about 1e-13, which is more than chance needs.
enum Portable {
    private static let ln2 = 0.693_147_180_559_945_3

    /// Natural logarithm of a positive number, by ln m = 2 artanh((m - 1) / (m + 1)) on m in [1/√2, √2).
    static func log(_ x: Double) -> Double {
        guard x > 0, x.isFinite else { return x == 0 ? -745 : .nan }
        var exponent = Double(x.exponent)
        var mantissa = x.significand
        if mantissa > 1.414_213_562_373_095 {
            mantissa /= 2
            exponent += 1
        }
        let s = (mantissa - 1) / (mantissa + 1)
        let z = s * s
        let high = 1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13 + z * (1.0 / 15 + z / 17)))
        let series = 1 + z * (1.0 / 3 + z * (0.2 + z * (1.0 / 7 + z * high)))
        return exponent * ln2 + 2 * s * series
    }

    /// e to the power of `x`, clamped to ±700, by 2^k · e^r with r in ±ln 2 / 2.
    static func exp(_ x: Double) -> Double {
        let bounded = min(max(x, -700), 700)
        let k = (bounded / ln2).rounded()
        let r = bounded - k * ln2
        var sum = 1.0
        for n in stride(from: 13.0, through: 1, by: -1) { sum = 1 + sum * r / n }
        return Double(sign: .plus, exponent: Int(k), significand: sum)
    }

    static func power(_ base: Double, _ exponent: Double) -> Double { exp(exponent * log(base)) }
}
