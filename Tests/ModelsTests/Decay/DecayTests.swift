import Models
import Testing

@Suite struct HalfLifeTests {
    @Test(arguments: [0.01, 1, 7, 365])
    func `growth doubles every half-life, both ways`(days: Double) {
        let halfLife = HalfLife(days: days)
        let later = someday + Int64(days * Double(day))
        #expect(near(halfLife.growth(from: someday, to: later), 2))
        #expect(near(halfLife.growth(from: later, to: someday), 0.5))
        #expect(halfLife.growth(from: someday, to: someday) == 1)
        #expect(near(halfLife.days, days))
    }

    @Test func `landmarks round down to seconds and stay within 32 bits`() {
        #expect(Landmark.seconds(of: 1999) == 1)
        #expect(Landmark.seconds(of: -5) == 0)
        #expect(Landmark.seconds(of: .max) == .max)
        #expect(Landmark.milliseconds(of: Landmark.seconds(of: someday + 999)) == someday)
    }
}

@Suite struct DecayedCountTests {
    let halfLife = HalfLife(days: 3)

    @Test func `after one half-life half is left`() {
        var count = DecayedCount()
        count.add(8, at: someday + 500, halfLife: halfLife)
        #expect(near(count.value(at: someday + 500, halfLife: halfLife), 8, within: 1e-6))
        #expect(near(count.value(at: someday + 500 + 3 * day, halfLife: halfLife), 4, within: 1e-6))
        #expect(near(count.value(at: someday + 500 + 30 * day, halfLife: halfLife), 8.0 / 1024, within: 1e-6))
    }

    @Test func `an empty count is 0 at any time`() {
        #expect(DecayedCount().value(at: someday, halfLife: halfLife) == 0)
        #expect(MemoryLayout<DecayedCount>.size == 8)
    }

    @Test func `equals the sum of its parts, in any order`() {
        var random = SeededRandom(seed: 4)
        let events = (0..<300).map { _ in
            (weight: Float(random.nextDouble()), time: someday + Int64(random.nextIndex(below: Int(40 * day))))
        }
        let now = someday + 41 * day
        let batch = events.reduce(0) { $0 + Double($1.weight) / halfLife.growth(from: $1.time, to: now) }
        for order in [events, events.sorted { $0.time < $1.time }, events.sorted { $0.time > $1.time }] {
            var count = DecayedCount()
            for event in order { count.add(event.weight, at: event.time, halfLife: halfLife) }
            #expect(near(count.value(at: now, halfLife: halfLife), batch, within: 1e-5))
        }
    }

    @Test(arguments: [Int64.min, -1, 0, someday, Int64.max])
    func `absurd times stay finite`(time: Int64) {
        var count = DecayedCount()
        count.add(1, at: someday, halfLife: HalfLife(milliseconds: 1000))
        count.add(1, at: time, halfLife: HalfLife(milliseconds: 1000))
        #expect(count.rawValue.isFinite && count.rawValue >= 0)
    }
}

@Suite struct DecayedMeanTests {
    let halfLife = HalfLife(days: 10)

    @Test func `a constant's mean is the constant, whatever the times`() {
        var random = SeededRandom(seed: 6)
        var mean = DecayedMean()
        #expect(mean.mean == nil)
        for _ in 0..<200 {
            mean.add(0.25, at: someday + Int64(random.nextIndex(below: Int(100 * day))), halfLife: halfLife)
        }
        #expect(near(mean.mean ?? .nan, 0.25, within: 1e-5))
    }

    @Test func `equals the weighted mean over all observations`() {
        var random = SeededRandom(seed: 8)
        var mean = DecayedMean()
        var sum = 0.0
        var weight = 0.0
        let now = someday + 60 * day
        for _ in 0..<300 {
            let time = someday + Int64(random.nextIndex(below: Int(60 * day)))
            let value = random.nextGaussian()
            let own = random.nextDouble()
            mean.add(Float(value), weight: Float(own), at: time, halfLife: halfLife)
            let share = own / halfLife.growth(from: time, to: now)
            sum += value * share
            weight += share
        }
        #expect(near(mean.mean ?? .nan, sum / weight, within: 1e-4))
        #expect(near(mean.weight(at: now, halfLife: halfLife), weight, within: 1e-4))
    }

    @Test func `evidence fades towards the prior`() {
        var mean = DecayedMean()
        mean.add(1, weight: 2, at: someday, halfLife: halfLife)
        func belief(after days: Int64) -> Double {
            mean.mean(at: someday + days * day, halfLife: halfLife, prior: 0, strength: 2)
        }
        #expect(near(belief(after: 0), 0.5, within: 1e-6))
        #expect(near(belief(after: 10), 1.0 / 3, within: 1e-6))
        #expect(belief(after: 1000) < 1e-6)
        #expect(DecayedMean().mean(at: someday, halfLife: halfLife, prior: 0.7, strength: 1) == 0.7)
    }
}
