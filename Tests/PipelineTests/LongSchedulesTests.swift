import Events
import Pipeline
import Testing
import Traffic

/// Long runs by seed: several things befall several lines, at turns that chance chooses; days pass, parameters of the
/// whole shop are adopted, memory is short, and two inputs are merged. A failing seed is named, and `SHOPSTREAM_SEED=n`
/// repeats it alone; `SHOPSTREAM_SEEDS=n` tries more of them.
@Suite struct LongSchedulesTests {
    @Test(arguments: Schedules.seeds(24)) func leaveTheTruth(seed: Int) throws {
        let chaos = try Chaos(seed: seed)
        do {
            try chaos.run(rounds: 160)
        } catch let mishap as Mishap {
            Issue.record("SHOPSTREAM_SEED=\(seed): \(mishap); \(chaos)")
            return
        }
        let difference = try chaos.crew.difference()
        #expect(difference == nil, "SHOPSTREAM_SEED=\(seed): \(chaos)")
        try RecommendationRules.check(chaos.crew.rig)
    }

    /// What the seeds bring about together; else they would prove less than they seem to.
    @Test func meetEverything() throws {
        var events: Set<String> = []
        var ticks = 0
        var adoptions = 0
        var evictions = 0
        for seed in 0..<6 {
            let chaos = try Chaos(seed: seed)
            try chaos.run(rounds: 160)
            events.formUnion(chaos.events.map { String($0.prefix { $0 != " " }) })
            let entries = try chaos.crew.journalEntries()
            ticks += entries.count { if case .tick = $0 { true } else { false } }
            adoptions += entries.count { if case .adopted = $0 { true } else { false } }
            evictions += entries.count { if case .evicted = $0 { true } else { false } }
        }
        #expect(events.count == Chaos.Event.allCases.count, "\(events.sorted())")
        #expect(ticks > 0)
        #expect(adoptions > 0)
        #expect(evictions > 0)
    }
}
