import Events

/// What the log cleaner does, at once and on request: of every key the last committed record stays, below the last
/// stable offset; tombstones, aborted records and markers go. Offsets stay what they were, so the log gets gaps.
struct Compaction {
    private var newest: [[UInt8]: Int64] = [:]
    private var kept: [LogSegment] = []
    private var size = 0
    private let stableEnd: Int64

    static func run(on log: PartitionLog) {
        var compaction = Compaction(stableEnd: log.stableEnd)
        log.forEach { entry, segment in compaction.learn(entry, segment) }
        log.forEach { entry, segment in compaction.copy(entry, segment) }
        log.replace(compaction.kept, size: compaction.size)
    }

    private init(stableEnd: Int64) { self.stableEnd = stableEnd }

    private mutating func learn(_ entry: LogEntry, _ segment: LogSegment) {
        guard entry.kind == .data, entry.offset < stableEnd else { return }
        newest[segment.key(of: entry).array] = entry.offset
    }

    private mutating func copy(_ entry: LogEntry, _ segment: LogSegment) {
        guard entry.offset >= stableEnd || survives(entry, segment) else { return }
        let key = segment.key(of: entry)
        let value = segment.value(of: entry)
        let needed = key.count + value.count
        if kept.last?.hasRoom(for: needed) != true {
            kept.append(LogSegment(capacity: max(needed, PartitionLog.largestSegment)))
        }
        kept[kept.count - 1].append(entry, key: key, value: value, headers: segment.headers(of: entry))
        size += needed
    }

    private func survives(_ entry: LogEntry, _ segment: LogSegment) -> Bool {
        entry.kind == .data && entry.valueCount >= 0 && newest[segment.key(of: entry).array] == entry.offset
    }
}
