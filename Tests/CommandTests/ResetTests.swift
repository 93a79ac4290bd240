import Events
import Pipeline
import Testing
import Traffic

@testable import shopstream

/// The whole reset over a log with Kafka's own rules.
@Suite("Resetting a group")
struct ResetTests {
    @Test func foldingAnewGivesTheSameCustomers() throws {
        let rig = try ShopRig()
        try rig.runToEnd()
        let before = try rig.state(.customersChangelog)
        #expect(before.count > 20)
        let erased = try rig.reset(.earliest)
        #expect(erased >= before.count)
        #expect(try rig.state(.customersChangelog).isEmpty && rig.state(.productsChangelog).isEmpty)
        try rig.runToEnd()
        #expect(try rig.state(.customersChangelog).keys.sorted() == before.keys.sorted())
        #expect(try rig.state(.customersChangelog) == before)
    }

    /// The request itself is folded again too; what must not happen is that history is there before it.
    @Test func whoWasForgottenStaysForgotten() throws {
        let rig = try ShopRig(hasErasures: true)
        try rig.runToEnd()
        let known = try rig.state(.customersChangelog).keys.filter { $0.contains(" customer/") }.sorted()
        let name = try #require(known.first)
        let customer = String(name.drop { $0 != "/" }.dropFirst())
        try rig.erase(customer)
        try rig.runToEnd()
        let before = try rig.state(.customersChangelog)
        #expect(before[name] == nil && before.keys.count { $0.contains(" erased/") } == 1)
        let lists = try rig.lists(for: customer)
        _ = try rig.reset(.earliest)
        #expect(try rig.state(.customersChangelog).keys.allSatisfy { $0.contains(" erased/") })
        #expect(try rig.state(.customersChangelog).count == 1)
        try rig.log.compact(OutputTopic.customersChangelog.name)
        try rig.runToEnd()
        #expect(try rig.state(.customersChangelog) == before)
        #expect(try rig.lists(for: customer) == lists, "not even for a moment")
    }

    @Test func productsCountEverythingOnce() throws {
        let rig = try ShopRig()
        try rig.runToEnd()
        let sentiments = try rig.log.records(in: OutputTopic.productSentiment.name).count
        let before = try rig.state(.productsChangelog)
        _ = try rig.reset(.earliest)
        try rig.runToEnd()
        #expect(try rig.state(.productsChangelog).keys.sorted() == before.keys.sorted())
        #expect(try rig.log.records(in: OutputTopic.productSentiment.name).count == 2 * sentiments)
    }

    @Test func offsetsAreTheTargets() throws {
        let rig = try ShopRig()
        try rig.runToEnd()
        let plan = try ResetPlan(.earliest, rig.topology, try rig.survey)
        _ = try rig.reset(.earliest)
        #expect(rig.log.offsets(of: rig.settings.group) == plan.offsets)
    }

    @Test func latestLeavesEverythingOut() throws {
        let rig = try ShopRig()
        try rig.runToEnd()
        _ = try rig.reset(.latest)
        try rig.runToEnd()
        #expect(try rig.state(.customersChangelog).isEmpty)
    }

    @Test func aGroupThatNeverRanMayBeReset() throws {
        let rig = try ShopRig()
        #expect(try rig.reset(.earliest) == 0)
        try rig.runToEnd()
        #expect(try rig.state(.customersChangelog).count > 20)
    }

    @Test func compactionDoesNotBringAnythingBack() throws {
        let rig = try ShopRig()
        try rig.runToEnd()
        let before = try rig.state(.customersChangelog)
        _ = try rig.reset(.earliest)
        try rig.log.compact(OutputTopic.customersChangelog.name)
        try rig.log.compact(OutputTopic.productsChangelog.name)
        try rig.runToEnd()
        #expect(try rig.state(.customersChangelog) == before)
    }

    /// Whatever step a reset dies at: before its first commit nothing has happened, after its last everything, and in
    /// between no line starts until the reset was run again.
    @Test(arguments: [FaultKind.processGone, .fatal])
    func aResetThatDiesLeavesNothingHalf(kind: FaultKind) throws {
        let rig = try ShopRig(days: 2)
        try rig.runToEnd()
        let before = try rig.state(.customersChangelog)
        let steps = try stepsOfAReset()
        #expect(steps > 10)
        for index in 0..<steps {
            let rig = try ShopRig(days: 2)
            try rig.runToEnd()
            let process = rig.log.newIncarnation(of: "reset")
            rig.log.faults = .at(rig.log.stepCount + index, kind)
            _ = try? rig.reset(.earliest, on: process)
            rig.log.faults = .none
            process.kill()
            rig.log.advance(by: 60_000)
            if !startsAgain(rig) {
                _ = try rig.reset(.earliest)
                try rig.runToEnd()
            }
            #expect(try rig.state(.customersChangelog) == before, "\(kind) at step \(index)")
        }
    }

    private func stepsOfAReset() throws -> Int {
        let rig = try ShopRig(days: 2)
        try rig.runToEnd()
        let start = rig.log.stepCount
        _ = try rig.reset(.earliest)
        return rig.log.stepCount - start
    }

    /// True when a line starts; false when it says that state is missing.
    private func startsAgain(_ rig: ShopRig) -> Bool {
        do {
            try rig.runToEnd()
            return true
        } catch {
            #expect((error as? Fault)?.code == "STATE_MISSING", "\(error)")
            return false
        }
    }

    @Test func aRunningLineKeepsTheResetOut() throws {
        let rig = try ShopRig()
        try rig.runToEnd()
        let before = rig.log.offsets(of: rig.settings.group)
        let other = try OtherMember(rig.log.newIncarnation(of: "other"), rig)
        #expect { try rig.reset(.earliest, beside: other) } throws: { ($0 as? Exit)?.code == 75 }
        #expect(rig.log.offsets(of: rig.settings.group) == before)
    }
}
