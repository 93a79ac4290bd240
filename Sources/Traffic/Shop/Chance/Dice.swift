/// The shop's randomness: xoshiro256** (Blackman and Vigna 2018), spread from a seed by SplitMix64.
///
/// Each purpose has a stream of its own, so that asking for more poison or more duplicates leaves the customers' lives
/// as they were. Traffic brings its own generator because it may not lean on what the models use: they share no code,
/// and so the planted truth cannot reach them.
struct Dice: Sendable {
    enum Purpose: UInt64 {
        case building = 1, living, delivering, rehearsing, benching, fuzzing
    }

    private var s0, s1, s2, s3: UInt64

    init(seed: UInt64, _ purpose: Purpose) {
        var state = seed ^ purpose.rawValue &* 0xD1B5_4A32_D192_ED03
        func spread() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            return Dice.mix(state)
        }
        s0 = spread()
        s1 = spread()
        s2 = spread()
        s3 = spread()
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        let scrambled = Dice.rotate(s1 &* 5, 7) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = Dice.rotate(s3, 45)
        return scrambled
    }

    /// Uniform in [0, 1), 53 bits.
    @inline(__always)
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0 ..< bound (Lemire 2019, without the rejection: the bias is below bound / 2^64).
    @inline(__always)
    mutating func index(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
    }

    @inline(__always)
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    mutating func exponential(mean: Double) -> Double { -mean * Portable.log(1 - unit()) }

    /// A sum of two exponentials: a rhythm that is felt, where a single exponential has none.
    mutating func rhythmic(mean: Double) -> Double { exponential(mean: mean / 2) + exponential(mean: mean / 2) }

    /// A failure count with the given mean, at most `bound`.
    mutating func geometric(mean: Double, bound: Int) -> Int { min(bound, Int(exponential(mean: mean + 0.5))) }

    /// Standard normal, by Marsaglia's polar method (1964).
    mutating func normal() -> Double {
        while true {
            let u = 2 * unit() - 1
            let v = 2 * unit() - 1
            let s = u * u + v * v
            if s > 0, s < 1 { return u * (-2 * Portable.log(s) / s).squareRoot() }
        }
    }

    /// Gamma with mean 1, for `shape` at least 1 (Marsaglia and Tsang 2000).
    mutating func gamma(shape: Double) -> Double {
        let d = max(shape, 1) - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            let v = root * root * root
            if v > 0, Portable.log(1 - unit()) < 0.5 * x * x + d - d * v + d * Portable.log(v) {
                return d * v / max(shape, 1)
            }
        }
    }

    /// SplitMix64's finaliser (Steele, Lea, Flood 2014), also used to derive fixed traits from a number.
    @inline(__always)
    static func mix(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    @inline(__always)
    private static func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
}
