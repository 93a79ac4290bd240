/// What a product's reviews say, in numbers: counts by label, a decayed mean, and the current and previous hour and
/// day. 64 bytes.
@frozen
public struct PolarityCounts: BitwiseCopyable, Sendable, Equatable {
    public var negative, neutral, positive: UInt32
    public var recent: DecayedMean
    public var hour: TumblingWindow
    public var day: TumblingWindow

    @inlinable public static var hourLength: Int64 { 3_600_000 }
    @inlinable public static var dayLength: Int64 { 86_400_000 }

    @inlinable
    public init() {
        negative = 0
        neutral = 0
        positive = 0
        recent = DecayedMean()
        hour = TumblingWindow()
        day = TumblingWindow()
    }

    @inlinable public var total: Int { Int(negative) + Int(neutral) + Int(positive) }

    /// Counts one opinion. A late one still counts, and lands in its window as long as that is kept.
    @inlinable
    public mutating func add(polarity: Float, label: PolarityLabel, at time: Int64, halfLife: HalfLife) {
        count(label, 1)
        recent.add(polarity, at: time, halfLife: halfLife)
        hour.add(polarity, at: time, length: PolarityCounts.hourLength)
        day.add(polarity, at: time, length: PolarityCounts.dayLength)
    }

    /// Puts an opinion in the place of an earlier one, which keeps its time: it counts once.
    @inlinable
    public mutating func replace(
        _ earlier: Float,
        _ earlierLabel: PolarityLabel,
        by polarity: Float,
        _ label: PolarityLabel,
        at time: Int64,
        halfLife: HalfLife
    ) {
        count(earlierLabel, .max)
        count(label, 1)
        recent.correct(by: polarity - earlier, at: time, halfLife: halfLife)
        hour.correct(by: polarity - earlier, at: time, length: PolarityCounts.hourLength)
        day.correct(by: polarity - earlier, at: time, length: PolarityCounts.dayLength)
    }

    /// Adds `times`, modulo 2^32.
    @inlinable
    mutating func count(_ label: PolarityLabel, _ times: UInt32) {
        switch label {
        case .negative: negative &+= times
        case .neutral: neutral &+= times
        case .positive: positive &+= times
        }
    }

    /// Share of positive among the decided ones, `prior` of them being assumed half and half. In 0…1.
    @inlinable
    public func positiveShare(prior: Double = 2) -> Double {
        (Double(positive) + prior / 2) / (Double(positive) + Double(negative) + prior)
    }
}

/// Count and sum over the current window of fixed length and the one before it. 20 bytes.
@frozen
public struct TumblingWindow: BitwiseCopyable, Sendable, Equatable {
    /// Number of the current window since 1970.
    public var index: UInt32
    public var count, previousCount: UInt32
    public var sum, previousSum: Float

    @inlinable
    public init() {
        index = 0
        count = 0
        previousCount = 0
        sum = 0
        previousSum = 0
    }

    /// Adds to the window that `time` lies in; what is older than the previous window is left out.
    @inlinable
    public mutating func add(_ value: Float, at time: Int64, length: Int64) {
        let window = UInt32(truncatingIfNeeded: Landmark.clamped(time) / length)
        if window > index { roll(to: window) }
        if window == index {
            count &+= 1
            sum += value
        } else if window &+ 1 == index {
            previousCount &+= 1
            previousSum += value
        }
    }

    /// Changes what was added for `time` before; what is older than the previous window is left out.
    @inlinable
    public mutating func correct(by difference: Float, at time: Int64, length: Int64) {
        let window = UInt32(truncatingIfNeeded: Landmark.clamped(time) / length)
        if window == index {
            sum += difference
        } else if window &+ 1 == index {
            previousSum += difference
        }
    }

    /// The window as seen at `time`: the same, with what has passed since moved along.
    @inlinable
    public func seen(at time: Int64, length: Int64) -> TumblingWindow {
        let window = UInt32(truncatingIfNeeded: Landmark.clamped(time) / length)
        var copy = self
        if window > index { copy.roll(to: window) }
        return copy
    }

    @inlinable public var mean: Double? { count > 0 ? Double(sum) / Double(count) : nil }
    @inlinable
    public var previousMean: Double? { previousCount > 0 ? Double(previousSum) / Double(previousCount) : nil }

    @inlinable
    mutating func roll(to window: UInt32) {
        let adjacent = window == index &+ 1
        previousCount = adjacent ? count : 0
        previousSum = adjacent ? sum : 0
        count = 0
        sum = 0
        index = window
    }
}
