import Engine
import Events
import Logging
import Pipeline
import Testing
import Traffic

/// State that a line finds was written under other inputs, other settings or by another version: what is carried over,
/// and what is refused by its name.
@Suite struct TakeoverTests {
    private let place = TopicPartition(Script.clicks, 0)

    private func rig() throws -> Rig {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        try rig.load(.single())
        return rig
    }

    /// A rig whose line has handled everything and drained.
    private func usedRig() throws -> Rig {
        let rig = try rig()
        try rig.runToEnd()
        return rig
    }

    /// A rig whose line was killed with a journal that is not empty.
    private func killedRig() throws -> Rig {
        let rig = try rig()
        rig.settings.recordsPerPoll = 2
        let line = rig.makeLine()
        for _ in 0..<200 where try !hasJournalBehindCheckpoint(rig) {
            _ = try line.turn()
            rig.log.advance(by: 7)
        }
        rig.restart()
        return rig
    }

    private func hasJournalBehindCheckpoint(_ rig: Rig) throws -> Bool {
        let records = try rig.log.records(in: OutputTopic.customersChangelog.name)
        guard records.contains(where: { $0.keyText == "checkpoint" }) else { return false }
        let last = try records.last { $0.keyText == "journal" }?.value?.withUnsafeBytes { try Journal(Bytes($0)) }
        return last?.isEmpty == false
    }

    private func ready(_ rig: Rig, inputs: [String] = [Script.clicks]) throws -> Line {
        let topology = try Topology(inputs: inputs, existing: try rig.log.topics())
        var settings = rig.settings
        settings.name = "test-0"
        let line = Line(
            cluster: rig.log,
            topology: topology,
            settings: settings,
            clock: WallClock { [log = rig.log] in log.now },
            writer: 99,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        for _ in 0..<300 where !line.isReady {
            _ = try line.turn()
            rig.log.advance(by: 7)
        }
        return line
    }

    private func refusal(_ rig: Rig, inputs: [String] = [Script.clicks]) throws -> Fault {
        try #require(throws: Fault.self) { try ready(rig, inputs: inputs) }
    }

    // MARK: inputs

    /// Sorted by name the new topic stands first, so positions by place would be taken for each other.
    @Test func anAddedInputStartsAtItsEarliestAndTheOthersGoOn() throws {
        let rig = try usedRig()
        let added = "a.new.topic"
        rig.log.createTopic(added, partitions: 1)
        rig.log.createTopic(Topology.deadLetters(of: added), partitions: 1)
        for number in 0..<5 {
            try rig.log.append(added, 0, key: "u0", value: "no event \(number)", timestamp: Script.start)
        }
        rig.restart()
        let line = try ready(rig, inputs: [added, Script.clicks])
        #expect(line.isReady && line.counters.replayedRecords == 0)
        for _ in 0..<50 {
            _ = try line.turn()
            rig.log.advance(by: 7)
        }
        #expect(line.counters.consumed == [5, 0], "the new one from its start, nothing of the old one again")
        #expect(rig.log.offsets(of: rig.settings.group)[TopicPartition(added, 0)] == 5)
        rig.restart()
        #expect(try ready(rig, inputs: [added, Script.clicks]).isReady, "and from then on it is known")
    }

    @Test func anAddedInputIsKnownByTheJournalBeforeItsFirstCheckpoint() throws {
        let rig = try usedRig()
        let added = "a.new.topic"
        rig.log.createTopic(added, partitions: 1)
        rig.log.createTopic(Topology.deadLetters(of: added), partitions: 1)
        try rig.log.append(added, 0, key: "u0", value: "no event", timestamp: Script.start)
        rig.restart()
        rig.settings.checkpointInterval = 1 << 40
        rig.settings.untilEnd = false
        let line = try ready(rig, inputs: [added, Script.clicks])
        for _ in 0..<50 {
            _ = try line.turn()
            rig.log.advance(by: 7)
        }
        #expect(line.counters.checkpoints == 0 && line.counters.consumed == [1, 0])
        rig.restart()
        let next = try ready(rig, inputs: [added, Script.clicks])
        #expect(next.isReady && next.counters.replayedRecords == 1)
    }

    @Test func aRemovedInputIsRefusedByItsName() throws {
        let rig = try Rig(inputs: [Script.clicks, Script.reviews], partitions: 1)
        try rig.load(.single())
        try rig.runToEnd()
        rig.restart()
        let fault = try refusal(rig)
        #expect(fault.code == "INPUT_REMOVED" && fault.recovery == .stop(exitCode: Fault.Exit.configuration))
        #expect(fault.description.contains(Script.reviews) && fault.description.contains("--inputs"))
        #expect(try ready(rig, inputs: [Script.clicks, Script.reviews]).isReady, "nothing was lost by trying")
    }

    // MARK: settings

    @Test func anotherHalfLifeIsRefusedWithBothValues() throws {
        let rig = try usedRig()
        rig.settings.engine.chainHalfLifeDays = 7
        let fault = try refusal(rig)
        #expect(fault.code == "CONFIGURATION_CHANGED" && fault.recovery == .stop(exitCode: Fault.Exit.configuration))
        #expect(fault.description.contains("engine.chainHalfLifeDays was 30 and is 7"))
    }

    @Test func anotherSessionGapIsCarriedOverOnceTheLineHasDrained() throws {
        let rig = try usedRig()
        let before = try Remains(rig)
        rig.settings.engine.sessionGap = 45 * EventTime.minute
        #expect(try ready(rig).isReady)
        try rig.runToEnd()
        #expect(try Remains(rig).difference(from: before) == nil)
        rig.settings.engine.sessionGap = 30 * EventTime.minute
        #expect(try ready(rig).isReady, "the checkpoint may stand under either")
    }

    @Test func anotherSessionGapIsRefusedWhileSomethingMustBeFoldedAgain() throws {
        let rig = try killedRig()
        rig.settings.engine.sessionGap = 45 * EventTime.minute
        try #require(try hasJournalBehindCheckpoint(rig))
        let fault = try refusal(rig)
        #expect(fault.description.contains("engine.sessionGapMinutes was 30 and is 45"))
        #expect(fault.description.contains("SIGTERM"))
        rig.settings.engine.sessionGap = 30 * EventTime.minute
        #expect(try ready(rig).counters.replayedRecords > 0)
    }

    // MARK: groups

    @Test func theStateOfAnotherGroupIsRefusedWithBothNames() throws {
        let rig = try usedRig()
        let before = try Remains(rig)
        let ends = try changelogEnds(rig)
        rig.settings.group = "shopstream-trial"
        let fault = try refusal(rig)
        #expect(fault.code == "OTHER_GROUP" && fault.recovery == .stop(exitCode: Fault.Exit.configuration))
        #expect(fault.description.contains("the group shopstream-trial: it holds the state of the group shopstream,"))
        #expect(fault.description.contains("run with --group shopstream;"))
        #expect(fault.description.contains("shopstream reset --to-earliest --group shopstream-trial"))
        #expect(try changelogEnds(rig) == ends, "nothing was written by trying")
        rig.settings.group = "shopstream"
        rig.restart()
        try rig.runToEnd()
        #expect(try Remains(rig).difference(from: before) == nil, "the first one goes on")
    }

    private func changelogEnds(_ rig: Rig) throws -> [Int64] {
        try [OutputTopic.customersChangelog, .productsChangelog].map { topic in
            try rig.log.bounds(of: TopicPartition(topic.name, 0)).end
        }
    }

    // MARK: versions

    /// Nothing is left to replay after a drain, not even where nothing but rubbish came.
    @Test func aDrainedLineReplaysNothing() throws {
        let rig = try usedRig()
        #expect(try ready(rig).counters.replayedRecords == 0)
        rig.restart()
        for _ in 0..<50 { try rig.log.append(Script.clicks, 0, key: "u0", value: "rubbish", timestamp: Script.start) }
        try rig.runToEnd()
        rig.restart()
        let line = try ready(rig)
        #expect(line.counters.replayedRecords == 0 && line.status().restore.eventsWanted == 0)
    }

    /// The checkpoint and the journal of an older program: inputs by their place, a hash for the settings.
    private func writeVersionOne(_ rig: Rig, hash: UInt64, inputs: Int = 1) throws {
        let end = try rig.log.bounds(of: place).end
        for (topic, input) in [(OutputTopic.customersChangelog, place), (.productsChangelog, signals)] {
            let offset = input == place ? end : try rig.log.bounds(of: input).end
            var checkpoint = ByteBuffer()
            checkpoint.append(contentsOf: [1, 1])
            checkpoint.append(littleEndian: hash)
            let count = input == place ? inputs : 1
            checkpoint.append(varint: UInt64(count))
            for _ in 0..<count { checkpoint.append(zigzag: offset) }
            var journal = ByteBuffer()
            journal.append(contentsOf: [1])
            journal.append(littleEndian: UInt64(7))
            journal.append(varint: UInt64(count))
            for _ in 0..<count { journal.append(zigzag: offset) }
            try rig.log.append(topic.name, 0, key: Bytes(Checkpoint.key), value: checkpoint.bytes())
            try rig.log.append(topic.name, 0, key: Bytes(Journal.key), value: journal.bytes())
        }
    }

    private let signals = TopicPartition(OutputTopic.signals.name, 0)

    @Test func versionOneIsCarriedOver() throws {
        let rig = try usedRig()
        let before = try Remains(rig)
        rig.log.setOffsets([signals: try rig.log.bounds(of: signals).end], of: rig.settings.group)
        try writeVersionOne(rig, hash: rig.settings.engine.stateHash)
        #expect(try ready(rig).counters.replayedRecords == 0)
        try rig.runToEnd()
        #expect(try Remains(rig).difference(from: before) == nil)
    }

    @Test func versionOneUnderOtherSettingsIsRefused() throws {
        let rig = try usedRig()
        try writeVersionOne(rig, hash: 1)
        #expect(try refusal(rig).code == "CONFIGURATION_CHANGED")
    }

    @Test func versionOneWithOtherInputsIsRefused() throws {
        let rig = try usedRig()
        try writeVersionOne(rig, hash: rig.settings.engine.stateHash, inputs: 2)
        #expect(try refusal(rig).code == "INPUTS_CHANGED")
    }

    @Test(arguments: ["journal", "checkpoint", "customer/u0", "partition"])
    func aNewerVersionStopsAndSaysWhatToRun(key: String) throws {
        let rig = try usedRig()
        try rig.log.append(OutputTopic.customersChangelog.name, 0, key: key, value: "\u{7F}…")
        let fault = try refusal(rig)
        #expect(fault.code == "STATE_NEWER" && fault.recovery == .stop(exitCode: Fault.Exit.data))
        #expect(fault.description.contains("format 127") && fault.description.contains("run that version"))
    }

    @Test(arguments: ["journal", "checkpoint", "customer/u0", "partition"])
    func spoiledStateStopsWithTheRemedy(key: String) throws {
        let rig = try usedRig()
        try rig.log.append(OutputTopic.customersChangelog.name, 0, key: key, value: "\u{1}")
        let fault = try refusal(rig)
        #expect(fault.code == "STATE_UNREADABLE" && fault.description.contains("shopstream reset"))
    }
}

extension ByteBuffer {
    fileprivate mutating func append(contentsOf bytes: [UInt8]) { for byte in bytes { append(byte) } }
}
