import Events
import Pipeline

/// One record's place in its segment: key, then value, from `start` on.
struct LogEntry: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        case data
        /// Data of a transaction that was aborted.
        case aborted
        case commitMarker
        case abortMarker
    }

    var offset: Int64
    var timestamp: Int64
    var start: Int
    /// Below zero: no key.
    var keyCount: Int32
    /// Below zero: a tombstone.
    var valueCount: Int32
    /// Index into the segment's headers, or below zero.
    var headers: Int32
    /// Below zero: not transactional.
    var producer: Int32
    var kind: Kind
}

/// A run of a partition's records over one block of bytes that never moves, so that readers point into it.
///
/// Whoever hands out pointers keeps a reference to the segment; trimming and compaction only let go of theirs.
final class LogSegment: @unchecked Sendable {  // Entries change only under the log's lock; written bytes never change.
    private let bytes: UnsafeMutablePointer<UInt8>
    let capacity: Int
    @exclusivity(unchecked) private var used = 0
    @exclusivity(unchecked) private(set) var entries: [LogEntry] = []
    @exclusivity(unchecked) private(set) var headers: [[Header]] = []

    init(capacity: Int) {
        self.capacity = capacity
        bytes = .allocate(capacity: max(capacity, 1))
        entries.reserveCapacity(capacity / 256)
    }

    deinit { bytes.deallocate() }

    func hasRoom(for count: Int) -> Bool { used + count <= capacity }

    /// Copies key and value in. `entry` comes with everything but its place.
    @inline(__always)
    func append(_ entry: LogEntry, key: Bytes, value: Bytes, headers list: [Header]) {
        var placed = entry
        placed.start = used
        placed.keyCount = key.isMissing ? -1 : Int32(truncatingIfNeeded: key.count)
        placed.valueCount = value.isMissing ? -1 : Int32(truncatingIfNeeded: value.count)
        placed.headers = list.isEmpty ? -1 : Int32(headers.count)
        copy(key)
        copy(value)
        if !list.isEmpty { headers.append(list) }
        entries.append(placed)
    }

    @inline(__always)
    private func copy(_ field: Bytes) {
        guard let start = field.start else { return }
        (bytes + used).update(from: start, count: field.count)
        used += field.count
    }

    @inline(__always)
    func key(of entry: LogEntry) -> Bytes {
        entry.keyCount < 0 ? .none : Bytes(start: bytes + entry.start, count: Int(entry.keyCount))
    }

    @inline(__always)
    func value(of entry: LogEntry) -> Bytes {
        guard entry.valueCount >= 0 else { return .none }
        return Bytes(start: bytes + (entry.start + max(0, Int(entry.keyCount))), count: Int(entry.valueCount))
    }

    func headers(of entry: LogEntry) -> [Header] { entry.headers < 0 ? [] : headers[Int(entry.headers)] }

    /// Index of the first entry at or behind `offset`: one step where nothing was compacted, else O(log n).
    func index(of offset: Int64) -> Int {
        guard let first = entries.first, offset > first.offset else { return 0 }
        let straight = Int(offset - first.offset)
        if straight < entries.count, entries[straight].offset == offset { return straight }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Marks what `producer` wrote from `offset` on as aborted.
    func abort(_ producer: Int32, from offset: Int64) {
        for at in index(of: offset)..<entries.count where entries[at].producer == producer && entries[at].kind == .data
        {
            entries[at].kind = .aborted
        }
    }
}
