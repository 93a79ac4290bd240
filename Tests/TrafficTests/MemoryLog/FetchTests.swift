import Events
import Pipeline
import Testing

@testable import Traffic

@Suite struct FetchTests {
    private let first = TopicPartition("in", 0)
    private let second = TopicPartition("in", 1)

    private func filled(_ options: MemoryLog.Options = .init(), each: Int = 5) throws -> Desk {
        let desk = Desk(options)
        for partition in 0..<4 as Range<Int32> {
            for round in 0..<each { try desk.log.append("in", partition, key: "k", value: "\(partition)/\(round)") }
        }
        return desk
    }

    @Test func startsWhereItIsTold() throws {
        let desk = try filled()
        let reader = try desk.log.makeReader(topics: ["in"])
        #expect(try reader.take().seen.isEmpty)
        try reader.fetch(from: [first: 3, second: Position.beginning])
        let seen = try reader.take().seen
        #expect(seen.filter { $0.place == first }.map(\.offset) == [3, 4])
        #expect(seen.filter { $0.place == second }.map(\.offset) == [0, 1, 2, 3, 4])
    }

    @Test func replacesPositionsAsAWhole() throws {
        let desk = try filled()
        let reader = try desk.log.makeReader(topics: ["in"])
        try reader.fetch(from: [first: 0, second: 0])
        _ = try reader.take(3)
        try reader.fetch(from: [second: 4])
        #expect(try reader.take().seen == [Seen(place: second, offset: 4, key: "k", value: "1/4")])
        try reader.fetch(from: [:])
        try desk.log.append("in", 1, key: "k", value: "more")
        #expect(try reader.take().seen.isEmpty)
    }

    /// A refused call leaves the earlier positions in force.
    @Test func refusesAsAWhole() throws {
        let desk = try filled()
        let reader = try desk.reader("in")
        _ = fault { try reader.fetch(from: [second: 0, TopicPartition("in", 77): 0]) }
        #expect(try reader.take().seen.allSatisfy { $0.place == first })
    }

    @Test(arguments: [6, 99, -1, -5]) func refusesPositionsOutsideTheLog(_ position: Int64) throws {
        let reader = try filled().reader("in", from: position)
        let refused = fault { _ = try reader.take() }
        #expect(refused.code == "OFFSET_OUT_OF_RANGE")
        #expect(refused.recovery == .stop(exitCode: Fault.Exit.data))
        #expect(refused.remedy?.isEmpty == false)
        try reader.fetch(from: [first: 5])
        #expect(try reader.take().ends == [first: 5])
    }

    @Test func refusesPositionsThatWereTrimmed() throws {
        let desk = try filled()
        let reader = try desk.reader("in", from: 1)
        try desk.log.trim("in", 0, before: 2)
        #expect(fault { _ = try reader.take() }.code == "OFFSET_OUT_OF_RANGE")
        let fromStart = try desk.reader("in")
        #expect(try fromStart.take().offsets == [2, 3, 4])
    }

    @Test func reportsEachEndOnce() throws {
        let desk = try filled()
        let reader = try desk.reader("in")
        #expect(try reader.take(4).ends.isEmpty)
        #expect(try reader.take(4).ends == [first: 5])
        #expect(try reader.take().ends.isEmpty)
        try desk.log.append("in", 0, key: "k", value: "more")
        #expect(try reader.take().ends == [first: 6])
        #expect(try reader.take().ends.isEmpty)
    }

    @Test func reportsTheEndOfAnEmptyPartition() throws {
        let desk = Desk()
        let reader = try desk.log.makeReader(topics: ["in"])
        try reader.fetch(from: [first: Position.beginning, second: 0])
        #expect(try reader.take().ends == [first: 0, second: 0])
        try reader.fetch(from: [first: 0])
        #expect(try reader.take().ends == [first: 0])
    }

    @Test func endsBehindControlRecords() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        try outlet.transact("a", "b")
        let reader = try desk.reader("out")
        let place = TopicPartition("out", 0)
        let got = try reader.take()
        #expect(got.offsets == [0, 1])
        #expect(got.ends == [place: 3])
        try outlet.begin()
        try outlet.send("c")
        #expect(try reader.take().ends.isEmpty)
        try outlet.abort()
        let aborted = try reader.take()
        #expect(aborted.seen.isEmpty)
        #expect(aborted.ends == [place: 5])
    }

    @Test func hidesTheEndBehindAnOpenTransaction() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        try desk.log.append("out", 0, key: "k", value: "before")
        try outlet.begin()
        try outlet.send("open")
        try desk.log.append("out", 0, key: "k", value: "behind")
        let reader = try desk.reader("out")
        let held = try reader.take()
        #expect(held.values == ["before"])
        #expect(held.ends.isEmpty)
        #expect(reader.lastKnownEnd(of: TopicPartition("out", 0)) == 3)
        try outlet.commit()
        let freed = try reader.take()
        #expect(freed.values == ["open", "behind"])
        #expect(freed.ends == [TopicPartition("out", 0): 4])
    }

    @Test func knowsEndsOnlyAfterFetching() throws {
        let desk = try filled()
        let reader = try desk.reader("in")
        #expect(reader.lastKnownEnd(of: first) == nil)
        _ = try reader.take(1)
        #expect(reader.lastKnownEnd(of: first) == 5)
        #expect(reader.lastKnownEnd(of: second) == nil)
        try desk.log.append("in", 0, key: "k", value: "more")
        #expect(reader.lastKnownEnd(of: first) == 5)
    }

    @Test func asksForBounds() throws {
        let desk = try filled()
        try desk.log.trim("in", 1, before: 2)
        let outlet = try desk.outlet(topics: ["in"])
        try outlet.begin()
        try outlet.send("open", to: 1)
        let reader = try desk.log.makeReader(topics: ["in"])
        let bounds = try reader.bounds(of: [first, second])
        #expect(bounds == [first: LogBounds(start: 0, end: 5), second: LogBounds(start: 2, end: 6)])
        #expect(try desk.log.bounds(of: second) == LogBounds(start: 2, end: 6))
        #expect(try desk.log.lastStableOffset(of: second) == 5)
        #expect(fault { _ = try reader.bounds(of: [TopicPartition("in", 4)]) }.code == "_UNKNOWN_PARTITION")
    }

    private func everything(_ desk: Desk, limit: Int) throws -> [Seen] {
        let reader = try desk.log.makeReader(topics: ["in"])
        try reader.fetch(from: Dictionary(uniqueKeysWithValues: places("in", 0...3).map { ($0, 0) }))
        var all: [Seen] = []
        while case let got = try reader.take(limit), !got.seen.isEmpty {
            #expect(got.seen.count <= limit)
            all += got.seen
        }
        return all
    }

    @Test func takesTurnsByQuanta() throws {
        var options = MemoryLog.Options()
        options.fetchQuantum = 2
        let all = try everything(try filled(options), limit: 8)
        #expect(all.prefix(8).map(\.place.partition).count { $0 == 0 } == 2)
        for partition in 0..<4 as Range<Int32> {
            #expect(all.filter { $0.place.partition == partition }.map(\.offset) == [0, 1, 2, 3, 4])
        }
    }

    @Test func shufflesBySeed() throws {
        func order(_ seed: UInt64) throws -> [Seen] {
            var options = MemoryLog.Options()
            options.shuffleSeed = seed
            options.fetchQuantum = 1
            return try everything(try filled(options), limit: 3)
        }
        let orders = try (1...8).map { try order(UInt64($0)) }
        #expect(try order(1) == orders[0])
        #expect(Set(orders.map { $0.map(\.description).joined() }).count > 1)
        #expect(orders.allSatisfy { $0.count == 20 })
        #expect(orders.allSatisfy { $0.filter { $0.place == first }.map(\.offset) == [0, 1, 2, 3, 4] })
    }

    @Test func refusesAClosedReader() throws {
        let reader = try filled().reader("in")
        reader.close()
        #expect(fault { _ = try reader.take() }.code == "_STATE")
    }
}
