import Events
import Pipeline

/// The topics of dead letters that are looked at.
struct DeadLetterShelf {
    let partitions: [TopicPartition]

    var topics: [String] { Array(Set(partitions.map(\.topic))).sorted() }

    /// - Parameter wanted: topics by name; none for every topic of dead letters that there is.
    init(_ wanted: [String], existing: [String: Int32]) throws(Exit) {
        let prefix = Topology.deadLetters(of: "")
        if let other = wanted.first(where: { !$0.hasPrefix(prefix) }) {
            throw Exit(.usage, "--topic \(other): is no topic of dead letters; they are called \(prefix)<topic>")
        }
        if let missing = wanted.first(where: { existing[$0] == nil }) {
            throw Exit(.configuration, "\(missing): there is no such topic; shopstream topics apply creates it")
        }
        let topics = wanted.isEmpty ? existing.keys.filter { $0.hasPrefix(prefix) }.sorted() : wanted
        guard !topics.isEmpty else {
            throw Exit(.configuration, "the cluster has no topic of dead letters: run shopstream topics apply")
        }
        partitions = topics.flatMap { topic in (0..<(existing[topic] ?? 0)).map { TopicPartition(topic, $0) } }
    }
}

/// A dead letter where it lies.
struct ShelvedLetter: Equatable {
    var place: TopicPartition
    var offset: Int64
    /// Of the record that it was.
    var time: EventTime
    var letter: DeadLetter
    var bytes: Int
    var isKeyed: Bool

    init(_ record: Record, at place: TopicPartition, _ letter: DeadLetter) {
        self.place = place
        self.letter = letter
        offset = record.offset
        time = record.timestamp
        bytes = record.value.count
        isKeyed = !record.key.isMissing
    }
}

/// Which dead letters are meant.
struct DeadLetterFilter: Equatable {
    /// None for all.
    var reasons: Set<String> = []
    /// By the record's own time.
    var since: EventTime?

    func admits(_ letter: DeadLetter, at time: EventTime) -> Bool {
        if !reasons.isEmpty, !reasons.contains(letter.reason) { return false }
        guard let since else { return true }
        return time != EventTime.unknown && time >= since
    }
}

/// Which dead letters were sent back. It is written down behind them in their own partition, by records that are no
/// dead letters: without key and value, with one header that names offsets.
struct ReplayedLetters {
    private var offsets: [TopicPartition: OffsetRanges] = [:]

    func contains(_ offset: Int64, of place: TopicPartition) -> Bool { offsets[place]?.contains(offset) ?? false }

    /// Answers true when the record is such a note.
    @discardableResult
    mutating func learn(_ record: Record, _ headers: [Header], at place: TopicPartition) -> Bool {
        guard let noted = ReplayedLetters.note(record, headers) else { return false }
        for range in noted.ranges { offsets[place, default: OffsetRanges()].insert(range) }
        return true
    }

    /// What a record notes down; nil for dead letters, whatever headers they came with.
    static func note(_ record: Record, _ headers: [Header]) -> OffsetRanges? {
        guard record.key.isMissing, record.value.isMissing, headers.count == 1,
            headers[0].name == DeadLetter.Name.replayed
        else { return nil }
        return OffsetRanges(String(decoding: headers[0].value ?? [], as: UTF8.self))
    }

    static func header(_ offsets: OffsetRanges) -> Header { Header(DeadLetter.Name.replayed, offsets.text) }

    /// Everything that is noted down from these positions on, or in the whole log.
    static func read(
        _ cluster: any Cluster,
        _ shelf: DeadLetterShelf,
        from starts: [TopicPartition: Int64] = [:],
        _ stop: StopFlag
    ) throws -> ReplayedLetters {
        var replayed = ReplayedLetters()
        let reading = try BoundedReading(cluster, shelf.partitions, from: starts)
        defer { reading.close() }
        while !reading.isDone, !stop.isSet {
            try reading.poll { record, place in
                if record.value.isMissing { replayed.learn(record, reading.headers(of: record), at: place) }
            }
        }
        return replayed
    }
}
