import Engine
import Events

/// The state records that stand between two checkpoints, as they came.
struct Generation {
    /// One record; its bytes lie in the generation's buffer.
    private struct Entry {
        var offset: Int64
        var key: Range<Int>
        /// Nil for a tombstone.
        var value: Range<Int>?
    }

    /// What the log holds under one key.
    private struct Found {
        var entry: Int
        /// Written before in the same generation, not counting the tombstone of who left and came back.
        var isRepeated = false
    }

    private var buffer: [UInt8] = []
    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }
    var bytes: Int { buffer.count }
    var count: Int { entries.count }

    mutating func add(_ record: Record) {
        let key = buffer.count
        buffer.append(contentsOf: record.key.buffer)
        let value = buffer.count
        buffer.append(contentsOf: record.value.buffer)
        entries.append(
            Entry(
                offset: record.offset,
                key: key..<value,
                value: record.value.isMissing ? nil : value..<buffer.count
            )
        )
    }

    /// Hands out every record in order, borrowed.
    func forEach(_ body: (_ key: Bytes, _ value: Bytes, _ offset: Int64) throws(Fault) -> Void) throws(Fault) {
        var fault: Fault?
        buffer.withUnsafeBytes { raw in
            for entry in entries where fault == nil {
                let value = entry.value.map { Bytes(UnsafeRawBufferPointer(rebasing: raw[$0])) } ?? .none
                do throws(Fault) {
                    try body(Bytes(UnsafeRawBufferPointer(rebasing: raw[entry.key])), value, entry.offset)
                } catch {
                    fault = error
                }
            }
        }
        if let fault { throw fault }
    }

    /// Holds what stands in the log against what the folded shard would write now, whose changes are called saved.
    /// Answers how many records were compared.
    func compare(
        with shard: Shard,
        at place: TopicPartition,
        of checkpoint: Checkpoint,
        _ offset: Int64,
        _ desk: AuditDesk
    ) -> Int {
        var found: [[UInt8]: Found] = [:]
        for (index, entry) in entries.enumerated() {
            let key = Array(buffer[entry.key])
            let isRepeated = found[key].map { entries[$0.entry].value != nil } ?? false
            found[key] = Found(entry: index, isRepeated: isRepeated)
        }
        var outbox = Outbox()
        CheckpointWriter(0, place.partition).write(shard.state, into: &outbox)
        var expected: [[UInt8]: Outgoing] = [:]
        for record in outbox.records { expected[outbox.key(of: record).array] = record }
        for (key, record) in expected.sorted(by: { $0.value.keyStart < $1.value.keyStart }) {
            let subject = StateSubject(key)
            guard let found = found.removeValue(forKey: key) else {
                desk.add(
                    .missing,
                    .state,
                    place,
                    offset,
                    "\(subject.text) changed and was not written",
                    subject.customer
                )
                continue
            }
            let entry = entries[found.entry]
            if found.isRepeated {
                desk.add(.duplicate, .state, place, entry.offset, "\(subject.text) stands twice", subject.customer)
            }
            if !isSame(entry.value, outbox.value(of: record), subject) {
                desk.add(
                    .different,
                    .state,
                    place,
                    entry.offset,
                    "\(subject.text) is not what was folded",
                    subject.customer
                )
            }
        }
        for (key, found) in found.sorted(by: { $0.value.entry < $1.value.entry }) {
            let subject = StateSubject(key)
            let text = "\(subject.text) did not change and was written"
            desk.add(.extra, .state, place, entries[found.entry].offset, text, subject.customer)
        }
        return expected.count
    }

    /// Records behind the last checkpoint: nobody writes any there.
    func reportStrays(at place: TopicPartition, _ desk: AuditDesk) {
        for entry in entries {
            let subject = StateSubject(Array(buffer[entry.key]))
            desk.add(.extra, .state, place, entry.offset, "\(subject.text) belongs to no checkpoint", subject.customer)
        }
    }

    private func isSame(_ mine: Range<Int>?, _ folded: Bytes, _ subject: StateSubject) -> Bool {
        guard let mine, !folded.isMissing else { return mine == nil && folded.isMissing }
        guard mine.count == folded.count else { return false }
        let compared = mine.count - (subject.hasAdvice ? min(4, mine.count) : 0)
        return zip(buffer[mine].prefix(compared), folded.buffer.prefix(compared)).allSatisfy { $0 == $1 }
    }
}

/// What a state record is about, in words that name no customer.
struct StateSubject {
    var text: String
    var customer: String?
    /// The last four bytes were decided with knowledge of the whole shop and are not refolded.
    var hasAdvice: Bool

    init(_ key: [UInt8]) {
        let whole = String(decoding: key, as: UTF8.self)
        let kinds = [StateKey.product, StateKey.category].map { "\($0)" }
        hasAdvice = false
        text = whole
        if whole.hasPrefix("\(StateKey.customer)") {
            text = "a customer's record"
            customer = String(whole.dropFirst("\(StateKey.customer)".count))
            hasAdvice = true
        } else if kinds.contains(where: whole.hasPrefix) {
            hasAdvice = true
        } else if !whole.hasPrefix("model/"), whole != "\(StateKey.partition)" {
            text = "a record of another kind"
        }
    }
}
