import Models
import Testing

@Suite struct GapStatisticsTests {
    static func gaps(_ count: Int, seed: UInt64, mean: Double = 2.5, deviation: Double = 0.8) -> [Double] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in Elementary.exp(mean + deviation * random.nextGaussian()) }
    }

    static func learned(_ gaps: [Double]) -> GapStatistics {
        var statistics = GapStatistics()
        for gap in gaps { statistics.add(days: gap) }
        return statistics
    }

    @Test(arguments: [2, 3, 10, 1000])
    func `streaming equals two passes over all`(count: Int) {
        let gaps = Self.gaps(count, seed: UInt64(count))
        let statistics = Self.learned(gaps)
        let n = Double(count)
        let mean = gaps.reduce(0, +) / n
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        let logs = gaps.map(Elementary.log)
        let logMean = logs.reduce(0, +) / n
        let logVariance = logs.reduce(0) { $0 + ($1 - logMean) * ($1 - logMean) } / (n - 1)
        #expect(near(Double(statistics.mean), mean, within: 1e-4))
        #expect(near(statistics.variance, variance, within: 1e-3))
        #expect(near(Double(statistics.logMean), logMean, within: 1e-4))
        #expect(near(statistics.logVariance, logVariance, within: 1e-3))
        #expect(near(statistics.logSum, logs.reduce(0, +), within: 1e-4))
        #expect(near(statistics.logSumOfSquares, logs.reduce(0) { $0 + $1 * $1 }, within: 1e-3))
    }

    @Test func `before the first gap nothing is claimed, and it stays small`() {
        let empty = GapStatistics()
        #expect(empty.upperQuantile == nil && empty.variance == 0 && empty.logVariance == 0)
        #expect(empty.rhythm(towards: .prior) == .prior)
        #expect(MemoryLayout<GapStatistics>.size == 24)
    }

    @Test(arguments: [(2.5, 0.5), (2.5, 0.8), (1.0, 1.2)])
    func `the upper quantile settles where nine of ten gaps end`(mean: Double, deviation: Double) {
        let gaps = Self.gaps(4000, seed: 77, mean: mean, deviation: deviation)
        let upper = Self.learned(gaps).upperQuantile ?? 0
        let below = Double(gaps.count { $0 <= upper }) / 4000
        #expect((0.87...0.93).contains(below), "\(below) of the gaps")
    }

    @Test func `gaps under an hour count as an hour`() {
        let statistics = Self.learned([0, -3, 1e-9])
        #expect(near(Double(statistics.mean), 1.0 / 24, within: 1e-6))
        #expect(statistics.logSum.isFinite)
    }

    @Test(arguments: [1, 2, 5, 50])
    func `shrinking is as if three gaps of the population had been seen too`(count: Int) {
        let statistics = Self.learned(Self.gaps(count, seed: 5))
        let population = LogRhythm(mean: 3, deviation: 0.7)
        let n = Double(count) + 3
        let mean = (statistics.logSum + 3 * population.mean) / n
        let square = (statistics.logSumOfSquares + 3 * (0.7 * 0.7 + 3 * 3)) / n
        let shrunk = statistics.rhythm(towards: population)
        #expect(near(shrunk.mean, mean, within: 1e-5))
        #expect(near(shrunk.deviation, (square - mean * mean).squareRoot(), within: 1e-3))
    }

    @Test func `much evidence leaves little of the population`() {
        let statistics = Self.learned(Self.gaps(5000, seed: 9, mean: 1, deviation: 0.4))
        let shrunk = statistics.rhythm(towards: LogRhythm(mean: 5, deviation: 2))
        #expect(near(shrunk.mean, 1, within: 0.03))
        #expect(near(shrunk.deviation, 0.4, within: 0.1))
    }
}
