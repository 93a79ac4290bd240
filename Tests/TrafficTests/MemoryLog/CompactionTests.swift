import Events
import Pipeline
import Testing

@testable import Traffic

@Suite struct CompactionTests {
    private let desk = Desk()
    private let place = TopicPartition("state", 0)

    private func append(_ pairs: (String, String?)...) throws {
        for (key, value) in pairs { try desk.log.append("state", 0, key: key, value: value) }
    }

    private func offsets() throws -> [Int64] { try desk.log.records(in: place).map(\.offset) }

    @Test func keepsTheLastOfEveryKey() throws {
        try append(("a", "1"), ("b", "1"), ("a", "2"), ("c", "1"), ("b", "2"))
        try desk.log.compact("state")
        #expect(try offsets() == [2, 3, 4])
        #expect(try desk.log.bounds(of: place) == LogBounds(start: 0, end: 5))
        try append(("d", "1"))
        #expect(try offsets() == [2, 3, 4, 5])
    }

    @Test func dropsTombstonesAndWhatTheyBury() throws {
        try append(("a", "1"), ("b", "1"), ("a", nil), ("b", "2"))
        #expect(try desk.values("state") == ["1", "1", nil, "2"])
        try desk.log.compact("state")
        #expect(try offsets() == [3])
        try append(("b", nil))
        try desk.log.compact("state")
        #expect(try offsets() == [])
        let got = try desk.reader("state").take()
        #expect(got.seen.isEmpty)
        #expect(got.ends == [place: 5])
        try append(("z", "1"))
        #expect(try offsets() == [5])
    }

    /// An aborted record never buries a committed one.
    @Test func ignoresAbortedRecords() throws {
        let outlet = try desk.outlet(topics: ["state"])
        try outlet.transact("a")
        try outlet.begin()
        try outlet.send("a")
        try outlet.abort()
        try desk.log.compact("state")
        #expect(try offsets() == [0])
        #expect(try desk.log.bounds(of: place).end == 4)
        #expect(try desk.reader("state").take().ends == [place: 4])
    }

    /// What is not stable yet is neither removed nor counts, and ends as it would have without the cleaner.
    @Test(arguments: [true, false]) func leavesOpenTransactionsAlone(_ commits: Bool) throws {
        try append(("a", "1"), ("a", "2"))
        let outlet = try desk.outlet(topics: ["state"])
        try outlet.begin()
        try outlet.send("a", "b")
        try append(("a", "3"), ("a", "4"))
        try desk.log.compact("state")
        #expect(try desk.values("state", .uncommitted) == ["2", "a", "b", "3", "4"])
        if commits { try outlet.commit() } else { try outlet.abort() }
        #expect(try offsets() == (commits ? [1, 2, 3, 4, 5] : [1, 4, 5]))
        try desk.log.compact("state")
        #expect(try offsets() == (commits ? [3, 5] : [5]))
    }

    @Test func readersGoOnAcrossGaps() throws {
        for round in 0..<100 { try append(("\(round % 10)", "\(round)")) }
        let reader = try desk.reader("state")
        #expect(try reader.take(50).offsets == Array(0..<50))
        try desk.log.compact("state")
        let rest = try reader.take()
        #expect(rest.offsets == Array(90..<100))
        #expect(rest.ends == [place: 100])
        #expect(try desk.reader("state", from: 95).take().offsets == Array(95..<100))
        #expect(try desk.reader("state", from: 17).take(3).offsets == [90, 91, 92])
    }

    @Test func keepsHeadersAndTimes() throws {
        try desk.log.append("state", 0, key: "a", value: "1", headers: [Header("old", "1")])
        try desk.log.append("state", 0, key: "a", value: "2", timestamp: 42, headers: [Header("new", "2")])
        try desk.log.compact("state")
        let left = try desk.log.records(in: place)
        #expect(left.map(\.headers) == [[Header("new", "2")]])
        #expect(left.map(\.timestamp) == [42])
    }

    @Test func isForCompactedTopics() {
        #expect(fault { try desk.log.compact("in") }.code == "_STATE")
    }

    /// The cleaner against a fold of the same records, over many random logs.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func equalsTheFold(_ seed: UInt64) throws {
        var newest: [String: (offset: Int64, value: String?)] = [:]
        for round in 0..<300 {
            let draw = Hash.combine(seed, UInt64(round))
            let key = "\(draw % 23)"
            let value = draw % 7 == 0 ? nil : "\(round)"
            newest[key] = (try desk.log.bounds(of: place).end, value)
            try append((key, value))
            if draw % 31 == 0 { try desk.log.compact("state") }
        }
        try desk.log.compact("state")
        let expected = newest.values.filter { $0.value != nil }.sorted { $0.offset < $1.offset }
        #expect(try offsets() == expected.map(\.offset))
        #expect(try desk.values("state") == expected.map(\.value))
    }
}

@Suite struct RetentionTests {
    private let place = TopicPartition("kept", 0)

    private func log(_ retention: MemoryLog.Retention) -> MemoryLog {
        let log = MemoryLog()
        log.createTopic("kept", partitions: 1, retention: retention)
        return log
    }

    @Test func keepsSoManyRecords() throws {
        let log = log(.init(records: 3))
        for round in 0..<10 { try log.append("kept", 0, key: "k", value: "\(round)") }
        #expect(try log.records(in: place).map(\.valueText) == ["7", "8", "9"])
        #expect(try log.bounds(of: place) == LogBounds(start: 7, end: 10))
    }

    @Test func keepsSoManyBytes() throws {
        let log = log(.init(bytes: 100))
        for round in 0..<5_000 { try log.append("kept", 0, key: "k", value: String(repeating: "v", count: round % 40)) }
        let sizes = try log.records(in: place).map { ($0.key?.count ?? 0) + ($0.value?.count ?? 0) }
        let sum = sizes.reduce(0, +)
        #expect(sum <= 100 + 100 / 64)
        #expect(sum + 41 > 100)
        #expect(try log.bounds(of: place).end == 5_000)
    }

    /// Nothing of an open transaction goes, nor what lies behind its beginning.
    @Test func waitsForOpenTransactions() throws {
        let log = log(.init(records: 2))
        let outlet = try log.makeOutlet(transactionalId: "t", topics: ["kept"])
        try outlet.initialize()
        try log.append("kept", 0, key: "k", value: "before")
        try outlet.begin()
        try outlet.send("1", "2", "3", "4")
        #expect(try log.bounds(of: place) == LogBounds(start: 1, end: 5))
        try outlet.commit()
        try log.append("kept", 0, key: "k", value: "after")
        #expect(try log.records(in: place).map(\.valueText) == ["after"])
    }

    @Test func trimsUpToTheStableEndAndNeverBack() throws {
        let log = log(.forever)
        for round in 0..<5 { try log.append("kept", 0, key: "k", value: "\(round)") }
        try log.trim("kept", 0, before: 3)
        try log.trim("kept", 0, before: 1)
        #expect(try log.bounds(of: place) == LogBounds(start: 3, end: 5))
        try log.trim("kept", 0, before: 99)
        #expect(try log.bounds(of: place) == LogBounds(start: 5, end: 5))
        try log.append("kept", 0, key: "k", value: "next")
        #expect(try log.records(in: place).map(\.offset) == [5])
    }
}
