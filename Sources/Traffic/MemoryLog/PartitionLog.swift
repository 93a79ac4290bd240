import Events
import Pipeline

/// Where a reader stands in one partition.
struct LogCursor {
    let log: PartitionLog
    /// Index into the port's topics.
    let topic: Int32
    var position: Int64
    var isolation = MemoryLog.Isolation.committed
    /// The end that was reported last.
    var reportedEnd: Int64 = -1
    var knownEnd: Int64?

    /// True when everything is read and no open transaction hides more.
    var isAtEnd: Bool { position == log.end && position == log.readableEnd(isolation) }
}

/// The log of one partition. Every access happens under the lock of ``MemoryLog``, which is also why the properties go
/// without the runtime's own check for overlapping ones: a fifth of the time of an append.
final class PartitionLog: @unchecked Sendable {  // Touched only under the log's lock.
    struct OpenTransaction {
        var producer: Int32
        var first: Int64
    }

    static let smallestSegment = 16 << 10
    static let largestSegment = 1 << 20

    let place: TopicPartition
    let retention: MemoryLog.Retention
    @exclusivity(unchecked) private(set) var start: Int64 = 0
    /// The high watermark: the offset of the next record.
    @exclusivity(unchecked) private(set) var end: Int64 = 0
    @exclusivity(unchecked) private(set) var segments: [LogSegment] = []
    @exclusivity(unchecked) private var open: [OpenTransaction] = []
    /// Bytes of keys and values from ``start`` on.
    @exclusivity(unchecked) private(set) var size = 0

    init(_ place: TopicPartition, retention: MemoryLog.Retention) {
        self.place = place
        self.retention = retention
    }

    /// The last stable offset: what read_committed readers see ends here.
    var stableEnd: Int64 {
        open.isEmpty ? end : max(start, open.reduce(end) { min($0, $1.first) })
    }

    /// Where readers of this isolation stop.
    func readableEnd(_ isolation: MemoryLog.Isolation) -> Int64 { isolation == .committed ? stableEnd : end }

    /// True when the entry belongs to a transaction that has not ended.
    func isOpen(_ entry: LogEntry) -> Bool {
        entry.producer >= 0 && open.contains { $0.producer == entry.producer && $0.first <= entry.offset }
    }

    // MARK: Writing

    /// True when this is the producer's first record here in its transaction.
    @inline(__always)
    func opens(_ producer: Int32) -> Bool {
        if let last = open.last, last.producer == producer { return false }
        return isNew(producer)
    }

    private func isNew(_ producer: Int32) -> Bool {
        guard !open.contains(where: { $0.producer == producer }) else { return false }
        open.append(OpenTransaction(producer: producer, first: end))
        return true
    }

    /// - Parameter producer: below zero for a record outside of transactions.
    @inline(__always)
    func append(key: Bytes, value: Bytes, timestamp: Int64, headers: [Header], producer: Int32) {
        append(entry(.data, timestamp, producer), key: key, value: value, headers: headers)
        if retention.isLimited { retain() }
    }

    /// Ends the producer's transaction here: the marker takes an offset, as in Kafka.
    func finish(_ producer: Int32, committed: Bool, timestamp: Int64) {
        guard let at = open.firstIndex(where: { $0.producer == producer }) else { return }
        let first = open.remove(at: at).first
        if !committed {
            for segment in segments[segmentIndex(of: first)...] { segment.abort(producer, from: first) }
        }
        append(
            entry(committed ? .commitMarker : .abortMarker, timestamp, producer),
            key: .none,
            value: .none,
            headers: []
        )
    }

    @inline(__always)
    private func entry(_ kind: LogEntry.Kind, _ timestamp: Int64, _ producer: Int32) -> LogEntry {
        LogEntry(
            offset: end,
            timestamp: timestamp,
            start: 0,
            keyCount: -1,
            valueCount: -1,
            headers: -1,
            producer: producer,
            kind: kind
        )
    }

    @inline(__always)
    private func append(_ entry: LogEntry, key: Bytes, value: Bytes, headers: [Header]) {
        let needed = key.count + value.count
        if segments.last?.hasRoom(for: needed) != true { roll(needed) }
        segments[segments.count - 1].append(entry, key: key, value: value, headers: headers)
        end += 1
        size += needed
    }

    @inline(never)
    private func roll(_ needed: Int) {
        let next = min(Self.largestSegment, segments.last.map { $0.capacity * 4 } ?? Self.smallestSegment)
        segments.append(LogSegment(capacity: max(next, needed)))
    }

    // MARK: Reading

    /// Index of the segment in which to look for `offset` first. O(log n)
    private func segmentIndex(of offset: Int64) -> Int {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if let first = segments[middle].entries.first, first.offset <= offset {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return max(0, low - 1)
    }

    /// Appends up to `limit` records that the cursor may see, and moves it behind what was looked at.
    func read(_ cursor: inout LogCursor, limit: Int, into records: inout [Record], pinning pins: inout [LogSegment]) {
        let bound = readableEnd(cursor.isolation)
        guard cursor.position < bound, limit > 0 else { return }
        let full = records.count + limit
        var at = segmentIndex(of: cursor.position)
        while at < segments.count, records.count < full, cursor.position < bound {
            pins.append(segments[at])
            read(segments[at], &cursor, bound, full, pins.count - 1, &records)
            at += 1
        }
        if records.count < full { cursor.position = bound }
    }

    private func read(
        _ segment: LogSegment,
        _ cursor: inout LogCursor,
        _ bound: Int64,
        _ full: Int,
        _ pin: Int,
        _ records: inout [Record]
    ) {
        let first = segment.index(of: cursor.position)
        let topic = cursor.topic
        let isUncommitted = cursor.isolation == .uncommitted
        var next = cursor.position
        segment.entries.withUnsafeBufferPointer { entries in
            for at in first..<entries.count {
                let entry = entries[at]
                if entry.offset >= bound || records.count == full { return }
                next = entry.offset + 1
                if entry.kind == .data || entry.kind == .aborted && isUncommitted {
                    records.append(record(entry, segment, topic, pin))
                }
            }
        }
        cursor.position = next
    }

    @inline(__always)
    private func record(_ entry: LogEntry, _ segment: LogSegment, _ topic: Int32, _ pin: Int) -> Record {
        Record(
            topic: topic,
            partition: place.partition,
            offset: entry.offset,
            timestamp: entry.timestamp,
            key: segment.key(of: entry),
            value: segment.value(of: entry),
            handle: entry.headers < 0 ? -1 : pin << 32 | Int(entry.headers)
        )
    }

    /// Calls `body` with every entry from the log's start on, markers included.
    func forEach(_ body: (LogEntry, LogSegment) -> Void) {
        for segment in segments {
            for entry in segment.entries where entry.offset >= start { body(entry, segment) }
        }
    }

    // MARK: Losing

    /// Deletes everything before `offset`, at most up to the last stable offset.
    func trim(before offset: Int64) {
        let target = min(offset, stableEnd)
        guard target > start else { return }
        for segment in segments {
            guard let first = segment.entries.first, first.offset < target else { break }
            for at in segment.index(of: start)..<segment.index(of: target) { size -= bytes(segment.entries[at]) }
        }
        start = target
        dropEmptySegments()
    }

    private func bytes(_ entry: LogEntry) -> Int { max(0, Int(entry.keyCount)) + max(0, Int(entry.valueCount)) }

    private func dropEmptySegments() {
        var gone = 0
        while gone < segments.count - 1, segments[gone].entries.last.map({ $0.offset < start }) ?? true { gone += 1 }
        if gone > 0 { segments.removeFirst(gone) }
    }

    /// Not at each record: the slack of one in 64 makes it O(1) amortised.
    private func retain() {
        guard start < stableEnd else { return }
        if let limit = retention.records, end - start > Int64(limit + limit / 64) { trim(before: end - Int64(limit)) }
        if let limit = retention.bytes, size > limit + limit / 64 { trim(before: cutoff(freeing: size - limit)) }
    }

    /// Up to which offset records must go for so many bytes.
    private func cutoff(freeing excess: Int) -> Int64 {
        var rest = excess
        for segment in segments {
            for at in segment.index(of: start)..<segment.entries.count {
                rest -= bytes(segment.entries[at])
                if rest <= 0 { return segment.entries[at].offset + 1 }
            }
        }
        return end
    }

    /// Replaces the segments by those that compaction leaves.
    func replace(_ segments: [LogSegment], size: Int) {
        self.segments = segments
        self.size = size
    }
}
