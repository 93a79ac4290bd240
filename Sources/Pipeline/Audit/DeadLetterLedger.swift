import Events

/// The dead letters that the inputs lead to: one for each record that cannot be used, with the same bytes and the same
/// headers, and no other. Bound: 100 bytes a dead letter.
struct DeadLetterLedger {
    /// Where the rejected record stood.
    private struct Origin: Hashable {
        var partition: Int32
        var offset: Int64
    }

    private struct Letter: Equatable {
        var partition: Int32
        var key: UInt64
        var value: UInt64
        var headers: UInt64
    }

    private var expected: [[Origin: Letter]]
    /// Of large records: the letter that says only how they begin, for a topic that does not take the whole.
    private var beginnings: [[Origin: Letter]]
    private var found: [Set<Origin>]

    init(inputs: Int) {
        expected = Array(repeating: [:], count: inputs)
        beginnings = expected
        found = Array(repeating: [], count: inputs)
    }

    mutating func expect(
        _ input: Int,
        _ record: Record,
        in partition: Int32,
        _ key: Bytes,
        _ value: Bytes,
        _ headers: [Header]
    ) {
        let letter = DeadLetterLedger.letter(partition, key, value, headers)
        expected[input][Origin(partition: record.partition, offset: record.offset)] = letter
    }

    mutating func expectBeginning(
        _ input: Int,
        _ record: Record,
        in partition: Int32,
        _ key: Bytes,
        _ value: Bytes,
        _ headers: [Header]
    ) {
        let letter = DeadLetterLedger.letter(partition, key, value, headers)
        beginnings[input][Origin(partition: record.partition, offset: record.offset)] = letter
    }

    /// A record of an input's dead-letter topic.
    mutating func find(_ input: Int, _ record: Record, _ headers: [Header], at place: TopicPartition, _ desk: AuditDesk)
    {
        // Notes of replays, and the letters of other groups.
        guard let told = DeadLetter(headers), DeadLetterLedger.group(headers) == desk.settings.group else { return }
        let offset = told.offset
        let origin = Origin(partition: told.partition, offset: offset)
        let source = TopicPartition(told.topic, told.partition)
        guard let letter = expected[input][origin] else {
            guard offset >= desk.cut.start(of: source) else { return }
            return desk.add(.extra, .deadLetter, place, record.offset, "\(source) at \(offset) is no bad record")
        }
        // Who folds anew after a reset gives up anew.
        if !found[input].insert(origin).inserted, !desk.hasReset {
            desk.add(.duplicate, .deadLetter, place, record.offset, "a second one for \(source) at \(offset)")
        } else if !isSame(letter, or: beginnings[input][origin], record, headers) {
            desk.add(.different, .deadLetter, place, record.offset, "not the record of \(source) at \(offset)")
        }
    }

    private func isSame(_ whole: Letter, or beginning: Letter?, _ record: Record, _ headers: [Header]) -> Bool {
        let letter = DeadLetterLedger.letter(record.partition, record.key, record.value, headers)
        return letter == whole || letter == beginning
    }

    /// - Parameters:
    ///   - began: from which offset of a partition letters were written.
    ///   - start: where a partition of the dead-letter topic begins.
    func conclude(_ input: Int, began: (Int32) -> Int64, start: (Int32) -> Int64, _ desk: AuditDesk) {
        var deleted = 0
        for (origin, letter) in expected[input] where !found[input].contains(origin) {
            guard origin.offset >= began(origin.partition) else { continue }
            let source = TopicPartition(desk.topology.inputs[input], origin.partition)
            let place = TopicPartition(Topology.deadLetters(of: source.topic), letter.partition)
            if start(letter.partition) > 0 {
                deleted += 1
            } else {
                desk.add(.missing, .deadLetter, place, nil, "none for \(source) at \(origin.offset)")
            }
        }
        desk.report.check("dead letters", expected[input].count)
        if deleted > 0 { desk.note("\(deleted) dead letters are older than what their topic keeps") }
    }

    private static func letter(_ partition: Int32, _ key: Bytes, _ value: Bytes, _ headers: [Header]) -> Letter {
        var hash: UInt64 = 0
        for header in headers where header.name != DeadLetter.Name.version {
            let text = Array(header.name.utf8) + [0] + (header.value ?? [0])
            hash = Hash.combine(hash, text.withUnsafeBytes { Hash.of(Bytes($0)) })
        }
        // A missing key is not an empty one; of values only what is there counts.
        return Letter(
            partition: partition,
            key: Hash.of(key, seed: key.isMissing ? 1 : 0),
            value: Hash.of(value),
            headers: hash
        )
    }

    private static func group(_ headers: [Header]) -> String? {
        headers.last { $0.name == DeadLetter.Name.group }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
}
