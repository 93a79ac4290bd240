/// What one customer says about the population's parameters: ln likelihood under MBG/NBD and its gradient.
///
/// With A = α + T, X = α + tx (Batislam, Denizel, Filiztekin 2007, eq. 5; the factor of the data alone left out):
///
///     ln L = lnΓ(r+x) - lnΓ(r) + r·ln α + lnB(a, b+x+1) - lnB(a, b) + ln(A^-(r+x) + a/(b+x)·X^-(r+x))
@usableFromInline
struct PurchaseLikelihood {
    let population: PurchasePopulation

    /// ln Γ(r), ψ(r) … that all customers share.
    private let logGammaR, logGammaB, logGammaAB: Double
    private let digammaR, digammaB, digammaAB: Double

    init(_ population: PurchasePopulation) {
        self.population = population
        logGammaR = GammaFunctions.logGamma(population.r)
        logGammaB = GammaFunctions.logGamma(population.b)
        logGammaAB = GammaFunctions.logGamma(population.a + population.b)
        digammaR = GammaFunctions.digamma(population.r)
        digammaB = GammaFunctions.digamma(population.b)
        digammaAB = GammaFunctions.digamma(population.a + population.b)
    }

    /// ln L of a customer with `x` repeats, the last after `tx` days, observed for `t` days.
    func log(repeats x: Double, lastPurchase tx: Double, age t: Double) -> Double {
        let p = population
        let purchases = GammaFunctions.logGamma(p.r + x) - logGammaR + p.r * Elementary.log(p.alpha)
        let stays =
            GammaFunctions.logGamma(p.b + x + 1) + logGammaAB - GammaFunctions.logGamma(p.a + p.b + x + 1) - logGammaB
        let alive = -(p.r + x) * Elementary.log(p.alpha + t)
        // ln(e^alive + e^gone) = alive + ln(1 + odds of being gone)
        let odds = p.logOddsGone(repeats: x, lastPurchase: tx, age: t)
        return purchases + stays + alive + (odds > 30 ? odds : Elementary.log1p(Elementary.exp(odds)))
    }

    /// d ln L / d(ln r, ln α, ln a, ln b).
    func gradient(repeats x: Double, lastPurchase tx: Double, age t: Double) -> SIMD4<Double> {
        let p = population
        let alive = p.probabilityAlive(repeats: x, lastPurchase: tx, age: t)
        let gone = 1 - alive
        let sum = digammaAB - GammaFunctions.digamma(p.a + p.b + x + 1)
        let byR =
            GammaFunctions.digamma(p.r + x) - digammaR + Elementary.log(p.alpha)
            - alive * Elementary.log(p.alpha + t) - gone * Elementary.log(p.alpha + tx)
        let byAlpha = p.r / p.alpha - (p.r + x) * (alive / (p.alpha + t) + gone / (p.alpha + tx))
        let byA = sum + gone / p.a
        let byB = sum + GammaFunctions.digamma(p.b + x + 1) - digammaB - gone / (p.b + x)
        return SIMD4(byR * p.r, byAlpha * p.alpha, byA * p.a, byB * p.b)
    }
}
