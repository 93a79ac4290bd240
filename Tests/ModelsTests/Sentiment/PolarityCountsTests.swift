import Models
import Testing

@Suite struct PolarityCountsTests {
    let halfLife = HalfLife(days: 30)

    @Test func `counts by label and stays small`() {
        var counts = PolarityCounts()
        for label in [PolarityLabel.positive, .positive, .neutral, .negative] {
            counts.add(polarity: 0, label: label, at: someday, halfLife: halfLife)
        }
        #expect(counts.positive == 2 && counts.neutral == 1 && counts.negative == 1 && counts.total == 4)
        #expect(MemoryLayout<PolarityCounts>.size == 64)
    }

    @Test func `the positive share starts at one half and follows the evidence`() {
        var counts = PolarityCounts()
        #expect(counts.positiveShare() == 0.5)
        for _ in 0..<8 { counts.add(polarity: 1, label: .positive, at: someday, halfLife: halfLife) }
        #expect(near(counts.positiveShare(), 0.9))
    }

    @Test func `the recent mean follows a turn sooner than the counts`() {
        var counts = PolarityCounts()
        for i in 0..<100 as Range<Int64> {
            counts.add(polarity: 0.8, label: .positive, at: someday + i * day, halfLife: halfLife)
        }
        for i in 100..<160 as Range<Int64> {
            counts.add(polarity: -0.8, label: .negative, at: someday + i * day, halfLife: halfLife)
        }
        #expect((counts.recent.mean ?? 0) < 0)
        #expect(counts.positiveShare() > 0.5)
    }
}

@Suite struct TumblingWindowTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `current and previous equal a count over all that came in time`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var window = TumblingWindow()
        var all: [(window: Int64, value: Float)] = []
        var time = someday
        for _ in 0..<500 {
            time += Int64(random.nextIndex(below: Int(hour)))
            // a third come late, by up to two windows
            let own = random.nextDouble() < 0.3 ? time - Int64(random.nextIndex(below: Int(2 * hour))) : time
            let newest = all.map(\.window).max() ?? 0
            let value = Float(random.nextIndex(below: 5))
            window.add(value, at: own, length: hour)
            if own / hour >= newest - 1 { all.append((own / hour, value)) }
            let current = all.filter { $0.window == Int64(window.index) }
            let previous = all.filter { $0.window == Int64(window.index) - 1 }
            #expect(Int(window.count) == current.count && window.sum == current.reduce(0) { $0 + $1.value })
            #expect(Int(window.previousCount) == previous.count)
            #expect(window.previousSum == previous.reduce(0) { $0 + $1.value })
        }
    }

    @Test func `time passing empties the windows without touching the stored ones`() {
        var window = TumblingWindow()
        window.add(3, at: someday, length: hour)
        let stored = window
        let next = window.seen(at: someday + hour, length: hour)
        #expect(next.count == 0 && next.previousCount == 1 && next.previousMean == 3 && next.mean == nil)
        let later = window.seen(at: someday + 2 * hour, length: hour)
        #expect(later.count == 0 && later.previousCount == 0)
        #expect(window == stored && window.seen(at: someday, length: hour) == stored)
    }

    /// As if only the last version had ever been said.
    @Test func `an edit takes the place of what it edits`() {
        let halfLife = HalfLife(days: 30)
        let opinions: [(Float, PolarityLabel, Int64)] = [
            (0.5, .positive, 1_000), (-1, .negative, 7_200_000), (0, .neutral, 90_000_000),
        ]
        for edited in opinions.indices {
            var counts = PolarityCounts()
            var expected = PolarityCounts()
            for (index, (polarity, label, time)) in opinions.enumerated() {
                counts.add(polarity: polarity, label: label, at: time, halfLife: halfLife)
                let version: (Float, PolarityLabel) = index == edited ? (1, .positive) : (polarity, label)
                expected.add(polarity: version.0, label: version.1, at: time, halfLife: halfLife)
            }
            let (polarity, label, time) = opinions[edited]
            counts.replace(polarity, label, by: 1, .positive, at: time, halfLife: halfLife)
            #expect(counts.negative == expected.negative && counts.positive == expected.positive)
            #expect(counts.neutral == expected.neutral && counts.hour.count == expected.hour.count)
            #expect(abs(counts.recent.rawSum - expected.recent.rawSum) < 1e-5)
            #expect(counts.recent.rawWeight == expected.recent.rawWeight)
            #expect(abs(counts.day.sum - expected.day.sum) < 1e-5)
            #expect(abs(counts.day.previousSum - expected.day.previousSum) < 1e-5)
        }
    }
}
