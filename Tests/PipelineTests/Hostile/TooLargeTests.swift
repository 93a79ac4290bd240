import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// Dead letters that do not fit, and a dead-letter topic that takes nothing.
@Suite struct TooLargeTests {
    private static let letters = Topology.deadLetters(of: Script.clicks)

    private func rig(room: Int) throws -> Rig {
        var options = MemoryLog.Options()
        options.largestRecord = 64 << 20
        let rig = try Rig(inputs: [Script.clicks], partitions: 1, options: options)
        rig.log.createTopic(Self.letters, partitions: 1, largestRecord: room)
        return rig
    }

    private func told(_ letter: MemoryRecord) -> [String: String] {
        Dictionary(letter.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) }) { $1 }
    }

    @Test func `what does not fit keeps its origin, its digest and its first 64 KB`() throws {
        let rig = try rig(room: 1 << 20)
        let value = [UInt8](repeating: 0, count: 20 << 20)
        try rig.append(Array("u1".utf8), value, at: HostileInput.noon, [Header("trace", "t1")])
        let line = try rig.lineAtEnd()
        let letter = try #require(try rig.log.records(in: Self.letters).first)
        #expect(letter.key == Array("u1".utf8) && letter.timestamp == HostileInput.noon)
        #expect(letter.value == [UInt8](repeating: 0, count: 64 << 10))
        let told = told(letter)
        #expect(told["trace"] == "t1")
        #expect(told["__dlq.errors.exception"] == "too-large" && told["__dlq.errors.cause"] == "oversize")
        #expect(told["__dlq.errors.topic"] == Script.clicks && told["__dlq.errors.offset"] == "0")
        #expect(told["__dlq.errors.value.bytes"] == "20971520")
        // head -c 20971520 /dev/zero | sha256sum
        let digest = "cd52d81e25f372e6fa4db2c0dfceb59862c1969cab17096da352b34950c973cc"
        #expect(told["__dlq.errors.sha256"] == digest)
        #expect(line.counters.rejections[0][Int(Rejection.tooLarge.rawValue)] == 1)
        #expect(line.counters.rejected == 1 && line.counters.deadLetters == 1)
    }

    @Test func `one byte decides`() throws {
        for (size, reason) in [(100_000, "malformed_json"), (100_001, "too-large")] {
            let value = Array("{".utf8) + [UInt8](repeating: 32, count: size - 1)
            var record = Record(topic: 0, partition: 0, offset: 0, timestamp: 0, key: .none, value: .none, handle: 0)
            var outbox = Outbox()
            value.withUnsafeBytes { bytes in
                record.value = Bytes(bytes)
                let letter = DeadLetterWriter(
                    record: record,
                    reason: .malformedJSON,
                    topic: Script.clicks,
                    group: "g",
                    headers: []
                )
                let given = letter.write(into: &outbox, topic: 0, partition: 0, room: 100_000 + letter.frame)
                #expect("\(given.code)" == reason)
            }
        }
    }

    /// The cluster's fault, not the input's: the record must not be lost, so the line stops, and goes on once the topic
    /// takes it.
    @Test func `a dead-letter topic that takes nothing stops the line and loses nothing`() throws {
        let rig = try rig(room: 0)
        try rig.append(Array("u1".utf8), Array("nonsense".utf8), at: HostileInput.noon, [])
        let fault = #expect(throws: Fault.self) { try rig.lineAtEnd() }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.configuration))
        #expect(fault?.code == "MSG_SIZE_TOO_LARGE" && fault?.doing.contains(Self.letters) == true)
        #expect(fault?.remedy?.isEmpty == false)
        #expect(rig.log.offsets(of: rig.settings.group).isEmpty, "nothing is committed")
        rig.log.createTopic(Self.letters, partitions: 1)
        rig.restart()
        rig.log.advance(by: 60_000)
        _ = try rig.lineAtEnd()
        #expect(try rig.log.records(in: Self.letters).map(\.valueText) == ["nonsense"])
    }
}
