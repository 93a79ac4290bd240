import Models
import Testing

@Suite struct ChurnClockTests {
    /// Buys every `gap` days, `count` times, the last one `someday`.
    static func regular(every gap: Double, count: UInt32) -> PurchaseHistory {
        var gaps = GapStatistics()
        for _ in 1..<max(count, 1) { gaps.add(days: gap) }
        let first = someday - Int64(gap * Double(day)) * Int64(count - 1)
        return PurchaseHistory(first: first, last: someday, repeats: count - 1, gaps: gaps)
    }

    static func random(_ random: inout SeededRandom) -> PurchaseHistory {
        var gaps = GapStatistics()
        let repeats = UInt32(random.nextIndex(below: 30))
        var age = 0.0
        for _ in 0..<repeats {
            let gap = Elementary.exp(3 + random.nextGaussian())
            gaps.add(days: gap)
            age += gap
        }
        let first = someday - Int64(age * Double(day))
        return PurchaseHistory(first: first, last: someday, repeats: repeats, gaps: gaps)
    }

    @Test func `risk is a probability and never falls in silence`() {
        var random = SeededRandom(seed: 1)
        let clock = ChurnClock()
        for _ in 0..<100 {
            let history = Self.random(&random)
            var last = 0.0
            for hours in stride(from: -48 as Int64, through: 24 * 900, by: 31) {
                let risk = clock.risk(of: history, at: someday + hours * hour)
                #expect(risk >= last && risk <= 1)
                last = risk
            }
        }
    }

    @Test func `works for the first customer, with nothing but the priors`() {
        let clock = ChurnClock()
        let once = PurchaseHistory(first: someday, last: someday, repeats: 0, gaps: GapStatistics())
        #expect(clock.level(from: .none, risk: clock.risk(of: once, at: someday)) == .none)
        #expect(clock.level(from: .none, risk: clock.risk(of: once, at: someday + 900 * day)) == .high)
        let check = clock.nextCheck(of: once, from: .none, after: someday)
        #expect(check > someday && check < someday + 365 * day)
    }

    @Test func `the same silence alarms sooner when the rhythm is quick`() {
        let clock = ChurnClock()
        let quick = clock.nextCheck(of: Self.regular(every: 3, count: 40), from: .none, after: someday)
        let slow = clock.nextCheck(of: Self.regular(every: 40, count: 40), from: .none, after: someday)
        #expect(quick < slow)
    }

    @Test func `being overdue by one's own rhythm adds to the risk, and only from one deviation on`() {
        let history = Self.regular(every: 10, count: 20)
        let deaf = ChurnClock(silenceWeight: 0)
        let clock = ChurnClock(silenceWeight: 0.3)
        #expect(clock.silenceScore(of: history, at: someday + 10 * day) < 1)
        #expect(clock.risk(of: history, at: someday + 10 * day) == deaf.risk(of: history, at: someday + 10 * day))
        #expect(clock.silenceScore(of: history, at: someday + 100 * day) > 1)
        #expect(clock.risk(of: history, at: someday + 100 * day) > deaf.risk(of: history, at: someday + 100 * day))
        #expect(clock.silenceScore(of: history, at: someday + 100_000 * day) == 4)
    }

    @Test func `levels are entered at their thresholds and left a little below`() {
        let clock = ChurnClock(thresholds: .init(low: 0.5, medium: 0.7, high: 0.9, slack: 0.1))
        let table: [(from: ChurnLevel, risk: Double, to: ChurnLevel)] = [
            (.none, 0.49, .none), (.none, 0.5, .low), (.none, 0.89, .medium), (.none, 0.9, .high),
            (.low, 0.45, .low), (.low, 0.39, .none), (.low, 0.69, .low), (.low, 0.7, .medium),
            (.medium, 0.65, .medium), (.medium, 0.59, .low), (.medium, 0.3, .none),
            (.high, 0.85, .high), (.high, 0.79, .medium), (.high, 0.61, .medium), (.high, 0.41, .low),
        ]
        for row in table {
            #expect(clock.level(from: row.from, risk: row.risk) == row.to, "\(row)")
        }
    }

    @Test func `a risk swinging around a threshold raises one level change`() {
        let clock = ChurnClock()
        var level = ChurnLevel.none
        var changes = 0
        for step in 0..<100 {
            let next = clock.level(from: level, risk: 0.75 + (step % 2 == 0 ? 0.02 : -0.02))
            if next != level { changes += 1 }
            level = next
        }
        #expect(changes == 1 && level == .medium)
    }

    @Test(arguments: [ChurnLevel.none, .low, .medium])
    func `the next check is the first full hour at which the level rises`(level: ChurnLevel) {
        var random = SeededRandom(seed: 2)
        let clock = ChurnClock()
        for _ in 0..<150 {
            let history = Self.random(&random)
            let now = someday + Int64(random.nextIndex(below: Int(200 * day)))
            let check = clock.nextCheck(of: history, from: level, after: now)
            #expect(check > now)
            guard check != .max else { continue }
            #expect(check % hour == 0)
            #expect(clock.level(from: level, risk: clock.risk(of: history, at: check)) > level)
            let before = check - hour
            if before > now {
                #expect(clock.level(from: level, risk: clock.risk(of: history, at: before)) <= level)
            }
        }
    }

    @Test func `asking later never gives an earlier check, nor does a higher level`() {
        var random = SeededRandom(seed: 3)
        let clock = ChurnClock()
        for _ in 0..<100 {
            let history = Self.random(&random)
            var last = Int64.min
            for days in stride(from: 0 as Int64, through: 300, by: 13) {
                let check = clock.nextCheck(of: history, from: .low, after: someday + days * day)
                #expect(check >= last)
                #expect(clock.nextCheck(of: history, from: .medium, after: someday + days * day) >= check)
                last = check
            }
        }
    }

    @Test func `above high there is nothing to wait for`() {
        let history = Self.regular(every: 10, count: 5)
        #expect(ChurnClock().nextCheck(of: history, from: .high, after: someday) == .max)
    }

    @Test func `a purchase calms down`() {
        var history = Self.regular(every: 10, count: 5)
        let clock = ChurnClock()
        let later = someday + 200 * day
        let before = clock.risk(of: history, at: later)
        history.gaps.add(days: 200)
        history.last = later
        history.repeats += 1
        #expect(clock.risk(of: history, at: later) < before)
    }
}
