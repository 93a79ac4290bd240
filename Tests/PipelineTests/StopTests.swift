import Events
import Pipeline
import Testing
import Traffic

/// A line that is asked to stop in the middle of its load drains and commits; the next one goes on where it ended.
@Suite struct StopTests {
    private func run(stoppingAfter turns: Int?) throws -> Remains {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        rig.settings.recordsPerPoll = 3
        try rig.load(.single())
        if let turns {
            let first = rig.makeLine()
            for _ in 0..<turns {
                _ = try first.turn()
                rig.log.advance(by: 7)
            }
            repeat {
                first.stop()
                rig.log.advance(by: 7)
            } while try first.turn() || !first.hasDrained
            first.shut()
        }
        try rig.runToEnd()
        return try Remains(rig)
    }

    @Test func stoppingAnywhereChangesNothing() throws {
        let expected = try run(stoppingAfter: nil)
        for turns in stride(from: 1, to: 60, by: 4) {
            let difference = try run(stoppingAfter: turns).difference(from: expected)
            #expect(difference == nil, "stopped after \(turns) turns")
        }
    }

    /// A drained line leaves nothing to replay: its checkpoints are at the group's offsets.
    @Test func aDrainedLineLeavesNothingToReplay() throws {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        try rig.load(.single())
        try rig.runToEnd()
        let next = rig.makeLine(name: "test-0")
        for _ in 0..<200 where !next.isReady {
            _ = try next.turn()
            rig.log.advance(by: 7)
        }
        #expect(next.isReady)
        #expect(next.counters.replayedRecords == 0)
        #expect(next.counters.restoredRecords > 10)
    }
}
