import Testing

@testable import Models

@Suite struct PurchasePopulationTests {
    static let populations = [
        PurchasePopulation.prior,
        PurchasePopulation(r: 0.25, alpha: 4.4, a: 0.8, b: 2.4),
        PurchasePopulation(r: 2, alpha: 90, a: 0.1, b: 12),
    ]
    static let customers: [(x: Double, tx: Double, t: Double)] = [
        (0, 0, 0), (0, 0, 400), (1, 10, 11), (3, 200, 210), (3, 20, 210), (40, 390, 400), (300, 720, 731),
    ]

    @Test(arguments: populations)
    func `alive and none are probabilities, and follow the formula`(population: PurchasePopulation) {
        for (x, tx, t) in Self.customers {
            let alive = population.probabilityAlive(repeats: x, lastPurchase: tx, age: t)
            let ratio = (population.alpha + t) / (population.alpha + tx)
            let odds = population.a / (population.b + x) * Elementary.pow(ratio, population.r + x)
            #expect(near(alive, 1 / (1 + odds), within: 1e-9))
            let none = population.probabilityNone(horizon: 90, repeats: x, lastPurchase: tx, age: t)
            let base = (population.alpha + t) / (population.alpha + t + 90)
            #expect(near(none, 1 - alive * (1 - Elementary.pow(base, population.r + x)), within: 1e-9))
            #expect((0...1).contains(alive) && (0...1).contains(none))
        }
    }

    @Test(arguments: populations)
    func `silence only ever makes things worse`(population: PurchasePopulation) {
        for (x, tx, _) in Self.customers {
            var alive = 2.0
            var none = -1.0
            for silence in stride(from: 0.0, through: 2000, by: 7) {
                let nowAlive = population.probabilityAlive(repeats: x, lastPurchase: tx, age: tx + silence)
                let nowNone = population.probabilityNone(horizon: 90, repeats: x, lastPurchase: tx, age: tx + silence)
                #expect(nowAlive <= alive && nowNone >= none)
                alive = nowAlive
                none = nowNone
            }
        }
    }

    @Test(arguments: populations)
    func `a longer horizon leaves less room for silence`(population: PurchasePopulation) {
        for (x, tx, t) in Self.customers {
            let chances = [1.0, 30, 90, 365, 10_000].map {
                population.probabilityNone(horizon: $0, repeats: x, lastPurchase: tx, age: t)
            }
            #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 } && chances[0] > chances[4])
            let gone = 1 - population.probabilityAlive(repeats: x, lastPurchase: tx, age: t)
            #expect(chances.allSatisfy { $0 >= gone - 1e-12 }, "those who left stay silent in any case")
        }
    }
}

@Suite struct PurchaseLikelihoodTests {
    static let populations = [
        PurchasePopulation(r: 1.5, alpha: 12, a: 1.2, b: 2.5),
        PurchasePopulation(r: 2, alpha: 30, a: 2, b: 3),
    ]
    static let customers: [(x: Double, tx: Double, t: Double)] = [(0, 0, 30), (1, 12, 40), (4, 35, 40), (9, 60, 200)]

    @Test(arguments: populations)
    func `the gradient is the slope of the logarithm`(population: PurchasePopulation) {
        for (x, tx, t) in Self.customers {
            let slope = PurchaseLikelihood(population).gradient(repeats: x, lastPurchase: tx, age: t)
            for i in 0..<4 {
                let up = Self.moved(population, i, 1e-5)
                let down = Self.moved(population, i, -1e-5)
                let rise =
                    PurchaseLikelihood(up).log(repeats: x, lastPurchase: tx, age: t)
                    - PurchaseLikelihood(down).log(repeats: x, lastPurchase: tx, age: t)
                #expect(near(slope[i], rise / 2e-5, within: 1e-5))
            }
        }
    }

    /// The likelihood of one customer with known rate λ and chance p of leaving, summed over a grid of both.
    @Test(arguments: populations)
    func `equals the integral over rates and chances of leaving`(population: PurchasePopulation) {
        for (x, tx, t) in Self.customers {
            let closed = PurchaseLikelihood(population).log(repeats: x, lastPurchase: tx, age: t)
            let grid = Elementary.log(Self.integral(population, x, tx, t))
            #expect(near(closed, grid, within: 2e-3), "x \(x)")
        }
    }

    private static func moved(_ p: PurchasePopulation, _ i: Int, _ by: Double) -> PurchasePopulation {
        var q = SIMD4(p.r, p.alpha, p.a, p.b)
        q[i] *= Elementary.exp(by)
        return PurchasePopulation(r: q[0], alpha: q[1], a: q[2], b: q[3])
    }

    private static func integral(_ q: PurchasePopulation, _ x: Double, _ tx: Double, _ t: Double) -> Double {
        let steps = 300
        let topRate = 30 * (q.r + x) / q.alpha
        let gamma = q.r * Elementary.log(q.alpha) - GammaFunctions.logGamma(q.r)
        let beta =
            GammaFunctions.logGamma(q.a + q.b) - GammaFunctions.logGamma(q.a) - GammaFunctions.logGamma(q.b)
        var sum = 0.0
        for i in 0..<10 * steps {
            let rate = (Double(i) + 0.5) * topRate / Double(10 * steps)
            let density = gamma + (q.r - 1) * Elementary.log(rate) - q.alpha * rate
            let stays = Elementary.exp(density + x * Elementary.log(rate) - rate * t)
            let leaves = Elementary.exp(density + x * Elementary.log(rate) - rate * tx)
            guard leaves > 1e-30 else { continue }
            for j in 0..<steps {
                let p = (Double(j) + 0.5) / Double(steps)
                let prior = Elementary.exp(
                    beta + (q.a - 1) * Elementary.log(p) + (q.b - 1 + x) * Elementary.log1p(-p)
                )
                sum += prior * ((1 - p) * stays + p * leaves)
            }
        }
        return sum * topRate / Double(10 * steps) / Double(steps)
    }
}
