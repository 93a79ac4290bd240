public import Events
public import Pipeline

/// What is in the logs, and what an administrator does to it.
extension MemoryLog {
    public enum Isolation: Sendable {
        /// Below the last stable offset, without aborted records.
        case committed
        /// Everything, aborted records and open transactions included.
        case uncommitted
    }

    // MARK: Producing outside of transactions

    /// - Parameter timestamp: the log's own clock when unknown.
    public func append(
        _ topic: String,
        _ partition: Int32,
        key: Bytes,
        value: Bytes,
        timestamp: Int64 = EventTime.unknown,
        headers: [Header] = []
    ) throws(Fault) {
        try locked { (broker) throws(Fault) in
            let topic = try broker.topic(topic, doing: "producing")
            try broker.append(topic, partition, key: key, value: value, timestamp: timestamp, headers: headers)
        }
    }

    /// The same from text; nil is a missing key, or a tombstone.
    public func append(
        _ topic: String,
        _ partition: Int32,
        key: String?,
        value: String?,
        timestamp: Int64 = EventTime.unknown,
        headers: [Header] = []
    ) throws(Fault) {
        var buffer = ByteBuffer()
        buffer.append(key ?? "")
        let valueStart = buffer.count
        buffer.append(value ?? "")
        try append(
            topic,
            partition,
            key: key == nil ? .none : buffer.bytes(0..<valueStart),
            value: value == nil ? .none : buffer.bytes(from: valueStart),
            timestamp: timestamp,
            headers: headers
        )
    }

    /// A whole outbox at once, under one lock.
    /// - Parameter topics: names by ``Pipeline/Outgoing/topic``.
    public func append(_ outbox: borrowing Outbox, topics names: [String]) throws(Fault) {
        let batch = OutgoingBatch(outbox)
        try locked { (broker) throws(Fault) in
            let topics = try broker.topics(names, doing: "producing")
            for record in batch.records {
                try broker.append(
                    topics[Int(record.topic)],
                    record.partition,
                    key: batch.key(of: record),
                    value: batch.value(of: record),
                    timestamp: record.timestamp,
                    headers: record.headers < 0 ? [] : batch.headers[Int(record.headers)]
                )
            }
        }
    }

    // MARK: Looking

    /// Copies of a partition's records in the order of the log. Control records are never shown.
    public func records(in place: TopicPartition, isolation: Isolation = .committed) throws(Fault) -> [MemoryRecord] {
        try locked { (broker) throws(Fault) in
            let topic = try broker.topic(place.topic, doing: "reading")
            return try topic.partition(place.partition, doing: "reading").copies(isolation)
        }
    }

    /// Copies of a topic's records, partition by partition.
    public func records(in topic: String, isolation: Isolation = .committed) throws(Fault) -> [MemoryRecord] {
        try locked { (broker) throws(Fault) in
            try broker.topic(topic, doing: "reading").partitions.flatMap { $0.copies(isolation) }
        }
    }

    /// Start and high watermark of a partition, without counting a step.
    public func bounds(of place: TopicPartition) throws(Fault) -> LogBounds {
        try locked { (broker) throws(Fault) in
            let log = try broker.partition(place, doing: "asking for the bounds")
            return LogBounds(start: log.start, end: log.end)
        }
    }

    /// Where read_committed readers stop: the high watermark, or the first record of an open transaction.
    public func lastStableOffset(of place: TopicPartition) throws(Fault) -> Int64 {
        try locked { (broker) throws(Fault) in try broker.partition(place, doing: "asking for the bounds").stableEnd }
    }

    /// Every entry as a line, control records included.
    public func dump(_ topic: String) throws(Fault) -> String {
        try locked { (broker) throws(Fault) in
            try broker.topic(topic, doing: "dumping").partitions.map(\.dump).joined(separator: "\n")
        }
    }

    // MARK: Losing

    /// Deletes the records before `offset` (`kafka-delete-records`), at most up to the last stable offset.
    public func trim(_ topic: String, _ partition: Int32, before offset: Int64) throws(Fault) {
        try locked { (broker) throws(Fault) in
            try broker.partition(TopicPartition(topic, partition), doing: "trimming").trim(before: offset)
        }
    }

    /// Runs the log cleaner on a compacted topic: what is left below the last stable offset is the last committed
    /// record of every key, tombstones gone.
    public func compact(_ topic: String) throws(Fault) {
        try locked { (broker) throws(Fault) in
            let log = try broker.topic(topic, doing: "compacting")
            guard log.isCompacted else { throw .state(doing: "compacting \(topic)", "it is not a compacted topic") }
            log.partitions.forEach(Compaction.run)
        }
    }
}

extension Broker {
    func partition(_ place: TopicPartition, doing: StaticString) throws(Fault) -> PartitionLog {
        try topic(place.topic, doing: "\(doing)").partition(place.partition, doing: doing)
    }

    /// Refuses what the topic does not take.
    @inline(__always)
    func admit(_ keyCount: Int, _ valueCount: Int, to topic: TopicLog) throws(Fault) {
        let size = max(0, keyCount) + max(0, valueCount)
        if size > topic.largestRecord { throw .tooLarge(topic.name, size) }
        if topic.isCompacted, keyCount < 0 { throw .keyless(topic.name) }
    }

    func append(
        _ topic: TopicLog,
        _ partition: Int32,
        key: Bytes,
        value: Bytes,
        timestamp: Int64,
        headers: [Header]
    ) throws(Fault) {
        try admit(key.isMissing ? -1 : key.count, value.count, to: topic)
        try topic.partition(partition, doing: "producing").append(
            key: key,
            value: value,
            timestamp: timestamp == EventTime.unknown ? now : timestamp,
            headers: headers,
            producer: -1
        )
    }
}

extension PartitionLog {
    func copies(_ isolation: MemoryLog.Isolation) -> [MemoryRecord] {
        var copies: [MemoryRecord] = []
        let bound = isolation == .committed ? stableEnd : end
        forEach { entry, segment in
            guard entry.offset < bound else { return }
            if entry.kind == .data || entry.kind == .aborted && isolation == .uncommitted {
                copies.append(MemoryRecord(entry, segment, of: self))
            }
        }
        return copies
    }

    var dump: String {
        var lines = ["\(place) \(start)..<\(end), stable to \(stableEnd)"]
        forEach { entry, segment in
            switch entry.kind {
            case .commitMarker: lines.append("\(place) \(entry.offset) commit of producer \(entry.producer)")
            case .abortMarker: lines.append("\(place) \(entry.offset) abort of producer \(entry.producer)")
            case .data, .aborted: lines.append("\(MemoryRecord(entry, segment, of: self))")
            }
        }
        return lines.joined(separator: "\n")
    }
}
