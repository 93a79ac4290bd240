import Engine
import Events
import Testing

@testable import Pipeline

@Suite struct JournalTests {
    private func coded(_ journal: Journal) -> Journal? {
        var buffer = ByteBuffer()
        journal.encode(into: &buffer)
        return try? Journal(buffer.bytes())
    }

    @Test func everyEntryComesBack() throws {
        var journal = Journal(writer: 7, inputs: ["a", "b", "c"], base: [3, Position.beginning, 1 << 40])
        journal.ran(topic: 0, count: 5)
        journal.ran(topic: 2)
        journal.ticked(1_700_000_000_123)
        journal.adopted(PopulationParameters(r: 0.5, alpha: 20, a: 0.25, b: 3))
        journal.evicted(Eviction(before: 1_700_000_000_000, named: 1, ordered: 300, eachOrder: 65_535))
        journal.ran(topic: 0, count: 1 << 33)
        #expect(coded(journal) == journal)
    }

    @Test func runsOfOneTopicAreOneEntry() {
        var journal = Journal(writer: 1, inputs: ["a"], base: [0])
        for _ in 0..<1_000 { journal.ran(topic: 0) }
        #expect(journal.entries == [.run(topic: 0, count: 1_000)])
    }

    @Test func aLaterTickStandsForAnEarlierOne() {
        var journal = Journal(writer: 1, inputs: ["a"], base: [0])
        journal.ticked(1)
        journal.ticked(2)
        #expect(journal.entries == [.tick(2)])
    }

    @Test func aCheckpointEmptiesIt() {
        var journal = Journal(writer: 1, inputs: ["a"], base: [0])
        journal.ran(topic: 0, count: 9)
        journal.reset(base: [9])
        #expect(journal.isEmpty)
        #expect(journal.base == [9])
    }

    @Test func truncatedBytesAreRefused() {
        var journal = Journal(writer: 7, inputs: ["a", "b"], base: [3, 4])
        journal.ran(topic: 1, count: 300)
        journal.adopted(PopulationParameters(r: 0.5, alpha: 20, a: 0.25, b: 3))
        var buffer = ByteBuffer()
        journal.encode(into: &buffer)
        let wholeEntries = 1 + 8 + 1 + 2 * 9
        for length in 0..<buffer.count where length != wholeEntries && length != wholeEntries + 4 {
            #expect(throws: StateFault.self, "\(length) of \(buffer.count) bytes") {
                try Journal(buffer.bytes(0..<length))
            }
        }
    }

    /// Folded, they would stop every line that takes the partition over, and not by a fault that says how to go on.
    @Test func whatNoLineWritesIsRefused() {
        let sound = PopulationParameters(r: 0.5, alpha: 20, a: 0.25, b: 3)
        var (zero, endless) = (sound, sound)
        zero.alpha = 0
        endless.b = .infinity
        let changes: [(inout Journal) -> Void] = [
            { $0.ticked(.max) }, { $0.ticked(-1) }, { $0.adopted(zero) }, { $0.adopted(endless) },
            { $0.ran(topic: 1, count: .max) },
            { journal in for topic in 0..<3 { journal.ran(topic: topic, count: 1 << 47) } },
        ]
        for (number, change) in changes.enumerated() {
            var journal = Journal(writer: 1, inputs: ["a", "b", "c"], base: [0, 0, 0])
            journal.ran(topic: 0)
            change(&journal)
            #expect(coded(journal) == nil, "\(number)")
        }
        var buffer = ByteBuffer()
        Checkpoint(shape: .settings(model: 7, []), inputs: [], offsets: [], generation: .max).encode(into: &buffer)
        #expect(throws: StateFault.self) { try Checkpoint(buffer.bytes()) }
    }

    @Test func checkpointsComeBack() throws {
        let settings = [StateSetting(name: "a", value: 0.5), StateSetting(name: "b", value: 30)]
        let checkpoint = Checkpoint(
            shape: .settings(model: 7, settings),
            inputs: ["x", "y", "z"],
            offsets: [1, 1 << 50, 0],
            generation: 300,
            records: 1 << 33,
            began: [0, 1 << 40, 7],
            group: "shopstream",
            wasReset: true
        )
        var buffer = ByteBuffer()
        checkpoint.encode(into: &buffer)
        #expect(try Checkpoint(buffer.bytes()) == checkpoint)
        let (withoutReset, withoutGroup) = (buffer.count - 1, buffer.count - 12)
        #expect(try Checkpoint(buffer.bytes(0..<withoutReset)).group == "shopstream")
        #expect(try Checkpoint(buffer.bytes(0..<withoutGroup)).group == "", "as the first of this version wrote it")
        for length in 0..<buffer.count where length != withoutGroup && length != withoutReset {
            #expect(throws: StateFault.self, "\(length)") { try Checkpoint(buffer.bytes(0..<length)) }
        }
    }
}

/// Journals and checkpoints as every version wrote them: what stands in a changelog is read for ever.
@Suite struct JournalFixtureTests {
    private static let population = PopulationParameters(r: 0.5, alpha: 20, a: 0.25, b: 3)

    private func bytes<Value>(_ hex: String, _ body: (Bytes) throws -> Value) rethrows -> Value {
        var rest = Substring(hex)
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return try bytes.withUnsafeBytes { try body(Bytes($0)) }
    }

    private func hex(_ encode: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        encode(&buffer)
        return buffer.bytes().array.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func journalsOfVersionOne() throws {
        let journal = try bytes(
            "01070000000000000003060080808080804000000500020101f6a1abfef962"
                + "02000000000000e03f0000000000003440000000000000d03f000000000000084000008080808020",
            Journal.init
        )
        #expect(journal.writer == 7 && journal.base == [3, 0, 1 << 40] && journal.inputs == [])
        #expect(
            journal.entries == [
                .run(topic: 0, count: 5), .run(topic: 2, count: 1), .tick(1_700_000_000_123), .adopted(Self.population),
                .run(topic: 0, count: 1 << 33),
            ]
        )
    }

    @Test func checkpointsOfVersionOne() throws {
        let checkpoint = try bytes("0101cdab0000000000000302808080808080800400", Checkpoint.init)
        #expect(checkpoint.codec == 1 && checkpoint.shape == .hash(0xABCD))
        #expect(checkpoint.inputs == [] && checkpoint.offsets == [1, 1 << 50, 0])
    }

    private static let journal =
        "020700000000000000022f0132f97eac8c21068a6ff3f130acaa7c8080808080400001ac0201f6a1abfef962"
        + "02000000000000e03f0000000000003440000000000000d03f0000000000000840038080f4f6905d3ced021e"
    private static let checkpoint =
        "0202cdab000000000000010d656e67696e652e706c6163657300000000000024400201610601628080808080400205020012"
    /// What a checkpoint that knows its group has more.
    private static let group = "027331"

    /// Other bytes under the same version would be misread by the program of yesterday: raise the version, and keep
    /// these lines for the old one.
    @Test func journalsOfVersionTwo() throws {
        var journal = Journal(writer: 7, inputs: ["a", "b"], base: [3, 1 << 40])
        journal.ran(topic: 1, count: 300)
        journal.ticked(1_700_000_000_123)
        journal.adopted(Self.population)
        journal.evicted(Eviction(before: 1_600_000_000_000))
        #expect(hex { journal.encode(into: &$0) } == Self.journal)
        #expect(try bytes(Self.journal, Journal.init) == journal)
    }

    @Test func checkpointsOfVersionTwo() throws {
        var checkpoint = Checkpoint(
            codec: 2,
            shape: .settings(model: 0xABCD, [StateSetting(name: "engine.places", value: 10)]),
            inputs: ["a", "b"],
            offsets: [3, 1 << 40],
            generation: 2,
            records: 5,
            began: [0, 9]
        )
        #expect(hex { checkpoint.encode(into: &$0) } == Self.checkpoint)
        #expect(try bytes(Self.checkpoint, Checkpoint.init) == checkpoint)
        checkpoint.group = "s1"
        #expect(hex { checkpoint.encode(into: &$0) } == Self.checkpoint + Self.group)
        #expect(try bytes(Self.checkpoint + Self.group, Checkpoint.init) == checkpoint)
        checkpoint.wasReset = true
        #expect(hex { checkpoint.encode(into: &$0) } == Self.checkpoint + Self.group + "01")
    }

    @Test(arguments: [JournalFixtureTests.journal, JournalFixtureTests.checkpoint])
    func aNewerVersionIsRefusedByItsNumber(hex: String) {
        let newer = "09" + hex.dropFirst(2)
        #expect(throws: StateFault.newerVersion(9)) { try bytes(newer, Journal.init) }
        #expect(throws: StateFault.newerVersion(9)) { try bytes(newer, Checkpoint.init) }
    }
}
