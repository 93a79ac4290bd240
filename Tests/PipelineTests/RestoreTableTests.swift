import Engine
import Events
import Pipeline
import Testing
import Traffic

/// What is found at a start decides what happens: the table of the design, row by row.
@Suite struct RestoreTableTests {
    private let place = TopicPartition(Script.clicks, 0)

    /// A rig on which a first line has handled everything.
    private func usedRig() throws -> Rig {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        try rig.load(.single())
        try rig.runToEnd()
        return rig
    }

    private func startAgain(_ rig: Rig) throws -> Line {
        let line = rig.makeLine()
        for _ in 0..<300 where !line.isReady {
            _ = try line.turn()
            rig.log.advance(by: 7)
        }
        return line
    }

    @Test func neitherOffsetNorStateStartsAtTheEarliest() throws {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        try rig.load(.single())
        try rig.log.trim(Script.clicks, 0, before: 5)
        try rig.runToEnd()
        #expect(rig.log.offsets(of: rig.settings.group)[place] == (try rig.log.bounds(of: place)).end)
    }

    @Test func stateWithoutOffsetResumesFromTheState() throws {
        let rig = try usedRig()
        let before = try Remains(rig)
        rig.log.expireOffsets(of: rig.settings.group)
        let line = try startAgain(rig)
        #expect(line.isReady)
        #expect(line.counters.events == 0, "nothing is folded a second time")
        try rig.runToEnd()
        #expect(try Remains(rig).difference(from: before) == nil)
    }

    @Test func anOffsetBeforeTheStateStops() throws {
        let rig = try usedRig()
        rig.log.setOffsets([place: 2], of: rig.settings.group)
        let fault = try #require(throws: Fault.self) { try startAgain(rig) }
        #expect(fault.code == "OFFSET_BEFORE_STATE")
        #expect(fault.description.contains("shopstream reset"))
    }

    @Test func anOffsetThatTheJournalDoesNotReachStops() throws {
        let rig = try usedRig()
        try rig.log.append(Script.clicks, 0, key: "u0", value: "{}", timestamp: Script.start)
        try rig.log.append(Script.clicks, 0, key: "u0", value: "{}", timestamp: Script.start)
        let end = try rig.log.bounds(of: place).end
        rig.log.setOffsets([place: end], of: rig.settings.group)
        let fault = try #require(throws: Fault.self) { try startAgain(rig) }
        #expect(fault.code == "JOURNAL_ENDS_ELSEWHERE")
    }

    @Test func deletedRecordsStopWithTheRemedy() throws {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        try rig.load(.single())
        rig.settings.recordsPerPoll = 5
        let line = rig.makeLine()
        for _ in 0..<100 where rig.log.offsets(of: rig.settings.group)[place] == nil {
            _ = try line.turn()
            rig.log.advance(by: 7)
        }
        let committed = try #require(rig.log.offsets(of: rig.settings.group)[place])
        try rig.log.trim(Script.clicks, 0, before: committed + 3)
        rig.restart()
        let fault = try #require(throws: Fault.self) { try startAgain(rig) }
        #expect(fault.code == "OFFSET_OUT_OF_RANGE")
        #expect(fault.description.contains("shopstream reset"))
    }

    @Test func anOffsetWithoutStateStops() throws {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        try rig.load(.single())
        rig.log.setOffsets([place: 4], of: rig.settings.group)
        let fault = try #require(throws: Fault.self) { try startAgain(rig) }
        #expect(fault.code == "STATE_MISSING")
    }

    @Test func anotherConfigurationIsRefused() throws {
        let rig = try usedRig()
        rig.settings.engine.chainHalfLifeDays = 7
        let fault = try #require(throws: Fault.self) { try startAgain(rig) }
        #expect(fault.code == "CONFIGURATION_CHANGED")
    }

    @Test func compactionOfTheChangelogChangesNothing() throws {
        let rig = try usedRig()
        let before = try Remains(rig)
        try rig.log.compact(OutputTopic.customersChangelog.name)
        try rig.log.compact(OutputTopic.productsChangelog.name)
        let line = try startAgain(rig)
        #expect(line.isReady)
        #expect(try Remains(rig).difference(from: before) == nil)
    }
}
