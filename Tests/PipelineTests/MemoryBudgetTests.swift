import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// A line stays within its bytes: the least valuable customers leave, and a restart finds exactly those who stayed.
@Suite struct MemoryBudgetTests {
    private static let budget = 6 << 20

    /// More and more visitors, every tenth of whom orders.
    private func rig(visitors: Int) throws -> Rig {
        let rig = try Rig(inputs: [Script.clicks], partitions: 2)
        for number in 0..<visitors {
            let orders = number % 10 == 0
            let name = "\(orders ? "customer" : "visitor")-\(number)"
            let value = """
                {"type":"track","event":"\(orders ? "Order Completed" : "Product Viewed")","messageId":"m\(number)",\
                "\(orders ? "userId" : "anonymousId")":"\(name)","timestamp":\(Script.start + Int64(number) * 20_000),\
                "properties":{"product_id":"p\(number % 50)","category":"c1","price":9.5,"quantity":1}}
                """
            let partition = Hash.partition(ofText: name, among: 2)
            try rig.log.append(Script.clicks, partition, key: name, value: value, timestamp: Script.start + (1 << 40))
        }
        rig.settings.memoryBudget = Self.budget
        rig.settings.recordsPerPoll = 256
        rig.settings.checkpointInterval = 1_000
        return rig
    }

    private func everything(_ line: Line) -> [String: [UInt8]] {
        line.live.reduce(into: [:]) { all, shard in
            for (key, value) in shard.everything() { all["\(shard.stage.name) \(shard.partition) \(key)"] = value }
        }
    }

    @Test func aGrowingShopStaysWithinItsBytes() throws {
        let rig = try rig(visitors: 20_000)
        let line = rig.makeLine()
        var most = 0
        while try line.turn() {
            rig.log.advance(by: 7)
            most = max(most, line.status().stateBytes)
        }
        #expect(line.counters.evicted > 1_000 && most <= Self.budget, "\(line.counters.evicted) left, \(most) bytes")
        let status = line.status()
        #expect(status.customers + Int(line.counters.evicted) == 20_000, "nobody is lost otherwise")
        let ordered = line.live.flatMap { $0.everything().keys }.count { $0.hasPrefix("customer/customer-") }
        #expect(ordered == 2_000, "who has ordered stays while visitors can leave")
        line.stop()
        while try line.turn() { rig.log.advance(by: 7) }
        try rig.log.compact(OutputTopic.customersChangelog.name)
        let records = try rig.log.records(in: OutputTopic.customersChangelog.name)
        #expect(records.count { $0.keyText?.hasPrefix("customer/") == true } == status.customers, "with tombstones")
    }

    /// The process dies with an eviction in its journal that no checkpoint holds yet.
    @Test(arguments: [1, 3, 6])
    func aRestartFindsWhoStayed(evictions: Int) throws {
        let rig = try rig(visitors: 20_000)
        rig.settings.checkpointInterval = 1 << 40
        rig.settings.changesPerCheckpoint = 3_000
        let line = rig.makeLine()
        var seen = 0
        for _ in 0..<2_000 where seen < evictions || line.committing != nil || line.hasWork {
            let before = line.counters.evicted
            _ = try line.turn()
            rig.log.advance(by: 60)
            if line.counters.evicted > before { seen += 1 }
            if seen == evictions { line.isStopping = false }
            if seen >= evictions, line.committing == nil, !line.hasWork { break }
        }
        let before = everything(line)
        let journal = line.live.flatMap(\.journal.entries)
        #expect(seen >= evictions)
        #expect(journal.contains { if case .evicted = $0 { true } else { false } })
        rig.restart()
        let next = rig.makeLine()
        for _ in 0..<500 where !next.isReady {
            _ = try next.turn()
            rig.log.advance(by: 7)
        }
        #expect(next.counters.evicted == 0, "what is repeated is not counted")
        let after = everything(next)
        let different = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        #expect(different.isEmpty, "\(different.count) of \(before.count)")
    }

    @Test func nothingIsFreedWhileThereIsRoom() {
        var budget = MemoryBudget(limit: 1_000_000)
        #expect(budget.excess(reserved: 900_000, used: 800_000, growth: 10_000) == nil && !budget.isShort)
        #expect(budget.excess(reserved: 980_000, used: 900_000, growth: 10_000) == 112_500 && budget.isShort)
        #expect(budget.excess(reserved: 980_000, used: 800_000, growth: 10_000) == nil, "pages are used again")
        #expect(budget.excess(reserved: 980_000, used: 899_999, growth: 10_000) == nil)
        #expect(budget.excess(reserved: 990_000, used: 910_000, growth: 10_000) == 122_500)
        #expect(budget.excess(reserved: 1_000_001, used: 700_000, growth: 0) == 87_500, "room of the wrong sizes")
        #expect(budget.excess(reserved: 1_000_001, used: 650_000, growth: 0) == nil, "once")
    }

    @Test func withoutABudgetNobodyLeaves() {
        var budget = MemoryBudget(limit: 0)
        #expect(budget.excess(reserved: .max, used: 1 << 40, growth: 0) == nil)
    }

    /// Names and rows alone may be more than the budget: then at most half of the customers go at a time.
    @Test func notEverybodyLeavesAtOnce() {
        var budget = MemoryBudget(limit: 1_000)
        #expect(budget.excess(reserved: 5_000, used: 9, growth: 0) == 1)
        #expect(budget.excess(reserved: 5_000, used: 0, growth: 0) == nil)
    }
}
