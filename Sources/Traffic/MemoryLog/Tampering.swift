import Events
public import Pipeline

extension MemoryLog {
    /// What a broken disk or a meddling hand does: every committed record of a partition becomes what `change` makes of
    /// it, nil takes it away. Key, value, timestamp and headers count; offsets stay what they were.
    public func tamper(_ place: TopicPartition, _ change: (MemoryRecord) -> MemoryRecord?) throws(Fault) {
        try locked { (broker) throws(Fault) in
            let log = try broker.partition(place, doing: "tampering")
            var kept: [LogSegment] = []
            var size = 0
            log.forEach { entry, segment in
                var record = MemoryRecord(entry, segment, of: log)
                if entry.kind == .data {
                    guard let changed = change(record) else { return }
                    record = changed
                }
                let needed = (record.key?.count ?? 0) + (record.value?.count ?? 0)
                if kept.last?.hasRoom(for: needed) != true {
                    kept.append(LogSegment(capacity: max(needed, PartitionLog.largestSegment)))
                }
                kept[kept.count - 1].append(record, entry)
                size += needed
            }
            log.replace(kept, size: size)
        }
    }
}

extension LogSegment {
    fileprivate func append(_ record: MemoryRecord, _ entry: LogEntry) {
        var entry = entry
        entry.timestamp = record.timestamp
        (record.key ?? []).withUnsafeBytes { key in
            (record.value ?? []).withUnsafeBytes { value in
                append(
                    entry,
                    key: record.key == nil ? .none : Bytes(start: key.start, count: key.count),
                    value: record.value == nil ? .none : Bytes(start: value.start, count: value.count),
                    headers: record.headers
                )
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Never missing, even of nothing.
    fileprivate var start: UnsafePointer<UInt8>? {
        baseAddress?.assumingMemoryBound(to: UInt8.self) ?? Bytes("").start
    }
}
