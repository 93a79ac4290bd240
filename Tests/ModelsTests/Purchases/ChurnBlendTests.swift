import Models
import Testing

@Suite struct ChurnBlendTests {
    static func inputs(_ random: inout SeededRandom) -> ChurnInputs {
        var values = InlineArray<12, Double>(repeating: 1)
        for i in 0..<12 where i != 1 { values[i] = random.nextGaussian() }
        return ChurnInputs(values: values)
    }

    static func words(_ blend: ChurnBlend) -> [UInt64] {
        var words: [UInt64] = []
        blend.encode { words.append($0) }
        return words
    }

    static let planted: [Double] = [0.5, -0.4, 1.2, 0, -0.8, 0, 0.3, 0, 0, -1, 0.6, 0]

    static func chance(_ x: ChurnInputs) -> Double {
        Elementary.logistic((0..<12).reduce(0) { $0 + planted[$1] * x[$1] })
    }

    static func taught(_ examples: Int, seed: UInt64) -> ChurnBlend {
        var random = SeededRandom(seed: seed)
        var blend = ChurnBlend()
        for _ in 0..<examples {
            let x = inputs(&random)
            blend.learn(x, churned: random.nextDouble() < chance(x))
        }
        return blend
    }

    @Test func `begins as the population model itself`() {
        let history = ChurnClockTests.regular(every: 20, count: 6)
        let clock = ChurnClock()
        let now = someday + 50 * day
        let x = ChurnInputs(history: history, recent: (0.4, 1.5, 3), meanLogAmount: 4, clock: clock, at: now)
        #expect(near(ChurnBlend().risk(x), clock.probabilityNone(of: history, at: now)))
        #expect((0..<12).allSatisfy { x[$0].isFinite && abs(x[$0]) < 10 })
        #expect(x[1] == 1 && x[11] == 0)
    }

    @Test func `finds planted weights, as well as they can be known`() {
        let blend = Self.taught(8000, seed: 1)
        var random = SeededRandom(seed: 2)
        var error = 0.0
        for _ in 0..<1000 {
            let x = Self.inputs(&random)
            error += abs(blend.risk(x) - Self.chance(x)) / 1000
        }
        #expect(error < 0.03, "mean error of the probability \(error)")
    }

    @Test func `a few examples already help`() {
        func loss(_ blend: ChurnBlend) -> Double {
            var random = SeededRandom(seed: 5)
            return (0..<2000).reduce(0) { sum, _ in
                let x = Self.inputs(&random)
                let off = blend.risk(x) - Self.chance(x)
                return sum + off * off
            }
        }
        #expect(loss(Self.taught(200, seed: 1)) < 0.5 * loss(ChurnBlend()))
    }

    @Test func `one example moves its own risk towards the outcome`() {
        var random = SeededRandom(seed: 8)
        for churned in [true, false] {
            var blend = ChurnBlend()
            let x = Self.inputs(&random)
            let before = blend.risk(x)
            blend.learn(x, churned: churned)
            #expect(churned ? blend.risk(x) > before : blend.risk(x) < before)
        }
    }

    @Test func `the covariance stays symmetric and bounded however long nothing new is seen`() {
        var blend = ChurnBlend()
        let x = ChurnInputs(values: InlineArray(repeating: 1))
        for i in 0..<60_000 { blend.learn(x, churned: i % 3 == 0) }
        let covariance = Self.words(blend)[12..<156].map { Double(bitPattern: $0) }
        let trace = (0..<12).reduce(0) { $0 + covariance[13 * $1] }
        #expect(trace <= 3.5)
        for i in 0..<12 {
            for j in 0..<i { #expect(near(covariance[12 * i + j], covariance[12 * j + i])) }
        }
        #expect(near(blend.risk(x), 1.0 / 3, within: 0.05))
    }

    @Test func `comes back from its words and goes on the same`() throws {
        var blend = Self.taught(700, seed: 3)
        var twin = try #require(ChurnBlend(words: Self.words(blend)))
        #expect(Self.words(blend).count == ChurnBlend.wordCount)
        var random = SeededRandom(seed: 4)
        for i in 0..<100 {
            let x = Self.inputs(&random)
            blend.learn(x, churned: i % 2 == 0)
            twin.learn(x, churned: i % 2 == 0)
        }
        #expect(Self.words(blend) == Self.words(twin))
        #expect(Self.words(Self.taught(100, seed: 3)) == Self.words(Self.taught(100, seed: 3)))
        #expect(ChurnBlend(words: [1, 2, 3]) == nil)
        #expect(ChurnBlend(words: [UInt64](repeating: Double.nan.bitPattern, count: 157)) == nil)
    }
}
