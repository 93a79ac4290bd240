import Models
import Testing

@Suite struct SeededRandomTests {
    @Test func `SplitMix64 gives the published sequence`() {
        var random = SplitMix64(seed: 1_234_567)
        let first = [random.next(), random.next(), random.next()]
        #expect(first == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }

    @Test func `xoshiro256 gives the published sequence`() {
        var random = SeededRandom(seed: 0)
        (random.s0, random.s1, random.s2, random.s3) = (1, 2, 3, 4)
        let first = (0..<4).map { _ in random.next() }
        #expect(first == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240])
    }

    @Test func `a seed gives one sequence, another seed another`() {
        var a = SeededRandom(seed: 7)
        var b = SeededRandom(seed: 7)
        var c = SeededRandom(seed: 8)
        let left = (0..<50).map { _ in a.next() }
        let same = (0..<50).map { _ in b.next() }
        let other = (0..<50).map { _ in c.next() }
        #expect(left == same)
        #expect(left != other)
    }

    @Test func `doubles are uniform in 0 to 1, gaussians have mean 0 and variance 1`() {
        var random = SeededRandom(seed: 99)
        let doubles = (0..<20_000).map { _ in random.nextDouble() }
        #expect(doubles.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(near(doubles.reduce(0, +) / 20_000, 0.5, within: 0.01))
        let gaussians = (0..<20_000).map { _ in random.nextGaussian() }
        #expect(near(gaussians.reduce(0, +) / 20_000, 0, within: 0.03))
        #expect(near(gaussians.reduce(0) { $0 + $1 * $1 } / 20_000, 1, within: 0.04))
    }

    @Test func `indices reach every place about equally often`() {
        var random = SeededRandom(seed: 3)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<7000 { counts[random.nextIndex(below: 7)] += 1 }
        #expect(counts.allSatisfy { (850...1150).contains($0) })
    }
}

@Suite struct GammaFunctionsTests {
    @Test func `ln gamma knows factorials and one half`() {
        var factorial = 0.0
        for n in 2...60 {
            factorial += Elementary.log(Double(n - 1))
            #expect(near(GammaFunctions.logGamma(Double(n)), factorial, within: 1e-12))
        }
        #expect(near(GammaFunctions.logGamma(0.5), 0.5 * Elementary.log(Double.pi), within: 1e-12))
    }

    @Test func `digamma at 1 is minus Euler's constant`() {
        #expect(near(GammaFunctions.digamma(1), -0.577_215_664_901_532_86, within: 1e-11))
    }

    @Test(arguments: [0.004, 0.03, 0.6, 1, 2.5, 7.9, 8.1, 40, 3000])
    func `both obey their recurrences, and one is the other's slope`(x: Double) {
        let up = GammaFunctions.logGamma(x + 1) - GammaFunctions.logGamma(x)
        #expect(near(up, Elementary.log(x), within: 1e-10))
        #expect(near(GammaFunctions.digamma(x + 1) - GammaFunctions.digamma(x), 1 / x, within: 1e-10))
        let h = 1e-4 * x
        let slope = (GammaFunctions.logGamma(x + h) - GammaFunctions.logGamma(x - h)) / (2 * h)
        #expect(near(slope, GammaFunctions.digamma(x), within: 1e-6))
    }
}

@Suite struct ElementaryTests {
    @Test func `the logistic function and its inverse undo each other and never leave 0 to 1`() {
        for x in stride(from: -15.0, through: 15, by: 0.5) {
            #expect(near(Elementary.logit(Elementary.logistic(x)), x, within: 1e-6))
        }
        #expect(Elementary.logistic(-1000) == 0)
        #expect(Elementary.logistic(1000) == 1)
        #expect(Elementary.logit(0).isFinite && Elementary.logit(1).isFinite)
    }

    @Test func `clamping takes what is no number for the lower end`() {
        #expect(Elementary.clamp(.nan, -1, 1) == -1)
        #expect(Elementary.clamp(5, -1, 1) == 1)
        #expect(Elementary.clamp(-5, -1, 1) == -1)
        #expect(Elementary.clamp(0.25, -1, 1) == 0.25)
    }
}
