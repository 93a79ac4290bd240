import Events
import Foundation
import Testing

@testable import Traffic

@Suite("Chance")
struct ChanceTests {
    @Test func logarithmAndExponentialAreThoseOfTheLibrary() {
        for step in 1...2_000 {
            let x = Double(step) * 0.37
            #expect(abs(Portable.log(x) - Foundation.log(x)) < 1e-12)
            let y = Double(step - 1_000) * 0.05
            #expect(abs(Portable.exp(y) / Foundation.exp(y) - 1) < 1e-12)
        }
        #expect(Portable.log(0) == -745 && Portable.log(-1).isNaN && Portable.exp(1e9).isFinite)
        #expect(abs(Portable.power(7, -1.05) - Foundation.pow(7, -1.05)) < 1e-12)
    }

    private func mean(_ count: Int = 40_000, _ draw: (inout Dice) -> Double) -> Double {
        var dice = Dice(seed: 11, .living)
        return (0..<count).reduce(0) { sum, _ in sum + draw(&dice) } / Double(count)
    }

    @Test func variatesHaveTheirMeans() {
        #expect(abs(mean { $0.unit() } - 0.5) < 0.01)
        #expect(abs(mean { $0.exponential(mean: 3) } - 3) < 0.06)
        #expect(abs(mean { $0.rhythmic(mean: 3) } - 3) < 0.05)
        #expect(abs(mean { $0.normal() }) < 0.02)
        #expect(
            abs(
                mean { dice in
                    let x = dice.normal()
                    return x * x
                } - 1
            ) < 0.03
        )
        #expect(abs(mean { $0.gamma(shape: 3) } - 1) < 0.02)
        #expect(
            abs(
                mean { dice in
                    let x = dice.gamma(shape: 3) - 1
                    return x * x
                } - 1.0 / 3
            ) < 0.02
        )
        #expect(abs(mean { Double($0.geometric(mean: 4, bound: 100)) } - 4) < 0.15)
    }

    @Test func purposesHaveTheirOwnDice() {
        var living = Dice(seed: 1, .living)
        var delivering = Dice(seed: 1, .delivering)
        #expect((0..<100).count { _ in living.next() == delivering.next() } == 0)
    }

    @Test func aliasTablesDrawByWeight() {
        let weights = [5.0, 0, 1, 3, 1]
        let table = AliasTable(weights: weights)
        var dice = Dice(seed: 2, .living)
        var counts = [Double](repeating: 0, count: 5)
        for _ in 0..<100_000 { counts[table.draw(&dice)] += 1 }
        for (count, weight) in zip(counts, weights) { #expect(abs(count / 100_000 - weight / 10) < 0.01) }
        #expect(counts[1] <= 1)
    }

    @Test func popularityFollowsZipfAndMandelbrot() {
        var dice = Dice(seed: 3, .building)
        let popularity = Popularity(count: 1_000, shift: 5, &dice)
        let first = popularity.shares[Int(popularity.ranking[0])]
        let tenth = popularity.shares[Int(popularity.ranking[9])]
        #expect(abs(first / tenth - Foundation.pow(15.0 / 6, 1.05)) < 1e-9)
        #expect(abs(popularity.shares.reduce(0, +) - 1) < 1e-9 && Set(popularity.ranking).count == 1_000)
        #expect(popularity.ranking != popularity.ranking.sorted())
    }

    @Test func aWeekOfBusyTimeIsAWeekOnTheClock() {
        let rhythm = WeekRhythm()
        let start: EventTime = 1_767_225_600_000
        let week = Double(7 * EventTime.day)
        #expect(abs(rhythm.time(after: week, from: start) - start - Int64(week)) < 1_000)
        #expect(abs(rhythm.time(after: 10 * week + 12_345_678, from: start) - start - Int64(10 * week)) < EventTime.day)
        var time = start
        var nightly = 0
        for _ in 0..<20_000 {
            let next = rhythm.time(after: 600_000, from: time)
            #expect(next > time)
            time = next
            nightly += (time / EventTime.hour) % 24 < 6 ? 1 : 0
        }
        #expect(nightly < 1_600, "a quarter of the clock, a twentieth of the bustle")
        #expect((1...10).contains(rhythm.time(after: 0, from: start) - start))
    }

    @Test func theAgendaIsAHeap() {
        var agenda = Agenda()
        var dice = Dice(seed: 4, .living)
        var expected: [UInt64] = []
        for index in 0..<5_000 {
            let offset = Int64(dice.index(below: 1_000))
            agenda.push(.session, index, at: offset)
            expected.append(Agenda.Entry(.session, index, at: offset).word)
        }
        expected.sort()
        for word in expected {
            #expect(agenda.first?.word == word)
            agenda.removeFirst()
        }
        #expect(agenda.first == nil && agenda.count == 0)
    }

    @Test func replacingIsRemovingAndPushing() {
        var one = Agenda()
        var other = Agenda()
        for index in 0..<200 {
            one.push(.customer, index, at: Int64(index * 7 % 50))
            other.push(.customer, index, at: Int64(index * 7 % 50))
        }
        for round in 0..<1_000 {
            let entry = one.first
            #expect(entry == other.first)
            guard let entry else { return }
            let next = entry.offset + Int64(1 + round * 31 % 17)
            one.replaceFirst(.review, entry.index, at: next)
            other.removeFirst()
            other.push(.review, entry.index, at: next)
        }
        one.replaceFirst(.review, 1, at: .max)
        #expect(one.count == 199)
    }

    @Test func entriesUnpack() {
        let entry = Agenda.Entry(.aftermath, Agenda.largestIndex, at: Agenda.longestOffset)
        #expect(
            entry.subject == .aftermath && entry.index == Agenda.largestIndex && entry.offset == Agenda.longestOffset
        )
    }
}
