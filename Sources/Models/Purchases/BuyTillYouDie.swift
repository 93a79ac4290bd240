/// How a population buys until it stops: MBG/NBD (Batislam, Denizel, Filiztekin 2007, after Fader, Hardie, Lee 2005).
///
/// While alive a customer buys at a Poisson rate drawn from Gamma(r, α); after every purchase, the first included, it
/// leaves with a probability drawn from Beta(a, b). All times are days. `repeats` x counts purchases after the first,
/// `lastPurchase` tx the days from the first to the last, `age` T the days from the first until now.
@frozen
public struct PurchasePopulation: BitwiseCopyable, Sendable, Equatable {
    public var r, alpha, a, b: Double

    @inlinable
    public init(r: Double, alpha: Double, a: Double, b: Double) {
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
    }

    /// Where every shop starts: the centre of the estimator's prior.
    @inlinable public static var prior: PurchasePopulation { PurchasePopulation(r: 0.6, alpha: 30, a: 0.6, b: 2.5) }

    /// ln of the odds against being alive: ln a - ln(b + x) + (r + x)·ln((α + T) / (α + tx)).
    @inlinable
    public func logOddsGone(repeats x: Double, lastPurchase tx: Double, age t: Double) -> Double {
        Elementary.log(a / (b + x)) + (r + x) * Elementary.log1p(max(0, t - tx) / (alpha + tx))
    }

    /// P(the customer will ever buy again). Do not rank customers by it: those who bought once look safest.
    @inlinable
    public func probabilityAlive(repeats x: Double, lastPurchase tx: Double, age t: Double) -> Double {
        Elementary.logistic(-logOddsGone(repeats: x, lastPurchase: tx, age: t))
    }

    /// P(no purchase in the next `horizon` days) = 1 - alive·(1 - ((α + T) / (α + T + H))^(r + x)).
    ///
    /// Never falls while the silence goes on: being alive gets less likely, and so does a quick purchase.
    @inlinable
    public func probabilityNone(
        horizon: Double,
        repeats x: Double,
        lastPurchase tx: Double,
        age t: Double
    ) -> Double {
        let alive = probabilityAlive(repeats: x, lastPurchase: tx, age: t)
        let silent = Elementary.exp(-(r + x) * Elementary.log1p(horizon / (alpha + max(t, tx))))
        return 1 - alive * (1 - silent)
    }
}
