/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, used to spread seeds and to hash words.
@frozen
public struct SplitMix64: RandomNumberGenerator, BitwiseCopyable, Sendable {
    public var state: UInt64

    @inlinable
    public init(seed: UInt64) { state = seed }

    @inlinable
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SplitMix64.mix(state)
    }

    /// The generator's finaliser: a bijection of 64-bit words in which every input bit moves every output bit.
    @inlinable
    public static func mix(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// xoshiro256** (Blackman and Vigna 2018): the only randomness in the house, always from a seed.
@frozen
public struct SeededRandom: RandomNumberGenerator, BitwiseCopyable, Sendable {
    public var s0, s1, s2, s3: UInt64

    @inlinable
    public init(seed: UInt64) {
        var spread = SplitMix64(seed: seed)
        s0 = spread.next()
        s1 = spread.next()
        s2 = spread.next()
        s3 = spread.next()
    }

    @inlinable
    public mutating func next() -> UInt64 {
        let result = SeededRandom.rotate(s1 &* 5, 7) &* 9
        let t = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        s3 = SeededRandom.rotate(s3, 45)
        return result
    }

    /// Uniform in [0, 1), 53 bits.
    @inlinable
    public mutating func nextDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0 ..< bound, by Lemire's multiplication (2019) without the rejection: bias below bound / 2^64.
    @inlinable
    public mutating func nextIndex(below bound: Int) -> Int {
        precondition(bound > 0, "an index needs at least one place")
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Standard normal, by Marsaglia's polar method (1964); the second variate is dropped to keep the state in `s0…s3`.
    @inlinable
    public mutating func nextGaussian() -> Double {
        while true {
            let u = 2 * nextDouble() - 1
            let v = 2 * nextDouble() - 1
            let s = u * u + v * v
            if s > 0, s < 1 { return u * (-2 * Elementary.log(s) / s).squareRoot() }
        }
    }

    @inlinable
    static func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
}
