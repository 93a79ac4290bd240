import Pipeline

/// Reads topics once, from their beginning to where they ended when it was made, outside of any group.
final class BoundedReading {
    private let reader: any Fetching
    private let ends: [TopicPartition: Int64]
    private var open: Set<TopicPartition>
    private var records: [Record] = []

    /// - Parameter starts: where to begin instead of at the log's start, as far as the log still has it.
    convenience init(
        _ cluster: any Cluster,
        _ partitions: [TopicPartition],
        from starts: [TopicPartition: Int64] = [:]
    ) throws(Fault) {
        try self.init(cluster.makeReader(topics: Array(Set(partitions.map(\.topic))).sorted()), partitions, starts)
    }

    private init(
        _ reader: any Fetching,
        _ partitions: [TopicPartition],
        _ starts: [TopicPartition: Int64]
    ) throws(Fault) {
        self.reader = reader
        let bounds = try reader.bounds(of: partitions)
        ends = bounds.mapValues(\.end)
        var positions: [TopicPartition: Int64] = [:]
        for (partition, bound) in bounds {
            let start = max(bound.start, starts[partition] ?? bound.start)
            if start < bound.end { positions[partition] = start }
        }
        open = Set(positions.keys)
        if !positions.isEmpty { try reader.fetch(from: positions) }
    }

    var isDone: Bool { open.isEmpty }

    /// Where the partition ended.
    func end(of partition: TopicPartition) -> Int64 { ends[partition] ?? 0 }

    /// Hands out what the next poll brings; the bytes are borrowed until the one after it.
    func poll(_ body: (Record, TopicPartition) throws -> Void) throws {
        records.removeAll(keepingCapacity: true)
        let polled = try patiently { () throws(Fault) in try reader.poll(into: &records, limit: 4_096, wait: 100) }
        for record in records {
            let place = TopicPartition(reader.topics[Int(record.topic)], record.partition)
            if record.offset < end(of: place) { try body(record, place) }
        }
        for (partition, position) in polled?.ended ?? [] where position >= end(of: partition) { open.remove(partition) }
    }

    func headers(of record: Record) -> [Header] { reader.headers(of: record) }

    func close() { reader.close() }
}
