import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// Several topics fold into one customer's state in the order in which they were fetched: a restart must find the same
/// state that the first line had, whatever that order was.
@Suite struct FoldByJournalTests {
    private func rig(_ seed: UInt64) throws -> Rig {
        var options = MemoryLog.Options()
        options.shuffleSeed = seed
        options.fetchQuantum = 3
        let rig = try Rig(inputs: [Script.clicks, Script.reviews], partitions: 2, options: options)
        rig.settings.recordsPerPoll = 5
        try rig.load(.spread())
        return rig
    }

    private func states(_ line: Line) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for shard in line.live {
            for (key, value) in shard.everything() { found["\(shard.stage.name) \(shard.partition) \(key)"] = value }
        }
        return found
    }

    @Test(arguments: 1...8)
    func aRestartFindsTheSameState(seed: Int) throws {
        let rig = try rig(UInt64(seed))
        rig.settings.checkpointInterval = seed % 2 == 0 ? 1_000_000 : 80
        let first = rig.makeLine()
        for _ in 0..<400 where try first.turn() { rig.log.advance(by: 7) }
        let before = states(first)
        #expect(before.count > 12)
        rig.restart()
        let second = rig.makeLine()
        for _ in 0..<400 where !second.isReady {
            _ = try second.turn()
            rig.log.advance(by: 7)
        }
        let after = states(second)
        let different = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        #expect(different.isEmpty, "seed \(seed): \(different.sorted())")
        if seed % 2 == 0 { #expect(second.counters.replayedRecords > 0) }
    }
}
