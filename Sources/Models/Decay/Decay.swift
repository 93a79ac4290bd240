/// Times as the models keep them: whole seconds since 1970 in 32 bits, good until 2106.
@frozen
public enum Landmark {
    /// The second that `time` (ms since 1970) lies in, kept inside what 32 bits hold.
    @inlinable
    public static func seconds(of time: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: clamped(time) / 1000)
    }

    /// First millisecond of a landmark.
    @inlinable
    public static func milliseconds(of landmark: UInt32) -> Int64 { Int64(landmark) * 1000 }

    /// `time` moved into the years 1970…2106, so that no factor below can overflow.
    @inlinable
    public static func clamped(_ time: Int64) -> Int64 {
        min(max(time, 0), Int64(UInt32.max) * 1000 + 999)
    }
}

/// Forward decay (Cormode, Shkapenyuk, Srivastava, Xu 2009): instead of shrinking what is old, what is new counts more.
///
/// A weight added at `t` is stored as w·2^((t-L)/h), relative to a fixed landmark L, and divided by 2^((now-L)/h) when
/// read. Nothing needs touching between; late arrivals simply get a smaller factor.
@frozen
public struct HalfLife: BitwiseCopyable, Sendable, Equatable {
    /// 1 / half-life, per millisecond.
    public let rate: Double

    @inlinable
    public init(days: Double) { self.init(milliseconds: days * 86_400_000) }

    /// - Parameter milliseconds: at least a second, because landmarks are whole seconds.
    @inlinable
    public init(milliseconds: Double) {
        precondition(milliseconds >= 1000, "a half-life is at least one second")
        rate = 1 / milliseconds
    }

    @inlinable public var days: Double { 1 / (rate * 86_400_000) }

    /// 2^((time - landmark) / half-life): above 1 when `time` is later.
    @inlinable
    public func growth(from landmark: Int64, to time: Int64) -> Double {
        time == landmark ? 1 : Elementary.exp2(Double(time &- landmark) * rate)
    }
}

/// A sum that halves every half-life. 8 bytes; the landmark follows the newest second, so the value never overflows.
@frozen
public struct DecayedCount: BitwiseCopyable, Sendable, Equatable {
    /// Sum as of `landmark`.
    public var rawValue: Float
    /// Seconds since 1970.
    public var landmark: UInt32

    @inlinable
    public init() { self.init(rawValue: 0, landmark: 0) }

    @inlinable
    public init(rawValue: Float, landmark: UInt32) {
        self.rawValue = rawValue
        self.landmark = landmark
    }

    /// Adds `weight` as of `time`; a late one counts less, as it would have by now.
    @inlinable
    public mutating func add(_ weight: Float, at time: Int64, halfLife: HalfLife) {
        let time = Landmark.clamped(time)
        let second = Landmark.seconds(of: time)
        if second > landmark {
            rawValue = Float(value(at: Landmark.milliseconds(of: second), halfLife: halfLife))
            landmark = second
        }
        rawValue += Float(Double(weight) * halfLife.growth(from: Landmark.milliseconds(of: landmark), to: time))
    }

    /// The sum as of `time`.
    @inlinable
    public func value(at time: Int64, halfLife: HalfLife) -> Double {
        guard rawValue != 0 else { return 0 }
        let growth = halfLife.growth(from: Landmark.milliseconds(of: landmark), to: Landmark.clamped(time))
        return Double(rawValue) / growth
    }
}

/// A weighted mean whose observations fade. 12 bytes.
@frozen
public struct DecayedMean: BitwiseCopyable, Sendable, Equatable {
    /// Σ weight·value as of `landmark`.
    public var rawSum: Float
    /// Σ weight as of `landmark`.
    public var rawWeight: Float
    /// Seconds since 1970.
    public var landmark: UInt32

    @inlinable
    public init() { self.init(rawSum: 0, rawWeight: 0, landmark: 0) }

    @inlinable
    public init(rawSum: Float, rawWeight: Float, landmark: UInt32) {
        self.rawSum = rawSum
        self.rawWeight = rawWeight
        self.landmark = landmark
    }

    @inlinable
    public mutating func add(_ value: Float, weight: Float = 1, at time: Int64, halfLife: HalfLife) {
        let time = Landmark.clamped(time)
        let second = Landmark.seconds(of: time)
        if second > landmark { move(to: second, halfLife: halfLife) }
        let factor = Double(weight) * halfLife.growth(from: Landmark.milliseconds(of: landmark), to: time)
        rawSum += Float(Double(value) * factor)
        rawWeight += Float(factor)
    }

    /// Changes what was observed at `time` by a difference: its weight is there already.
    @inlinable
    public mutating func correct(by difference: Float, at time: Int64, halfLife: HalfLife) {
        let factor = halfLife.growth(from: Landmark.milliseconds(of: landmark), to: Landmark.clamped(time))
        rawSum += Float(Double(difference) * factor)
    }

    /// The mean of what was observed; it does not fade by itself, only its weight does.
    @inlinable
    public var mean: Double? { rawWeight > 0 ? Double(rawSum) / Double(rawWeight) : nil }

    /// The mean pulled towards `prior` as if it had been observed with weight `strength` just now.
    @inlinable
    public func mean(at time: Int64, halfLife: HalfLife, prior: Double, strength: Double) -> Double {
        let own = weight(at: time, halfLife: halfLife)
        guard own > 0, let mean else { return prior }
        return (own * mean + strength * prior) / (own + strength)
    }

    /// How much evidence is left as of `time`.
    @inlinable
    public func weight(at time: Int64, halfLife: HalfLife) -> Double {
        guard rawWeight != 0 else { return 0 }
        let growth = halfLife.growth(from: Landmark.milliseconds(of: landmark), to: Landmark.clamped(time))
        return Double(rawWeight) / growth
    }

    @inlinable
    mutating func move(to second: UInt32, halfLife: HalfLife) {
        let from = Landmark.milliseconds(of: landmark)
        let factor = 1 / halfLife.growth(from: from, to: Landmark.milliseconds(of: second))
        rawSum = Float(Double(rawSum) * factor)
        rawWeight = Float(Double(rawWeight) * factor)
        landmark = second
    }
}
