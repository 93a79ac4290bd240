import Events
import Kafka
import Pipeline

/// Reads every topic that Shopstream writes and says where a customer who asked to be forgotten still stands.
///
/// In a compacted topic the last record of a key counts; what stands before it leaves with compaction. In a topic kept
/// by time nothing can be taken away, so the date is named by which the last record is gone. The inputs are the shop's
/// own: they are named, not read.
struct ErasureProof {
    /// What is found in one topic.
    struct Finding: Equatable {
        enum Standing: Equatable {
            /// No record speaks of the customer, or no live one: older ones leave by then, if there are any.
            case gone(by: EventTime?)
            /// So many live records of a compacted topic do.
            case live(Int)
            /// So many records kept by time do; the last one is gone by then. Nil: the topic keeps everything.
            case leaving(Int, by: EventTime?)
            /// The shop's to see to.
            case shops
        }

        var topic: String
        var standing: Standing
    }

    struct Report: Equatable {
        var findings: [Finding]
        /// History that is folded again cannot bring the customer back.
        var isSuppressed: Bool

        /// Nothing live is left, and nothing is kept for ever.
        var holds: Bool {
            isSuppressed
                && findings.allSatisfy { finding in
                    switch finding.standing {
                    case .gone, .shops, .leaving(_, by: .some): true
                    case .live, .leaving(_, by: nil): false
                    }
                }
        }
    }

    /// For how long a topic holds a record.
    struct Keeping: Equatable {
        var isCompacted: Bool
        /// From a record's time to when it is gone for sure, once it is overwritten or too old, in ms. Nil: for ever.
        var longest: Int64?
    }

    private let cluster: any Cluster
    private let topology: Topology
    private let keeping: (String) -> Keeping
    private let places: CustomerPlaces
    private let erased: Set<[UInt8]>

    /// Reads the topics to where they end now, outside of any group.
    ///
    /// - Parameters:
    ///   - keeping: how long a topic holds what it holds; see ``Keeping/init(_:)``.
    ///   - pseudonyms: the keys that the service runs with.
    /// - Complexity: O(all records of the topics that Shopstream writes).
    static func run(
        cluster: any Cluster,
        topology: Topology,
        keeping: @escaping (String) -> Keeping,
        user: String,
        pseudonyms: Pseudonyms
    ) throws -> Report {
        try ErasureProof(cluster, topology, keeping, Array(user.utf8), pseudonyms).report()
    }

    private init(
        _ cluster: any Cluster,
        _ topology: Topology,
        _ keeping: @escaping (String) -> Keeping,
        _ user: [UInt8],
        _ pseudonyms: Pseudonyms
    ) {
        self.cluster = cluster
        self.topology = topology
        self.keeping = keeping
        places = CustomerPlaces(user)
        erased = user.withUnsafeBytes { id in
            Set(pseudonyms.keys.map { Array("erased/\($0.pseudonym(of: Bytes(id)).hexadecimal)".utf8) })
        }
    }

    private func report() throws -> Report {
        var report = Report(findings: [], isSuppressed: false)
        for (index, topic) in topology.outputs.enumerated() {
            let partitions = (0..<topology.outputPartitions[index]).map { TopicPartition(topic, $0) }
            var tally = Tally(isCompacted: keeping(topic).isCompacted)
            let reading = try BoundedReading(cluster, partitions)
            defer { reading.close() }
            while !reading.isDone {
                try reading.poll { record, place in
                    if erased.contains(record.key.array) { report.isSuppressed = !record.value.isMissing }
                    tally.take(record, place, mentions: places.mentioned(by: record))
                }
            }
            report.findings.append(Finding(topic: topic, standing: tally.standing(keeping(topic))))
        }
        report.findings += topology.inputs.map { Finding(topic: $0, standing: .shops) }
        return report
    }
}

/// What was read of one topic.
private struct Tally {
    let isCompacted: Bool
    private var records = 0
    private var newest = EventTime.unknown
    /// Keys under which somebody was mentioned, and whether the last record still does.
    private var keys: [TopicPartition: [[UInt8]: Bool]] = [:]

    init(isCompacted: Bool) { self.isCompacted = isCompacted }

    mutating func take(_ record: Record, _ place: TopicPartition, mentions: Bool) {
        let key = record.key.array
        if mentions {
            records += 1
            newest = max(newest, record.timestamp)
            if isCompacted { keys[place, default: [:]][key] = true }
        } else if keys[place]?[key] == true {
            // Overwritten, or taken away: the old one leaves once this one is compacted with it.
            keys[place]?[key] = false
            newest = max(newest, record.timestamp)
        }
    }

    func standing(_ keeping: ErasureProof.Keeping) -> ErasureProof.Finding.Standing {
        let end = newest == EventTime.unknown ? nil : keeping.longest.map { newest + $0 }
        guard isCompacted else { return records == 0 ? .gone(by: nil) : .leaving(records, by: end) }
        let live = keys.values.reduce(0) { $0 + $1.values.count(where: \.self) }
        return live > 0 ? .live(live) : .gone(by: end)
    }
}

/// How a customer's id stands in records: as a key, behind the kind in a state key, as a JSON string, or as text with
/// its length before it. A product that has the same name is taken for the customer: better once too often.
private struct CustomerPlaces {
    private let keys: Set<[UInt8]>
    private let patterns: [[UInt8]]

    init(_ user: [UInt8]) {
        keys = [user, Array("customer/".utf8) + user]
        var json = ByteBuffer()
        json.append(UInt8(ascii: "\""))
        user.withUnsafeBytes { Escapes.encode(Bytes($0), into: &json) }
        json.append(UInt8(ascii: "\""))
        var prefixed = ByteBuffer()
        user.withUnsafeBytes { prefixed.append(prefixed: Bytes($0)) }
        let quoted = [UInt8(ascii: "\"")] + user + [UInt8(ascii: "\"")]
        patterns = [json.bytes().array, quoted, prefixed.bytes().array]
    }

    func mentioned(by record: Record) -> Bool {
        if record.value.isMissing { return false }
        return keys.contains(record.key.array) || patterns.contains { CustomerPlaces.find($0, in: record.value) }
    }

    /// O(n) on average: the first byte is rare enough.
    private static func find(_ pattern: [UInt8], in text: Bytes) -> Bool {
        guard text.count >= pattern.count else { return false }
        let first = pattern[0]
        for start in 0...(text.count - pattern.count) where text[start] == first {
            if pattern.indices.allSatisfy({ text[start + $0] == pattern[$0] }) { return true }
        }
        return false
    }
}

extension ErasureProof.Keeping {
    private static let week: Int64 = 604_800_000

    /// By the topic's own settings. A record can be deleted or compacted only once its segment is closed.
    init(_ state: TopicState) {
        func number(_ name: String) -> Int64? { state.configs[name]?.value.flatMap { Int64($0) } }
        let segment = number("segment.ms") ?? Self.week
        isCompacted = state.configs["cleanup.policy"]?.value?.contains("compact") == true
        let kept = isCompacted ? number("max.compaction.lag.ms") : number("retention.ms") ?? Self.week
        // Kafka writes -1, and for compaction the largest number, where there is no end.
        longest = kept.flatMap { $0 < 0 || $0 > .max / 4 ? nil : $0 + segment }
    }
}
