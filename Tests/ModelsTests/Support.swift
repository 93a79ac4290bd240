import Models

let hour: Int64 = 3_600_000
let day: Int64 = 86_400_000
/// Some morning in 2024; no model may care which.
let someday: Int64 = 1_714_550_400_000

/// Whether two numbers agree to a share of the larger one (or absolutely, near zero).
func near(_ a: Double, _ b: Double, within tolerance: Double = 1e-9) -> Bool {
    (a - b).magnitude <= tolerance * max(1, a.magnitude, b.magnitude)
}

func near(_ a: Float, _ b: Float, within tolerance: Double = 1e-5) -> Bool {
    near(Double(a), Double(b), within: tolerance)
}

/// Lends the UTF-8 of a text.
func withText<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    Array(text.utf8).withUnsafeBufferPointer(body)
}

/// The part of a text that a byte range means.
func part(of text: String, _ range: Range<Int>) -> String {
    String(decoding: Array(text.utf8)[range], as: UTF8.self)
}

extension SeededRandom {
    /// A key below `count`, small ones far more often: a Zipf-like stream without a table.
    mutating func nextSkewed(below count: Int) -> UInt32 {
        let u = nextDouble()
        return UInt32(Double(count) * u * u * u)
    }

    /// Gamma(shape, rate 1), by Marsaglia and Tsang (2000).
    mutating func nextGamma(_ shape: Double) -> Double {
        if shape < 1 { return nextGamma(shape + 1) * Elementary.pow(nextDouble(), 1 / shape) }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = nextGaussian()
            let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
            if v > 0, Elementary.log(nextDouble()) < 0.5 * x * x + d - d * v + d * Elementary.log(v) { return d * v }
        }
    }

    mutating func nextBeta(_ a: Double, _ b: Double) -> Double {
        let x = nextGamma(a)
        return x / (x + nextGamma(b))
    }

    mutating func nextExponential(rate: Double) -> Double { -Elementary.log(1 - nextDouble()) / rate }
}
