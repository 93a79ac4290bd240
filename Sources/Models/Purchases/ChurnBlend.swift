/// What the blend looks at: twelve numbers of about unit size.
@frozen
public struct ChurnInputs: BitwiseCopyable, Sendable {
    @usableFromInline var values: InlineArray<12, Double>

    /// - Parameters:
    ///   - recent: the customer's purchases with half-lives of 15, 45 and 120 days, as of `time`.
    ///   - meanLogAmount: mean of ln (amount paid) over its purchases.
    @inlinable
    public init(
        history: PurchaseHistory,
        recent: (Double, Double, Double),
        meanLogAmount: Double,
        clock: ChurnClock,
        at time: Int64
    ) {
        let z = clock.silenceScore(of: history, at: time)
        let age = PurchaseHistory.days(from: history.first, to: time)
        values = InlineArray(repeating: 1)
        values[0] = Elementary.logit(clock.probabilityNone(of: history, at: time))
        values[2] = Elementary.log1p(history.silence(at: time)) - 3.5
        values[3] = Elementary.log(Double(history.repeats) + 1)
        values[4] = Elementary.log1p(recent.0)
        values[5] = Elementary.log1p(recent.1)
        values[6] = Elementary.log1p(recent.2)
        values[7] = z
        values[8] = z * z / 4
        values[9] = history.gaps.rhythm(towards: clock.rhythm).mean - 3.5
        values[10] = Elementary.log1p(age) - 5
        values[11] = (meanLogAmount - 4) / 2
    }

    /// The twelve as they are, for a codec of pending examples and for tests.
    @inlinable
    public init(values: InlineArray<12, Double>) { self.values = values }

    @inlinable public subscript(i: Int) -> Double { values[i] }
    @inlinable public static var count: Int { 12 }
}

/// Corrects the population model by what the shop's own customers did: online logistic regression with a full
/// covariance, an extended Kalman filter with forgetting (Haykin 2001, ch. 2), over `ChurnInputs`. 1,256 bytes.
///
///     h = max(p(1 - p), .01)    k = Px / (λ/h + x'Px)    P ← (P - k(Px)') / λ    w ← w + Px·(y - p)
///
/// It begins as the population model itself: weight 1 on its logit, 0 on all else. Taught weekly with 400 customers it
/// ranks better than any of its inputs (AUC at 90 days: CDNOW .788, Online Retail .734), but its risk may fall while a
/// silence goes on, so timers are set by `ChurnClock.nextCheck`.
@frozen
public struct ChurnBlend: BitwiseCopyable, Sendable {
    @usableFromInline var weights: InlineArray<12, Double>
    /// Row after row; symmetric.
    @usableFromInline var covariance: InlineArray<144, Double>
    public private(set) var learned: UInt64

    static var forgetting: Double { 0.9998 }
    static var largestTrace: Double { 3 }
    static var traceInterval: UInt64 { 500 }

    public init() {
        weights = InlineArray(repeating: 0)
        weights[0] = 1
        covariance = InlineArray(repeating: 0)
        for i in 0..<12 { covariance[13 * i] = 0.25 }
        learned = 0
    }

    /// P(no purchase within the horizon the model was taught), in 0…1.
    @inlinable
    public func risk(_ x: ChurnInputs) -> Double {
        var sum = 0.0
        for i in 0..<12 { sum += weights[i] * x[i] }
        return Elementary.logistic(sum)
    }

    /// Learns, once the horizon has passed, whether the customer of that day stayed silent.
    public mutating func learn(_ x: ChurnInputs, churned: Bool) {
        let p = risk(x)
        let h = max(p * (1 - p), 0.01)
        let px = covarianceTimes(x)
        var xpx = 0.0
        for i in 0..<12 { xpx += x[i] * px[i] }
        shrink(along: px, by: 1 / (ChurnBlend.forgetting / h + xpx))
        // P x after the update, in terms of P x before it
        let step = ((churned ? 1 : 0) - p) / (ChurnBlend.forgetting + h * xpx)
        for i in 0..<12 { weights[i] += px[i] * step }
        learned += 1
        if learned % ChurnBlend.traceInterval == 0 { capTrace() }
    }

    private func covarianceTimes(_ x: ChurnInputs) -> InlineArray<12, Double> {
        var product = InlineArray<12, Double>(repeating: 0)
        for i in 0..<12 {
            for j in 0..<12 { product[i] += covariance[12 * i + j] * x[j] }
        }
        return product
    }

    private mutating func shrink(along px: InlineArray<12, Double>, by gain: Double) {
        for i in 0..<12 {
            for j in 0..<12 {
                let less = covariance[12 * i + j] - gain * px[i] * px[j]
                covariance[12 * i + j] = less / ChurnBlend.forgetting
            }
        }
    }

    /// Forgetting lets uncertainty grow without bound where nothing is seen.
    private mutating func capTrace() {
        var trace = 0.0
        for i in 0..<12 { trace += covariance[13 * i] }
        guard trace > ChurnBlend.largestTrace else { return }
        for i in 0..<144 { covariance[i] *= ChurnBlend.largestTrace / trace }
    }
}

// State as words, for a codec

extension ChurnBlend {
    public static var wordCount: Int { 157 }

    /// Weights, covariance, number of examples learned.
    public func encode(_ emit: (UInt64) -> Void) {
        for i in 0..<12 { emit(weights[i].bitPattern) }
        for i in 0..<144 { emit(covariance[i].bitPattern) }
        emit(learned)
    }

    /// The blend that `encode` told; nil when the words cannot have come from one.
    public init?(words: [UInt64]) {
        guard words.count == ChurnBlend.wordCount else { return nil }
        guard words.dropLast().allSatisfy({ Double(bitPattern: $0).isFinite }) else { return nil }
        weights = InlineArray { Double(bitPattern: words[$0]) }
        covariance = InlineArray { Double(bitPattern: words[12 + $0]) }
        learned = words[156]
    }
}
