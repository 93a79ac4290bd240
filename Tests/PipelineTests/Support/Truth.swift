import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// What a group's run must have left, whoever ran it and whatever befell them: made anew from the logs, without a
/// group.
///
/// - Customers' state, alerts, dead letters and signals: the fold of the inputs by journal, each record once.
/// - Products' state, sentiments, models and further signals: the fold of the committed signals in log order.
final class Truth {
    private let rig: Rig
    private let changelogs: (TopicPartition) throws -> [MemoryRecord]
    private let emitter: Emitter
    private let desk: FoldingDesk
    private var outbox = Outbox()
    /// State records by changelog partition and key.
    private(set) var state: [TopicPartition: [String: [UInt8]]] = [:]
    /// By signals partition, what each source sends there, in order.
    private var sources: [Int32: [[[UInt8]]]] = [:]
    /// What the journals themselves have wrong.
    private var flaw: String?

    /// - Parameter changelogs: all that was ever committed to a changelog, whatever the cleaner has taken since.
    init(_ rig: Rig, changelogs: @escaping (TopicPartition) throws -> [MemoryRecord]) throws {
        self.rig = rig
        self.changelogs = changelogs
        emitter = Emitter(rig.topology, group: rig.settings.group)
        desk = FoldingDesk(rig.topology, categories: rig.settings.engine.consent)
        for number in 0..<rig.topology.partitions {
            try fold(.customers, number, foldByJournal)
            try fold(.products, number, foldSignals)
        }
    }

    private func fold(_ stage: Stage, _ number: Int32, _ body: (Shard, (Shard) -> Void) throws -> Void) throws {
        let topology = rig.topology
        let commons = Commons(configuration: rig.settings.engine, partitions: topology.partitions)
        let inputs = topology.inputs(of: stage)
        let shard = Shard(stage, number, inputs: inputs, commons: commons, writer: 0)
        var sent: [Int32: [[UInt8]]] = [:]
        try body(shard) { _ in
            desk.effects.signals.drain { partition, packed in sent[partition, default: []] += Truth.signals(packed) }
            emit()
        }
        for (partition, signals) in sent { sources[partition, default: []].append(signals) }
        let place = TopicPartition(topology.changelog(of: stage).name, number)
        // Where nothing was folded nothing was saved.
        state[place] = shard.journal.isEmpty ? [:] : shard.records()
    }

    private func foldSignals(_ shard: Shard, _ folded: (Shard) -> Void) throws {
        for record in try rig.log.records(in: TopicPartition(OutputTopic.signals.name, shard.partition)) {
            record.lend { shard.fold([$0][...], input: 0, with: desk) }
            folded(shard)
        }
    }

    /// Every entry of every journal in turn; together they take each record of each input once.
    private func foldByJournal(_ shard: Shard, _ folded: (Shard) -> Void) throws {
        var inputs = try rig.topology.inputs.map { topic in
            try rig.log.records(in: TopicPartition(topic, shard.partition))[...]
        }
        for entry in try entries(of: shard) {
            guard case .run(let input, let count) = entry else {
                shard.replay(entry, with: desk)
                folded(shard)
                continue
            }
            for _ in 0..<count {
                guard let record = inputs[input].popFirst() else {
                    return flaw = "the journal of customers \(shard.partition) has more records than the input"
                }
                record.lend { shard.fold([$0][...], input: input, with: desk) }
                folded(shard)
            }
        }
        if inputs.contains(where: { !$0.isEmpty }) {
            flaw = "the journal of customers \(shard.partition) has fewer records than the input"
        }
    }

    /// Of each checkpoint the whole journal up to it, then what has followed the last.
    private func entries(of shard: Shard) throws -> [Journal.Entry] {
        var entries: [Journal.Entry] = []
        var latest: Journal?
        for record in try changelogs(TopicPartition(OutputTopic.customersChangelog.name, shard.partition)) {
            switch record.keyText {
            case "journal": latest = record.lend { try? Journal($0.value) }
            case "checkpoint":
                entries += latest?.entries ?? []
                latest = nil
            default: break
            }
        }
        return entries + (latest?.entries ?? [])
    }

    private func emit() {
        emitter.emit(desk.effects, into: &outbox, &desk.counters)
        for (record, input, rejection) in desk.rejected {
            emitter.emit(deadLetter: record, input: input, rejection, headers: [], into: &outbox, &desk.counters)
        }
        desk.rejected.removeAll()
    }

    /// Each packed signal by itself, as bytes.
    private static func signals(_ packed: Bytes) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var reader = SignalReader(packed)
        while let signal = reader.next() {
            var writer = SignalWriter()
            writer.append(signal)
            found.append(writer.buffer.bytes().array)
        }
        return found
    }

    // MARK: Comparing

    /// The first thing in the logs that is not as it must be; nil when all is.
    /// - Parameter foreign: values that the run was given.
    func difference(apartFrom foreign: Set<String> = []) throws -> String? {
        try flaw ?? signalDifference() ?? outputDifference(foreign) ?? stateDifference()
    }

    /// Every signal once, and each source's in its order.
    private func signalDifference() throws -> String? {
        for number in 0..<rig.topology.partitions {
            let records = try rig.log.records(in: TopicPartition(OutputTopic.signals.name, number))
            let actual = records.flatMap { record in record.lend { Truth.signals($0.value) } }
            let sequences = sources[number] ?? []
            let expected = sequences.reduce(0) { $0 + $1.count }
            if actual.count != expected { return "signals[\(number)]: \(actual.count) for \(expected)" }
            guard Truth.counts(actual) == Truth.counts(sequences.flatMap { $0 }) else {
                return "signals[\(number)]: others than expected"
            }
            for sequence in sequences where !Truth.contains(actual, sequence) {
                return "signals[\(number)]: in another order than a partition sent them"
            }
        }
        return nil
    }

    private static func counts(_ signals: [[UInt8]]) -> [[UInt8]: Int] {
        signals.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    private static func contains(_ all: [[UInt8]], _ sequence: [[UInt8]]) -> Bool {
        var rest = sequence[...]
        for signal in all where signal == rest.first { rest = rest.dropFirst() }
        return rest.isEmpty
    }

    /// Alerts, sentiments, models and dead letters: by partition and key the same values in the same order.
    private func outputDifference(_ foreign: Set<String>) throws -> String? {
        let topics =
            [OutputTopic.churnAlerts, .productSentiment, .models].map(\.name)
            + rig.topology.inputs.map(Topology.deadLetters)
        for topic in topics {
            let expected = expected(topic)
            var actual: [String: [String]] = [:]
            for record in try rig.log.records(in: topic) where !foreign.contains(record.valueText ?? "-") {
                let key = "\(record.place.partition) \(record.keyText ?? "-")"
                actual[key, default: []].append(record.valueText ?? "-")
            }
            for key in Set(expected.keys).union(actual.keys).sorted() where expected[key] != actual[key] {
                return "\(topic) \(key): \(actual[key]?.count ?? 0) for \(expected[key]?.count ?? 0)"
            }
        }
        return nil
    }

    private func expected(_ topic: String) -> [String: [String]] {
        var found: [String: [String]] = [:]
        guard let index = rig.topology.outputs.firstIndex(of: topic) else { return found }
        for record in outbox.records where record.topic == index {
            let key = record.keyCount < 0 ? "-" : outbox.key(of: record).text
            found["\(record.partition) \(key)", default: []].append(outbox.value(of: record).text)
        }
        return found
    }

    /// What a restore from the changelogs would find.
    private func stateDifference() throws -> String? {
        for (place, expected) in state.sorted(by: { $0.key < $1.key }) {
            var actual: [String: [UInt8]] = [:]
            for record in try rig.log.records(in: place) {
                guard let key = record.keyText, key != "journal", key != "checkpoint" else { continue }
                actual[key] = record.value.map { StateRecord.withoutAdvice(key, $0) }
            }
            let keys = Set(expected.keys).union(actual.keys).filter { expected[$0] != actual[$0] }
            if !keys.isEmpty { return "\(place): \(keys.sorted().joined(separator: ", "))" }
        }
        return nil
    }
}

enum StateRecord {
    /// Advice is the last four bytes of a customer's and a product's record; models and partitions have none.
    static func withoutAdvice(_ key: String, _ value: [UInt8]) -> [UInt8] {
        key.contains("/") && !key.hasPrefix("model/") ? value.dropLast(4) : value
    }
}

extension MemoryRecord {
    /// The record as a port would hand it out, for the time of `body`.
    func lend<Result>(_ body: (Record) -> Result) -> Result {
        (key ?? []).withUnsafeBufferPointer { keyBytes in
            (value ?? []).withUnsafeBufferPointer { valueBytes in
                body(
                    Record(
                        topic: 0,
                        partition: place.partition,
                        offset: offset,
                        timestamp: timestamp,
                        key: key == nil ? .none : Bytes(start: keyBytes.baseAddress, count: keyBytes.count),
                        value: value == nil ? .none : Bytes(start: valueBytes.baseAddress, count: valueBytes.count),
                        handle: -1
                    )
                )
            }
        }
    }
}
