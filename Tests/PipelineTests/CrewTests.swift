import Events
import Pipeline
import Testing
import Traffic

/// Two and three lines in one group: whatever befalls one of them in the middle of whichever call, the logs hold what
/// one line without faults would have made of the same inputs.
@Suite struct CrewTests {
    static let two = Trial()
    static let three = Trial(partitions: 3, lines: 3, commitDelay: 1, script: .week(customers: 6, partitions: 3))

    /// A second start of two lines: the calls are those of their restores and a few behind.
    static let restoring = Trial(rounds: 14, isWarm: true)

    @Test(arguments: [two, three]) func withoutFaultsTheTruthIsFound(trial: Trial) throws {
        let crew = try trial.crew()
        try crew.rounds(trial.rounds)
        try crew.finish()
        #expect(try crew.difference() == nil)
        let lengths = try trial.length()
        #expect(lengths.calls > 100 && lengths.steps > 2 * lengths.calls)
        for topic in [OutputTopic.churnAlerts, .productSentiment, .recommendations] {
            #expect(try !crew.log.records(in: topic.name).isEmpty, "\(topic)")
        }
        #expect(try crew.log.records(in: Topology.deadLetters(of: Script.clicks)).count == 2)
    }

    @Test(arguments: Situation.allCases) func whateverBefallsTwoLines(situation: Situation) throws {
        try everywhere(CrewTests.two, situation, stride: 11)
    }

    @Test(arguments: Situation.allCases) func whateverBefallsThreeLines(situation: Situation) throws {
        try everywhere(CrewTests.three, situation, stride: 31)
    }

    @Test(arguments: Situation.allCases) func whateverBefallsARestore(situation: Situation) throws {
        try everywhere(CrewTests.restoring, situation, stride: 5)
    }

    @Test(arguments: FaultKind.allCases) func aFaultInARestore(kind: FaultKind) throws {
        try faults(CrewTests.restoring, kind, stride: 11)
    }

    private func everywhere(_ trial: Trial, _ situation: Situation, stride: Int) throws {
        let calls = try trial.length().calls
        let variant = Situation.allCases.firstIndex(of: situation) ?? 0
        for call in Schedules.indexes(calls, stride: stride, variant: variant) {
            let difference = try trial.difference { crew in
                situation.arrange(at: call, of: crew.members[0], in: crew)
            }
            #expect(difference == nil, "\(situation) at call \(call)")
        }
    }

    @Test(arguments: FaultKind.allCases) func aFaultInTwoLines(kind: FaultKind) throws {
        try faults(CrewTests.two, kind, stride: 17)
    }

    @Test(arguments: FaultKind.allCases) func aFaultInThreeLines(kind: FaultKind) throws {
        try faults(CrewTests.three, kind, stride: 61)
    }

    private func faults(_ trial: Trial, _ kind: FaultKind, stride: Int) throws {
        let steps = try trial.length().steps
        let variant = FaultKind.allCases.firstIndex(of: kind) ?? 0
        for index in Schedules.indexes(steps, stride: stride, variant: variant) {
            let difference = try trial.difference { $0.log.faults = .at($0.log.stepCount + index, kind) }
            #expect(difference == nil, "\(kind) at step \(index)")
        }
    }
}
