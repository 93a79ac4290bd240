public import Glibc

/// The elementary functions of the C library, in one place: no other file of this module imports C.
///
/// Results are those of one libm, so the same build on the same CPU family gives the same bits.
public enum Elementary {
    /// e to the power of `x`.
    @inlinable
    public static func exp(_ x: Double) -> Double { Glibc.exp(x) }

    /// 2 to the power of `x`.
    @inlinable
    public static func exp2(_ x: Double) -> Double { Glibc.exp2(x) }

    /// Natural logarithm.
    @inlinable
    public static func log(_ x: Double) -> Double { Glibc.log(x) }

    /// ln(1 + x), exact for small `x`.
    @inlinable
    public static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }

    /// `x` to the power of `y`.
    @inlinable
    public static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }

    /// Square root, correctly rounded.
    @inlinable
    public static func sqrt(_ x: Double) -> Double { x.squareRoot() }
}

extension Elementary {
    /// The logistic function 1 / (1 + e^-x), without overflow on either side.
    @inlinable
    public static func logistic(_ x: Double) -> Double {
        if x >= 0 { return 1 / (1 + exp(-x)) }
        let e = exp(x)
        return e / (1 + e)
    }

    /// ln(p / (1 - p)), with `p` kept off the two ends by 1e-9.
    @inlinable
    public static func logit(_ p: Double) -> Double {
        let q = clamp(p, 1e-9, 1 - 1e-9)
        return log(q / (1 - q))
    }

    /// `x` moved into `low...high`; `low` when `x` is not a number.
    @inlinable
    public static func clamp(_ x: Double, _ low: Double, _ high: Double) -> Double {
        x > low ? min(x, high) : low
    }
}
