/// A customer's rhythm: what the gaps between purchases are like. 24 bytes.
///
/// Means and sums of squares by Welford's recurrence (1962), in days and in their logarithms; the 0.9 quantile by
/// Robbins–Monro (1951) on the logarithm, with the step `quantileGain` / (n + 1): no randomness, no buffer.
@frozen
public struct GapStatistics: BitwiseCopyable, Sendable, Equatable {
    public var count: UInt32
    /// Mean gap, days.
    public var mean: Float
    /// Σ (gap - mean)², days².
    public var squares: Float
    /// Mean of ln gap.
    public var logMean: Float
    /// Σ (ln gap - mean)².
    public var logSquares: Float
    /// Estimate of the 0.9 quantile of ln gap.
    public var logUpper: Float

    /// Two purchases within the hour are no rhythm: shorter gaps count as an hour, which keeps logarithms finite.
    @inlinable public static var shortestGap: Double { 1.0 / 24 }
    @usableFromInline static var quantile: Double { 0.9 }
    /// Near 1 / density at the 0.9 quantile of log gaps with deviation ¾, the step that converges fastest.
    @usableFromInline static var quantileGain: Double { 4 }

    @inlinable
    public init() { self.init(count: 0, mean: 0, squares: 0, logMean: 0, logSquares: 0, logUpper: 0) }

    @inlinable
    public init(count: UInt32, mean: Float, squares: Float, logMean: Float, logSquares: Float, logUpper: Float) {
        self.count = count
        self.mean = mean
        self.squares = squares
        self.logMean = logMean
        self.logSquares = logSquares
        self.logUpper = logUpper
    }

    /// Learns one gap in days.
    @inlinable
    public mutating func add(days: Double) {
        let gap = max(days, GapStatistics.shortestGap)
        let log = Elementary.log(gap)
        if count < .max { count += 1 }
        Welford.add(gap, to: &mean, &squares, count: count)
        Welford.add(log, to: &logMean, &logSquares, count: count)
        moveUpper(to: log)
    }

    /// Variance of the gaps in days² (n - 1), 0 below two gaps.
    @inlinable
    public var variance: Double { count > 1 ? Double(squares) / Double(count - 1) : 0 }

    /// Variance of ln gap (n - 1), 0 below two gaps.
    @inlinable
    public var logVariance: Double { count > 1 ? Double(logSquares) / Double(count - 1) : 0 }

    /// Σ ln gap.
    @inlinable public var logSum: Double { Double(count) * Double(logMean) }

    /// Σ ln² gap.
    @inlinable
    public var logSumOfSquares: Double { Double(logSquares) + Double(count) * Double(logMean) * Double(logMean) }

    /// Days within which nine of ten gaps end; nil before the first.
    @inlinable
    public var upperQuantile: Double? { count > 0 ? Elementary.exp(Double(logUpper)) : nil }

    /// Mean and deviation of ln gap as if `pseudoGaps` gaps of the population had been seen as well.
    @inlinable
    public func rhythm(towards population: LogRhythm, pseudoGaps: Double = 3) -> LogRhythm {
        let n = Double(count) + pseudoGaps
        guard n > 0 else { return population }
        let mean = (logSum + pseudoGaps * population.mean) / n
        let spread = population.deviation * population.deviation
        let apart = Double(logMean) - population.mean
        let between = Double(count) * pseudoGaps / n * apart * apart
        let squares = Double(logSquares) + pseudoGaps * spread + between
        return LogRhythm(mean: mean, deviation: (squares / n).squareRoot())
    }

    @inlinable
    mutating func moveUpper(to log: Double) {
        guard count > 1 else {
            logUpper = Float(log)
            return
        }
        let below = log <= Double(logUpper) ? 1.0 : 0
        let step = GapStatistics.quantileGain / Double(count + 1)
        logUpper = Float(Double(logUpper) + step * (GapStatistics.quantile - below))
    }
}

/// Mean and standard deviation of the logarithm of gaps in days.
@frozen
public struct LogRhythm: BitwiseCopyable, Sendable, Equatable {
    public var mean: Double
    public var deviation: Double

    @inlinable
    public init(mean: Double, deviation: Double) {
        self.mean = mean
        self.deviation = deviation
    }

    /// Before anything is known: a month, give or take a factor of e.
    @inlinable public static var prior: LogRhythm { LogRhythm(mean: 3.4, deviation: 1) }
}
