import Events
import Pipeline
import Testing
import Traffic

/// A proof that cannot fail proves nothing: each rule is broken on purpose, and the same checks must find it.
@Suite struct BrokenRulesTests {
    /// One thing that befalls a run.
    private struct Schedule: CustomStringConvertible {
        var description: String
        var befall: (Crew) throws -> Void
    }

    private func schedules(_ rule: BrokenRule) throws -> [Schedule] {
        let (steps, calls) = try rule.trial.length()
        var schedules: [Schedule] = []
        for situation in rule.situations {
            schedules += (0..<calls).map { call in
                Schedule(description: "\(situation) at call \(call)") { crew in
                    situation.arrange(at: call, of: crew.members[0], in: crew)
                }
            }
        }
        for kind in rule.faults {
            schedules += (0..<steps).map { index in
                Schedule(description: "\(kind) at step \(index)") { $0.log.faults = .at(index, kind) }
            }
        }
        return schedules.isEmpty ? [Schedule(description: "no fault at all") { _ in }] : schedules
    }

    @Test(arguments: BrokenRule.allCases) func isFound(rule: BrokenRule) throws {
        var broken = rule.trial
        broken.cluster = rule.cluster
        // Back from the end: late in a run there is more to lose.
        for schedule in try schedules(rule).reversed() {
            guard let difference = try broken.difference(schedule.befall) else { continue }
            print("broken on purpose: \(rule.rawValue), found by \(schedule): \(difference)")
            #expect(try rule.trial.difference(schedule.befall) == nil, "the rule kept, nothing differs: \(schedule)")
            return
        }
        Issue.record("\(rule.rule): broken, and nothing was found")
    }

    /// What the client may do wrong by itself, the line has to stand.
    @Test func recordsThatComeAgainAreTurnedAway() throws {
        var trial = Trial()
        trial.cluster = Joining<StutteringInlet>.self
        let crew = try trial.crew()
        try crew.rounds(trial.rounds)
        #expect(crew.members.contains { ($0.line?.counters.guarded ?? 0) > 0 })
        try crew.finish()
        #expect(try crew.difference() == nil)
    }
}
