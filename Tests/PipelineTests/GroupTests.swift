import Events
import Pipeline
import Testing
import Traffic

/// Two lines in one group: partitions move, and come back.
@Suite struct GroupTests {
    private func rig() throws -> Rig {
        let rig = try Rig(inputs: [Script.clicks, Script.reviews], partitions: 2)
        rig.settings.untilEnd = false
        rig.settings.recordsPerPoll = 5
        try rig.load(.spread())
        return rig
    }

    private func turn(_ lines: [Line], _ rig: Rig, times: Int = 80) throws {
        for _ in 0..<times {
            for line in lines { _ = try line.turn() }
            rig.log.advance(by: 7)
        }
    }

    /// Facts of a customer: counts that no order of folding can change.
    private func sums(_ rig: Rig) throws -> [String: [UInt8]] {
        var newest: [String: [UInt8]] = [:]
        for record in try rig.log.records(in: OutputTopic.customersChangelog.name) {
            guard let key = record.keyText, key.hasPrefix("customer/") else { continue }
            newest[key] = record.value?.dropLast(4)
        }
        return newest
    }

    @Test func aSecondMemberTakesItsShareAndNothingIsLost() throws {
        let alone = try rig()
        let single = alone.makeLine(name: "a-0")
        try turn([single], alone, times: 300)
        single.stop()
        try turn([single], alone, times: 5)

        let shared = try rig()
        let first = shared.makeLine(name: "a-0", on: shared.log.newIncarnation(of: "a"))
        try turn([first], shared, times: 12)
        let second = shared.makeLine(name: "b-0", on: shared.log.newIncarnation(of: "b"))
        try turn([first, second], shared, times: 300)
        #expect(first.live.count == 2)
        #expect(second.live.count == 2)
        for line in [first, second] { line.stop() }
        try turn([first, second], shared, times: 5)
        #expect(try sums(shared).keys.sorted() == sums(alone).keys.sorted())
        let inputs = try Remains.values(shared, Topology.deadLetters(of: Script.clicks))
        #expect(inputs.sorted() == (try Remains.values(alone, Topology.deadLetters(of: Script.clicks)).sorted()))
    }

    @Test func stateThatNobodyTouchedIsKept() throws {
        let rig = try rig()
        let first = rig.makeLine(name: "a-0", on: rig.log.newIncarnation(of: "a"))
        try turn([first], rig, times: 200)
        let restored = first.counters.restoredRecords
        let rebalances = first.counters.rebalances
        // Another joins and is gone again before it has folded anything: everything comes back untouched.
        let other = rig.log.newIncarnation(of: "b")
        let inlet = try other.makeInlet(
            Subscription(group: rig.settings.group, instance: "b-0", topics: rig.topology.subscription)
        )
        try turn([first], rig, times: 5)
        inlet.close(leave: true)
        try turn([first], rig, times: 60)
        #expect(first.counters.rebalances > rebalances, "there was a rebalance")
        #expect(first.live.count == 4)
        #expect(first.counters.restoredRecords == restored, "nothing was read again")
    }

    @Test func everyTransactionIsFenced() throws {
        let rig = try rig()
        let line = rig.makeLine()
        try turn([line], rig, times: 200)
        #expect(line.counters.transactions > 0)
        #expect(rig.log.stepCount(of: .offsets) == rig.log.stepCount(of: .begin), "a transaction without offsets")
    }
}
