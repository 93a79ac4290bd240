import Events

/// The facts that the folds put out, to be found in the topics: each exactly once, with the same bytes, in the same
/// partition. 100 bytes a fact.
struct OutputLedger {
    /// A record as its hashes say it.
    struct Print: Hashable {
        var topic: Int32
        var partition: Int32
        var key: UInt64
        var value: UInt64

        /// Which key of which partition.
        var lane: UInt64 { Hash.combine(key, place) }
        var place: UInt64 { UInt64(UInt32(bitPattern: topic)) << 32 | UInt64(UInt32(bitPattern: partition)) }
    }

    private struct Expected {
        var print: Print
        /// Hash of the message id.
        var id: UInt64
        var isFound = false
    }

    /// What stands in the log under one key.
    private struct Lane {
        /// Offset of the first record that was expected.
        var firstFound: Int64?
        /// Offset of the first record of all.
        var first: Int64
        /// The last one found, by its place among the expected.
        var latest: UInt32 = 0
    }

    enum Match: Equatable {
        case found, duplicate, different, unknown
        /// Found behind what should come after it.
        case late
    }

    private var expected: [Expected] = []
    /// Those not found yet, by print and by id: indexes into ``expected``, earliest last.
    private var open: [Print: [UInt32]] = [:]
    private var ids: [UInt64: UInt32] = [:]
    private var lanes: [UInt64: Lane] = [:]
    /// The lowest offset of a second record of some key, by topic and partition: below it nothing was compacted.
    private var repeats: [UInt64: Int64] = [:]

    var count: Int { expected.count }

    mutating func expect(topic: Int32, partition: Int32, key: Bytes, value: Bytes) {
        let print = Print(topic: topic, partition: partition, key: Hash.of(key), value: OutputLedger.hash(value))
        let index = UInt32(expected.count)
        let id = OutputLedger.id(value).map { Hash.combine($0, print.lane) } ?? 0
        expected.append(Expected(print: print, id: id))
        open[print, default: []].insert(index, at: 0)
        if id != 0 { ids[id] = index }
    }

    /// A record of the log, in the order of its partition.
    mutating func find(topic: Int32, partition: Int32, key: Bytes, value: Bytes, offset: Int64) -> Match {
        let print = Print(topic: topic, partition: partition, key: Hash.of(key), value: OutputLedger.hash(value))
        var lane = lanes[print.lane] ?? Lane(firstFound: nil, first: offset)
        defer { lanes[print.lane] = lane }
        if lane.first < offset { repeats[print.place] = min(repeats[print.place] ?? .max, offset) }
        if let index = open[print]?.popLast() {
            expected[Int(index)].isFound = true
            if lane.firstFound == nil { lane.firstFound = offset }
            defer { lane.latest = max(lane.latest, index) }
            return index < lane.latest ? .late : .found
        }
        guard let id = OutputLedger.id(value), let index = ids[Hash.combine(id, print.lane)] else {
            return open[print] == nil ? .unknown : .duplicate
        }
        if expected[Int(index)].isFound { return .duplicate }
        expected[Int(index)].isFound = true
        open[expected[Int(index)].print]?.removeAll { $0 == index }
        return .different
    }

    /// Whether a record that nothing leads to may be of before the range: nothing of its key that is in the range
    /// stands before it.
    func isBeforeRange(topic: Int32, partition: Int32, key: Bytes) -> Bool {
        let print = Print(topic: topic, partition: partition, key: Hash.of(key), value: 0)
        return lanes[print.lane]?.firstFound == nil
    }

    /// What became of those that were not found, by topic and partition.
    struct Missing: Equatable {
        /// Must be there.
        var lost = 0
        /// Compaction may have taken them: a later record of the same key is there.
        var superseded = 0
        /// The log has been cut since.
        var deleted = 0
    }

    /// - Parameters:
    ///   - isCompacted: by topic.
    ///   - start: where a partition's log begins.
    func missing(isCompacted: (Int32) -> Bool, start: (Int32, Int32) -> Int64) -> [TopicIndex: Missing] {
        var answer: [TopicIndex: Missing] = [:]
        var begun = Set<UInt64>()
        for entry in expected {
            let place = TopicIndex(topic: entry.print.topic, partition: entry.print.partition)
            if entry.isFound {
                begun.insert(entry.print.lane)
                continue
            }
            let isFirst = !begun.contains(entry.print.lane)
            if isFirst, isCompacted(place.topic), isSuperseded(entry.print) {
                answer[place, default: Missing()].superseded += 1
            } else if isFirst, start(place.topic, place.partition) > 0 {
                answer[place, default: Missing()].deleted += 1
            } else {
                answer[place, default: Missing()].lost += 1
            }
        }
        return answer
    }

    /// The cleaner keeps the last record of each key in what it has cleaned. So a later record is there, no earlier one
    /// is, and in what lies below the later one no key stands twice.
    private func isSuperseded(_ print: Print) -> Bool {
        guard let lane = lanes[print.lane], let later = lane.firstFound, lane.first == later else { return false }
        return repeats[print.place] ?? .max > later
    }

    // MARK: what is compared of a value

    private static let version: StaticString = "\"library\":{\"name\":\"shopstream\",\"version\":\""
    private static let messageId: StaticString = "\"messageId\":\""

    /// Of everything but the version of the program that wrote it.
    static func hash(_ value: Bytes) -> UInt64 {
        guard let version = text(after: version, in: value) else { return Hash.of(value) }
        let head = Bytes(start: value.start, count: version.lowerBound)
        return Hash.combine(Hash.of(head), Hash.of(value.dropFirst(version.upperBound)))
    }

    static func id(_ value: Bytes) -> UInt64? {
        text(after: messageId, in: value).map { range in
            Hash.of(Bytes(start: value.start.map { $0 + range.lowerBound }, count: range.count))
        }
    }

    /// Where the string stands that begins behind `mark`.
    private static func text(after mark: StaticString, in value: Bytes) -> Range<Int>? {
        let mark = Bytes(mark)
        guard value.count > mark.count else { return nil }
        for at in 0..<value.count - mark.count
        where value[at] == mark[0] && Bytes(start: value.start! + at, count: mark.count) == mark {
            let start = at + mark.count
            var end = start
            while end < value.count, value[end] != UInt8(ascii: "\"") { end += 1 }
            return start..<end
        }
        return nil
    }
}

/// A partition of an output, by the topic's index.
struct TopicIndex: Hashable, Comparable {
    var topic: Int32
    var partition: Int32

    static func < (left: Self, right: Self) -> Bool { (left.topic, left.partition) < (right.topic, right.partition) }
}
