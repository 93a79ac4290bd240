import Testing

@testable import Models

@Suite struct PopulationEstimatorTests {
    struct Buyer {
        var key: UInt64
        var repeats: UInt32
        var first: Int64
        var last: Int64
    }

    /// Customers of a planted population, first seen over the first half of `days`, watched until its end.
    static func simulate(_ truth: PurchasePopulation, customers: Int, days: Double, seed: UInt64) -> [Buyer] {
        var random = SeededRandom(seed: seed)
        return (0..<customers).map { i in
            let rate = random.nextGamma(truth.r) / truth.alpha
            let leaving = random.nextBeta(truth.a, truth.b)
            let first = random.nextDouble() * days / 2
            var last = first
            var repeats: UInt32 = 0
            while random.nextDouble() >= leaving {
                let next = last + random.nextExponential(rate: rate)
                if next > days { break }
                last = next
                repeats += 1
            }
            return Buyer(key: UInt64(i), repeats: repeats, first: time(first), last: time(last))
        }
    }

    static func time(_ days: Double) -> Int64 { someday + Int64(days * Double(day)) }

    static func tell(_ buyers: [Buyer], _ estimator: inout PopulationEstimator) {
        for buyer in buyers {
            estimator.observe(customer: buyer.key, repeats: buyer.repeats, first: buyer.first, last: buyer.last)
        }
    }

    static func words(_ estimator: borrowing PopulationEstimator) -> [UInt64] {
        var words: [UInt64] = []
        estimator.encode { words.append($0) }
        return words
    }

    static let planted = [
        PurchasePopulation(r: 0.8, alpha: 20, a: 0.7, b: 2),
        PurchasePopulation(r: 1.5, alpha: 60, a: 0.4, b: 3),
    ]

    /// Single parameters trade against each other, so what counts is also what they say of customers.
    @Test(arguments: planted)
    func `finds a planted population`(truth: PurchasePopulation) {
        var estimator = PopulationEstimator(capacity: 3000, seed: 1)
        Self.tell(Self.simulate(truth, customers: 3000, days: 730, seed: 42), &estimator)
        for round in 0..<24 as Range<UInt64> { estimator.refine(at: Self.time(730), seed: round) }
        let found = estimator.population
        #expect(near(found.r / truth.r, 1, within: 0.2), "r \(found.r)")
        #expect(near(found.alpha / truth.alpha, 1, within: 0.25), "alpha \(found.alpha)")
        #expect(near(found.a / (found.a + found.b), truth.a / (truth.a + truth.b), within: 0.05), "a \(found.a)")
        for (x, tx, t) in [(0.0, 0.0, 200.0), (2, 100, 150), (5, 300, 320), (5, 100, 400)] {
            let none = found.probabilityNone(horizon: 90, repeats: x, lastPurchase: tx, age: t)
            let right = truth.probabilityNone(horizon: 90, repeats: x, lastPurchase: tx, age: t)
            #expect(near(none, right, within: 0.05))
        }
    }

    @Test func `too few customers leave the prior alone`() {
        var estimator = PopulationEstimator()
        Self.tell(Self.simulate(.prior, customers: 19, days: 100, seed: 1), &estimator)
        estimator.refine(at: Self.time(100), seed: 1)
        #expect(near(estimator.population.alpha, 30))
        #expect(near(estimator.population.r, 0.6))
    }

    @Test func `the sample does not depend on the order in which customers are met`() {
        let buyers = Self.simulate(.prior, customers: 500, days: 365, seed: 3)
        var forwards = PopulationEstimator(capacity: 100, seed: 9)
        var backwards = PopulationEstimator(capacity: 100, seed: 9)
        Self.tell(buyers, &forwards)
        Self.tell(buyers.reversed(), &backwards)
        #expect(Self.words(forwards) == Self.words(backwards))
        #expect(forwards.sampled == 100)
        #expect((350...700).contains(forwards.estimatedCustomers))
    }

    @Test func `the same calls give the same bytes, another seed other ones`() {
        let buyers = Self.simulate(.prior, customers: 200, days: 365, seed: 3)
        func run(_ seed: UInt64) -> [UInt64] {
            var estimator = PopulationEstimator(seed: 9)
            Self.tell(buyers, &estimator)
            estimator.refine(at: Self.time(365), seed: seed)
            return Self.words(estimator)
        }
        #expect(run(4) == run(4))
        #expect(run(4) != run(5))
    }

    @Test func `a customer that buys again is updated where it stands`() {
        var estimator = PopulationEstimator(seed: 0)
        estimator.observe(customer: 7, repeats: 0, first: someday, last: someday)
        let before = Self.words(estimator)
        estimator.observe(customer: 7, repeats: 1, first: someday, last: someday + day)
        #expect(estimator.sampled == 1)
        #expect(Self.words(estimator) != before)
    }

    @Test func `says whom it wants, and forgets`() {
        var estimator = PopulationEstimator(capacity: 50, seed: 2)
        let buyers = Self.simulate(.prior, customers: 400, days: 365, seed: 3)
        Self.tell(buyers, &estimator)
        let words = Self.words(estimator)
        for buyer in buyers where estimator.wants(customer: buyer.key) == false {
            estimator.observe(customer: buyer.key, repeats: 99, first: buyer.first, last: buyer.last)
        }
        #expect(Self.words(estimator) == words, "who is not wanted changes nothing")
        let wanted = buyers.filter { estimator.wants(customer: $0.key) }
        #expect(wanted.count == 50)
        let gone = estimator.forget(customer: wanted[0].key)
        let again = estimator.forget(customer: wanted[0].key)
        #expect(gone && !again)
        #expect(estimator.sampled == 49)
    }

    @Test func `comes back from its words and goes on the same`() {
        var estimator = PopulationEstimator(capacity: 300, seed: 2)
        Self.tell(Self.simulate(.prior, customers: 300, days: 365, seed: 8), &estimator)
        estimator.refine(at: Self.time(365), seed: 1)
        let words = Self.words(estimator)
        guard var twin = PopulationEstimator(words: words) else {
            Issue.record("its own words are refused")
            return
        }
        #expect(Self.words(twin) == words)
        estimator.refine(at: Self.time(400), seed: 2)
        twin.refine(at: Self.time(400), seed: 2)
        #expect(Self.words(twin) == Self.words(estimator))
    }

    @Test func `words that are not its own are refused`() {
        var estimator = PopulationEstimator(capacity: 10, seed: 2)
        Self.tell(Self.simulate(.prior, customers: 10, days: 365, seed: 8), &estimator)
        let words = Self.words(estimator)
        func accepts(_ words: [UInt64]) -> Bool {
            if PopulationEstimator(words: words) != nil { return true }
            return false
        }
        #expect(accepts(words))
        #expect(!accepts([]))
        #expect(!accepts(Array(words.dropLast())))
        var swapped = words
        swapped.swapAt(15, 18)
        #expect(!accepts(swapped), "ranks must rise")
        var broken = words
        broken[2] = Double.nan.bitPattern
        #expect(!accepts(broken), "a position is a number")
        var small = words
        small[0] = 9
        #expect(!accepts(small), "more customers than capacity")
    }
}
