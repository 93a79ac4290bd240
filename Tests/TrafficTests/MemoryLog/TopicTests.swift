import Events
import Pipeline
import Testing

@testable import Traffic

@Suite struct TopicTests {
    @Test func namesPartitionCounts() throws {
        #expect(try Desk().log.topics() == ["in": 4, "signals": 4, "out": 2, "state": 2])
        #expect(Desk().log.capabilities == .kafka)
    }

    @Test func keepsMissingApartFromEmpty() throws {
        let desk = Desk()
        try desk.log.append("in", 0, key: nil, value: "")
        try desk.log.append("in", 0, key: "", value: nil)
        try desk.log.append("in", 0, key: "k", value: "v")
        let seen = try desk.reader("in").take().seen
        #expect(seen.map(\.key) == [nil, "", "k"])
        #expect(seen.map(\.value) == ["", nil, "v"])
        #expect(try desk.log.records(in: "in").map(\.keyText) == [nil, "", "k"])
    }

    @Test func stampsRecordsWithoutTime() throws {
        let desk = Desk()
        desk.log.advance(by: 5)
        try desk.log.append("in", 0, key: "a", value: "a", timestamp: 77)
        try desk.log.append("in", 0, key: "b", value: "b")
        let outlet = try desk.outlet(topics: ["in"])
        try outlet.transact("c")
        #expect(try desk.log.records(in: "in").map(\.timestamp) == [77, desk.log.now, desk.log.now])
    }

    @Test func carriesHeaders() throws {
        let desk = Desk()
        let headers = [Header("why", "test"), Header("nothing", nil as [UInt8]?)]
        try desk.log.append("in", 0, key: "plain", value: "")
        try desk.log.append("in", 0, key: "with", value: "", headers: headers)
        var outbox = Outbox()
        outbox.add(0, 0, "sent", "", [Header("also", "this")])
        try desk.log.append(outbox, topics: ["in"])
        let reader = try desk.reader("in")
        var records: [Record] = []
        _ = try reader.poll(into: &records, limit: 9, wait: 0)
        #expect(records.map(reader.headers(of:)) == [[], headers, [Header("also", "this")]])
    }

    @Test func refusesWhatDoesNotExist() throws {
        let desk = Desk()
        let missing = fault { _ = try desk.log.makeReader(topics: ["nope"]) }
        #expect(missing.recovery == .stop(exitCode: Fault.Exit.configuration))
        #expect(missing.code == "UNKNOWN_TOPIC_OR_PART")
        #expect(fault { _ = try desk.log.makeOutlet(transactionalId: "x", topics: ["nope"]) }.code == missing.code)
        #expect(fault { try desk.log.append("nope", 0, key: "", value: "") }.code == missing.code)
        #expect(fault { try desk.log.append("in", 4, key: "", value: "") }.code == "_UNKNOWN_PARTITION")
        let reader = try desk.log.makeReader(topics: ["in"])
        #expect(fault { try reader.fetch(from: [TopicPartition("in", 9): 0]) }.code == "_UNKNOWN_PARTITION")
        #expect(fault { try reader.fetch(from: [TopicPartition("out", 0): 0]) }.code == "_UNKNOWN_PARTITION")
        let outlet = try desk.outlet()
        try outlet.begin()
        #expect(fault { try outlet.send("x", to: 7) }.code == "_UNKNOWN_PARTITION")
    }

    @Test func refusesLargeAndKeylessRecords() throws {
        var options = MemoryLog.Options()
        options.largestRecord = 10
        let desk = Desk(options)
        #expect(fault { try desk.log.append("in", 0, key: "12345", value: "123456") }.code == "MSG_SIZE_TOO_LARGE")
        #expect(fault { try desk.log.append("state", 0, key: nil, value: "v") }.code == "INVALID_RECORD")
        try desk.log.append("in", 0, key: "12345", value: "12345")
        try desk.log.append("state", 0, key: "", value: nil)
    }

    /// Segments of many sizes, a record larger than any of them among the rest.
    @Test func crossesSegments() throws {
        var options = MemoryLog.Options()
        options.largestRecord = 4 << 20
        let desk = Desk(options)
        let sizes = (0..<3_000).map { $0 == 1_500 ? 3 << 20 : $0 % 1_000 }
        for (at, size) in sizes.enumerated() {
            try desk.log.append("in", 0, key: "\(at)", value: String(repeating: "x", count: size))
        }
        let seen = try desk.reader("in").take(10_000).seen
        #expect(seen.map(\.key) == (0..<3_000).map { "\($0)" })
        #expect(seen.map { $0.value?.count } == sizes)
        #expect(try desk.reader("in", from: 2_999).take().offsets == [2_999])
    }

    /// What a poll handed out stays in place while the log grows, is trimmed and compacted.
    @Test func keepsHandedOutBytesInPlace() throws {
        let desk = Desk()
        for round in 0..<200 { try desk.log.append("state", 0, key: "same", value: "\(round)") }
        let reader = try desk.reader("state")
        var records: [Record] = []
        _ = try reader.poll(into: &records, limit: 200, wait: 0)
        try desk.log.compact("state")
        try desk.log.trim("state", 0, before: 200)
        for round in 0..<5_000 { try desk.log.append("state", 0, key: "k", value: "later \(round)") }
        try desk.log.compact("state")
        #expect(records.map { $0.value.text } == (0..<200).map { "\($0)" })
    }

    /// A segment that was trimmed away lives as long as its records may be looked at: until the port's next poll.
    @Test func letsTrimmedSegmentsGo() throws {
        let desk = Desk()
        for round in 0..<1_000 {
            try desk.log.append("in", 0, key: "k", value: "\(round) \(String(repeating: "x", count: 99))")
        }
        let reader = try desk.reader("in")
        #expect(try reader.take(10).seen.count == 10)
        weak let segment = desk.log.locked { $0.topics["in"]?.partitions[0].segments.first }
        try desk.log.trim("in", 0, before: 1_000)
        #expect(segment != nil)
        try reader.fetch(from: [:])
        #expect(try reader.take().seen.isEmpty)
        #expect(segment == nil)
    }

    @Test func dumpsMarkersToo() throws {
        let desk = Desk()
        try desk.outlet().transact("a")
        let dump = try desk.log.dump("out")
        #expect(dump.contains("out[0] 0 committed a = a"))
        #expect(dump.contains("out[0] 1 commit of producer 0"))
        #expect(dump.contains("out[1] 0..<0"))
    }
}
