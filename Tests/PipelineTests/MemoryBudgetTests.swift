import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// A line stays within its bytes: the least valuable customers leave, and a restart finds exactly those who stayed.
@Suite struct MemoryBudgetTests {
    private static let budget = 6 << 20

    private func rig(visitors: Int) throws -> Rig {
        let rig = try Rig(inputs: [Script.clicks], partitions: 2)
        try append(0..<visitors, to: rig.log)
        rig.settings.memoryBudget = Self.budget
        rig.settings.recordsPerPoll = 256
        rig.settings.checkpointInterval = 1_000
        return rig
    }

    /// More and more visitors, every tenth of whom orders.
    private func append(_ visitors: Range<Int>, to log: MemoryLog) throws {
        for number in visitors {
            let orders = number % 10 == 0
            let time = Script.start + Int64(number % 1_000_000) * 20_000
            let name = "\(orders ? "customer" : "visitor")-\(number)"
            let value = """
                {"type":"track","event":"\(orders ? "Order Completed" : "Product Viewed")","messageId":"m\(number)",\
                "\(orders ? "userId" : "anonymousId")":"\(name)","timestamp":\(time),\
                "properties":{"product_id":"p\(number % 50)","category":"c1","price":9.5,"quantity":1}}
                """
            let partition = Hash.partition(ofText: name, among: 2)
            try log.append(Script.clicks, partition, key: name, value: value, timestamp: Script.start + (1 << 40))
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

    /// The process dies again and again with evictions in its journal that no checkpoint holds yet, and with a
    /// transaction on its way. Whoever comes next finds exactly what was committed, and leaves from there.
    @Test(arguments: [1 << 30, 4_000]) func aRestartFindsWhoStayed(changesPerCheckpoint: Int) throws {
        let rig = try rig(visitors: 0)
        rig.settings.checkpointInterval = 1 << 40
        rig.settings.changesPerCheckpoint = changesPerCheckpoint
        var line = rig.makeLine()
        var crashes = [0, 0]
        for portion in 0..<70 {
            try append(portion * 256..<(portion + 1) * 256, to: rig.log)
            try settle(line, rig)
            let settled = Sight(line)
            guard settled.hasEvicted else { continue }
            let isUnderWay = crashes[1] < crashes[0]
            if isUnderWay {
                let number = 1_000_000 + portion * 256
                try append(number..<number + 100, to: rig.log)
                try turn(line, rig)
            }
            let underWay = Sight(line)
            let found = try successor(rig)
            let expected = found.positions == settled.positions ? settled : underWay
            #expect(found.difference(from: expected) == nil, "portion \(portion), under way: \(isUnderWay)")
            crashes[isUnderWay ? 1 : 0] += 1
            line = try ready(rig)
        }
        try settle(line, rig)
        #expect(crashes.allSatisfy { $0 >= 3 }, "\(crashes) settled and under way")
    }

    /// What a line holds in memory, and how it says it got there.
    private struct Sight {
        let positions: [[Int64]]
        let journals: [[Journal.Entry]]
        let records: [String: [UInt8]]

        init(_ line: Line) {
            positions = line.live.map(\.positions)
            journals = line.live.map(\.journal.entries)
            records = line.live.reduce(into: [:]) { all, shard in
                for (key, value) in shard.everything() {
                    all["\(shard.stage.name) \(shard.partition) \(key)"] = value
                }
            }
        }

        var hasEvicted: Bool {
            journals.joined().contains { entry in if case .evicted = entry { true } else { false } }
        }

        /// The first few things that differ; nil when nothing does.
        func difference(from other: Sight) -> String? {
            if positions != other.positions { return "\(positions) for \(other.positions)" }
            if journals != other.journals { return "other journals" }
            let keys = Set(records.keys).union(other.records.keys).filter { records[$0] != other.records[$0] }
            return keys.isEmpty ? nil : "\(keys.count) of \(records.count): \(keys.sorted().prefix(3))"
        }
    }

    /// Another process's line with everything restored and nothing folded: for it there is nothing to read and any
    /// amount of memory.
    private func successor(_ rig: Rig) throws -> Sight {
        let settings = rig.settings
        defer { rig.settings = settings }
        rig.settings.memoryBudget = 0
        rig.settings.recordsPerPoll = 0
        return Sight(try ready(rig))
    }

    /// The process dies; the next one's line when everything is restored.
    private func ready(_ rig: Rig) throws -> Line {
        rig.restart()
        let line = rig.makeLine()
        for _ in 0..<4_000 where !line.isReady { try turn(line, rig) }
        try #require(line.isReady)
        return line
    }

    private func turn(_ line: Line, _ rig: Rig) throws {
        _ = try line.turn()
        rig.log.advance(by: 60)
    }

    /// Everything that was appended is folded, and what followed from it, and committed.
    private func settle(_ line: Line, _ rig: Rig) throws {
        var quiet = 0
        for _ in 0..<2_000 where quiet < 5 {
            try turn(line, rig)
            quiet = line.isReady && line.committing == nil && !line.hasWork ? quiet + 1 : 0
        }
        try #require(quiet == 5)
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
