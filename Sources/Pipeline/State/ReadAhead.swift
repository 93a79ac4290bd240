import Events

/// Records of one input partition that were read before their turn in the journal, copied. Bound: 8 MiB and a poll.
struct ReadAhead {
    private var bytes: [UInt8] = []
    private var entries:
        [(offset: Int64, timestamp: Int64, partition: Int32, key: Int, value: Int, end: Int, hasKey: Bool)] = []
    private var first = 0
    /// Offset behind the last record read.
    private(set) var next: Int64?

    var isFull: Bool { bytes.count > 8 << 20 }
    var isEmpty: Bool { first == entries.count }

    mutating func append(_ record: Record) {
        let key = bytes.count
        bytes.append(contentsOf: record.key.buffer)
        let value = bytes.count
        bytes.append(contentsOf: record.value.buffer)
        entries.append(
            (record.offset, record.timestamp, record.partition, key, value, bytes.count, !record.key.isMissing)
        )
        next = record.offset + 1
    }

    /// Hands up to `count` records to `body` and forgets them; answers how many.
    mutating func take(_ count: UInt64, _ body: (ArraySlice<Record>) -> Void) -> UInt64 {
        let taken = min(Int(clamping: count), entries.count - first)
        guard taken > 0 else { return 0 }
        bytes.withUnsafeBufferPointer { buffer in
            let records = entries[first..<first + taken].map { entry in
                Record(
                    topic: 0,
                    partition: entry.partition,
                    offset: entry.offset,
                    timestamp: entry.timestamp,
                    key: entry.hasKey
                        ? Bytes(start: buffer.baseAddress! + entry.key, count: entry.value - entry.key) : .none,
                    value: Bytes(start: buffer.baseAddress! + entry.value, count: entry.end - entry.value),
                    handle: 0
                )
            }
            body(records[...])
        }
        first += taken
        if first == entries.count {
            entries.removeAll(keepingCapacity: true)
            bytes.removeAll(keepingCapacity: true)
            first = 0
        }
        return UInt64(taken)
    }
}
