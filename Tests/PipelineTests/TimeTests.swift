import Events
import Pipeline
import Testing
import Traffic

/// Churn is the absence of events: it is noticed while nothing comes, and a restart does not notice it twice.
@Suite struct TimeTests {
    /// Regular orders, then silence at lag 0.
    private func rig() throws -> Rig {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        rig.settings.untilEnd = false
        try rig.load(.regular(orders: 8, everyDays: 7))
        return rig
    }

    private func alerts(_ rig: Rig) throws -> [String] {
        try rig.log.records(in: OutputTopic.churnAlerts.name).compactMap(\.valueText)
    }

    /// Turns while wall time goes on by hours, but never so fast that the member would be taken for dead.
    private func wait(_ line: Line, _ rig: Rig, days: Int) throws {
        for _ in 0..<days * 24 * 120 {
            _ = try line.turn()
            rig.log.advance(by: 30_000)
        }
    }

    @Test func silenceFiresWithoutAnyEvent() throws {
        let rig = try rig()
        let line = rig.makeLine()
        for _ in 0..<60 {
            _ = try line.turn()
            rig.log.advance(by: 7)
        }
        #expect(try alerts(rig).isEmpty)
        try wait(line, rig, days: 3)
        #expect(try alerts(rig).isEmpty, "three days are no silence for who orders weekly")
    }

    @Test func ticksAreJournaled() throws {
        let rig = try rig()
        rig.settings.checkpointInterval = 1 << 40
        let line = rig.makeLine()
        for _ in 0..<60 {
            _ = try line.turn()
            rig.log.advance(by: 7)
        }
        for _ in 0..<10 {
            _ = try line.turn()
            rig.log.advance(by: 40_000)
        }
        let before = line.status().watermark
        try wait(line, rig, days: 1)
        #expect(line.status().watermark > before, "time has gone on without events")
        let entries = try rig.log.records(in: OutputTopic.customersChangelog.name)
            .filter { $0.keyText == "journal" }.compactMap(\.value)
            .compactMap { value in value.withUnsafeBytes { try? Journal(Bytes($0)) } }.flatMap(\.entries)
        #expect(entries.contains { if case .tick = $0 { true } else { false } })
    }

    @Test func aBoundedRunNeverLetsWallTimePass() throws {
        let rig = try rig()
        rig.settings.untilEnd = true
        let line = rig.makeLine()
        var turns = 0
        while try line.turn(), turns < 2_000 {
            rig.log.advance(by: 10_000)
            turns += 1
        }
        #expect(line.status().watermark < Script.start + 60 * EventTime.day)
    }
}
