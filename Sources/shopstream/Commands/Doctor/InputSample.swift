import Events
import Pipeline

/// What the last records of an input look like. No payload is kept.
struct InputSample: Equatable {
    var topic: String
    var partitions: Int32
    var records = 0
    var unkeyed = 0
    /// Keys that are not the customer of the body.
    var miskeyed = 0
    /// Keys that lie in another partition than murmur2 gives.
    var misplaced = 0
    var skipped = 0
    /// Broken records by reason code.
    var rejected: [String: Int] = [:]
    /// Records whose event lies ahead of the record.
    var newest = EventTime.unknown

    init(topic: String, partitions: Int32) {
        self.topic = topic
        self.partitions = partitions
    }

    mutating func add(_ record: Record, with decoder: inout Decoder) {
        records += 1
        newest = max(newest, record.timestamp)
        if record.key.isMissing {
            unkeyed += 1
        } else if Hash.partition(of: record.key, among: partitions) != record.partition {
            misplaced += 1
        }
        switch decoder.decode(record.value, recordTime: record.timestamp) {
        case .fact: if !record.key.isMissing, !(record.key == decoder.fact.customer) { miskeyed += 1 }
        case .skipped: skipped += 1
        case .rejected(let reason): rejected[reason.code.text, default: 0] += 1
        }
    }
}

/// Reads the last records of every partition of the inputs.
struct InputSampling {
    private let reader: any Fetching
    private let topics: [String]
    private let counts: [String: Int32]
    /// A cluster that gives nothing for so long has nothing for us.
    private static let patience: Int64 = 10_000

    init(_ cluster: any Cluster, _ topics: [String], _ counts: [String: Int32]) throws(Fault) {
        reader = try cluster.makeReader(topics: topics)
        self.topics = topics
        self.counts = counts
    }

    /// - Parameter wanted: records of each topic, over all of its partitions.
    func read(_ wanted: Int) throws(Fault) -> [InputSample] {
        defer { reader.close() }
        var open = try start(wanted)
        var samples = topics.map { InputSample(topic: $0, partitions: counts[$0] ?? 1) }
        var decoder = Decoder()
        var records: [Record] = []
        let deadline = Clock.monotonic() + InputSampling.patience
        while !open.isEmpty, Clock.monotonic() < deadline {
            records.removeAll(keepingCapacity: true)
            let polled = try reader.poll(into: &records, limit: 1_024, wait: 200)
            for record in records { samples[Int(record.topic)].add(record, with: &decoder) }
            for (partition, position) in polled.ended where position >= open[partition] ?? .max {
                open[partition] = nil
            }
        }
        return samples
    }

    /// Answers the ends to be reached.
    private func start(_ wanted: Int) throws(Fault) -> [TopicPartition: Int64] {
        let partitions = topics.flatMap { topic in (0..<(counts[topic] ?? 0)).map { TopicPartition(topic, $0) } }
        let bounds = try reader.bounds(of: partitions).filter { $0.value.end > $0.value.start }
        var positions: [TopicPartition: Int64] = [:]
        for (partition, bound) in bounds {
            let share = max(1, Int64(wanted) / Int64(counts[partition.topic] ?? 1))
            positions[partition] = max(bound.start, bound.end - share)
        }
        try reader.fetch(from: positions)
        return bounds.mapValues(\.end)
    }
}

/// Judges a sample.
struct InputDiagnosis {
    private let sample: InputSample
    private let now: EventTime

    init(_ sample: InputSample, now: EventTime) {
        self.sample = sample
        self.now = now
    }

    var findings: [Finding] {
        guard sample.records > 0 else { return [Finding(.note, "records", "\(sample.topic): no records yet")] }
        let wrong = [unkeyed, miskeyed, broken, future].compactMap(\.self)
        let fine = Finding(.fine, "records", "\(sample.topic): \(sample.records.counted("record")) looked at\(skipped)")
        return wrong.isEmpty ? [fine] : wrong
    }

    private var skipped: String { sample.skipped > 0 ? ", \(sample.skipped) of no use here" : "" }

    private var unkeyed: Finding? {
        guard sample.unkeyed > 0 else { return nil }
        return Finding(
            .failure(.configuration),
            "records",
            "\(sample.topic): \(share(sample.unkeyed)) have no key",
            remedy: "key them by userId, else anonymousId, or read a copy that is: \(repartition)"
        )
    }

    private var miskeyed: Finding? {
        guard sample.miskeyed > 0 else { return nil }
        return Finding(
            .warning,
            "records",
            "\(sample.topic): \(share(sample.miskeyed)) have a key that is not their customer",
            remedy: "key them by the userId, else anonymousId, of the body, or read a copy that is: \(repartition)"
        )
    }

    private var repartition: String { "shopstream repartition --from \(sample.topic) --to <new topic>" }

    private var broken: Finding? {
        guard !sample.rejected.isEmpty else { return nil }
        let count = sample.rejected.values.reduce(0, +)
        let reasons = sample.rejected.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let isMost = count * 2 > sample.records
        return Finding(
            isMost ? .warning : .note,
            "records",
            "\(sample.topic): \(share(count)) cannot be used (\(reasons))",
            remedy: "shopstream dlq list names what a line gave up; dlq replay sends it back once it is mended"
        )
    }

    private var future: Finding? {
        guard sample.newest != EventTime.unknown, sample.newest > now + 5 * EventTime.minute else { return nil }
        let ahead = (Double(sample.newest - now) / Double(EventTime.minute)).fixed(0)
        return Finding(
            .warning,
            "clock",
            "\(sample.topic): the newest record is \(ahead) minutes ahead of this machine",
            remedy: "check the producers' clocks, and this one's"
        )
    }

    private func share(_ count: Int) -> String { "\(count.grouped) of \(sample.records.counted("record"))" }

    /// Whether the topics place the same customer alike: a key's partition has to follow from the key by the same rule.
    static func placement(_ samples: [InputSample]) -> [Finding] {
        let shares = samples.filter { $0.records > $0.unkeyed }.map { sample in
            (sample, sample.misplaced * 2 > sample.records - sample.unkeyed)
        }
        guard shares.contains(where: { $0.0.misplaced > 0 }) else { return [] }
        let mixed = Set(shares.map(\.1)).count > 1
        let list = shares.map { "\($0.0.topic) \($0.0.misplaced.grouped) of \($0.0.records.grouped)" }.joined(
            separator: ", "
        )
        let remedy = "set partitioner=murmur2_random on librdkafka producers; Java's default is the same"
        return [
            Finding(
                mixed ? .failure(.configuration) : .warning,
                "partitions",
                "keys that murmur2 would place elsewhere: \(list)",
                remedy: remedy
            )
        ]
    }
}
