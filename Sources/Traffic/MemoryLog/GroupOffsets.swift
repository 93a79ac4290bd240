import Pipeline

/// A group's committed offsets, and those that wait for their transaction's end.
struct GroupOffsets: Sendable {
    private(set) var committed: [TopicPartition: Int64] = [:]
    /// By producer id.
    private(set) var pending: [Int32: [TopicPartition: Int64]] = [:]

    mutating func add(_ offsets: [TopicPartition: Int64], of producer: Int32) {
        pending[producer, default: [:]].merge(offsets) { _, later in later }
    }

    mutating func finish(_ producer: Int32, committed isCommitted: Bool) {
        guard let offsets = pending.removeValue(forKey: producer), isCommitted else { return }
        committed.merge(offsets) { _, later in later }
    }

    /// The offsets of `partitions`, as a consumer with `require_stable` gets them (KIP-447).
    func stable(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        var found: [TopicPartition: Int64] = [:]
        for place in partitions {
            if pending.values.contains(where: { $0[place] != nil }) { throw .unstableOffsets(place) }
            if let offset = committed[place] { found[place] = offset }
        }
        return found
    }

    /// What an administrator does: sets or, with nil, forgets offsets outside of any transaction.
    mutating func set(_ offsets: [TopicPartition: Int64?]) {
        for (place, offset) in offsets { committed[place] = offset }
    }

    mutating func removeAll() { committed = [:] }
}
