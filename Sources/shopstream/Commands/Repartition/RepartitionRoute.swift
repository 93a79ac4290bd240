import Events
import Pipeline

/// From where to where a topic is copied, checked against what the cluster has. Pure.
struct RepartitionRoute: Equatable {
    let source: String
    let target: String
    let sourcePartitions: Int32
    let targetPartitions: Int32
    let deadLetterPartitions: Int32

    var deadLetters: String { Topology.deadLetters(of: source) }
    /// Names by ``Pipeline/Outgoing/topic``.
    var written: [String] { [target, deadLetters] }
    var partitions: [TopicPartition] { (0..<sourcePartitions).map { TopicPartition(source, $0) } }

    /// - Throws: ``Exit`` with what does not fit and what to do about it.
    init(from source: String, to target: String, existing: [String: Int32]) throws(Exit) {
        try RepartitionRoute.checkNames(source, target)
        guard let from = existing[source] else { throw Exit(.configuration, "\(source): there is no such topic") }
        let wanted = existing[OutputTopic.signals.name]
        guard let to = existing[target] else { throw RepartitionRoute.missing(target, wanted ?? from) }
        let letters = Topology.deadLetters(of: source)
        guard let shelf = existing[letters] else { throw RepartitionRoute.missing(letters, from) }
        if let wanted, wanted != to {
            throw Exit(
                .configuration,
                "\(target) has \(to.counted("partition")), and inputs need \(wanted), as signals and changelogs have: "
                    + (to < wanted ? "shopstream topics apply --add-partitions, or " : "") + "copy to another topic"
            )
        }
        self.source = source
        self.target = target
        sourcePartitions = from
        targetPartitions = to
        deadLetterPartitions = shelf
    }

    private static func checkNames(_ source: String, _ target: String) throws(Exit) {
        if source == target {
            throw Exit(.usage, "--from and --to are both \(source): a topic cannot be copied into itself")
        }
        if source.hasPrefix(Topology.deadLetters(of: "")) {
            throw Exit(.usage, "\(source) holds dead letters: shopstream dlq replay sends them back")
        }
        for (flag, topic) in [("--from", source), ("--to", target)] where InputTopics.isOurs(topic) {
            throw Exit(.usage, "\(flag) \(topic): is written by Shopstream itself")
        }
    }

    private static func missing(_ topic: String, _ partitions: Int32) -> Exit {
        Exit(
            .configuration,
            "\(topic): there is no such topic; describe it in Topics/topics, with \(partitions.counted("partition")), "
                + "and run shopstream topics apply"
        )
    }
}

/// Bytes that one record may have, uncompressed.
struct RepartitionRooms {
    let target: Int
    let deadLetters: Int

    /// Asks the cluster what the topics take, and our own producer.
    init(_ cluster: any Cluster, _ route: RepartitionRoute) throws(Fault) {
        let limits = try cluster.recordLimits(of: route.written)
        target = limits[route.target] ?? .max
        deadLetters = limits[route.deadLetters] ?? .max
    }
}

/// What became of the records.
struct RepartitionTally: Equatable {
    /// Records in the target.
    var copied = 0
    /// Of those, the ones that already had their customer's key.
    var keyed = 0
    /// Records among the dead letters, by reason code.
    var rejected: [String: Int] = [:]
    var bytes = 0

    var deadLetters: Int { rejected.values.reduce(0, +) }
    var records: Int { copied + deadLetters }

    static func += (left: inout RepartitionTally, right: RepartitionTally) {
        left.copied += right.copied
        left.keyed += right.keyed
        left.rejected.merge(right.rejected, uniquingKeysWith: +)
        left.bytes += right.bytes
    }

    /// `1,200 records copied (30 had their customer's key), 5 dead letters (malformed_json 2, missing_identity 3)`
    func text(_ verb: String) -> String {
        let reasons = rejected.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value.grouped)" }.joined(separator: ", ")
        return "\(copied.counted("record")) \(verb) (\(keyed.grouped) had their customer's key), "
            + deadLetters.counted("dead letter") + (reasons.isEmpty ? "" : " (\(reasons))")
    }
}

/// Gives each record its customer's key, or finds out that it names nobody or is larger than the target takes.
struct CustomerKeying: ~Copyable {
    private let route: RepartitionRoute
    private let group: String
    private let rooms: RepartitionRooms
    private var decoder = Decoder()
    /// Of what was added since it was last taken.
    private(set) var tally = RepartitionTally()

    init(_ route: RepartitionRoute, group: String, _ rooms: RepartitionRooms) {
        self.route = route
        self.group = group
        self.rooms = rooms
    }

    /// Counts a record, and adds its copy to what is to be written.
    mutating func add(_ record: Record, _ headers: [Header], to outbox: inout Outbox) {
        switch judge(record, headers) {
        case .success(let customer):
            outbox.add(
                topic: 0,
                partition: Hash.partition(of: customer, among: route.targetPartitions),
                timestamp: record.timestamp,
                key: customer,
                value: record.value,
                headers: headers
            )
        case .failure(let rejection): giveUp(record, rejection, headers, to: &outbox)
        }
    }

    private mutating func giveUp(
        _ record: Record,
        _ rejection: Rejection,
        _ headers: [Header],
        to outbox: inout Outbox
    ) {
        let partition = record.partition % route.deadLetterPartitions
        let letter = letter(record, rejection, headers)
        note(letter.write(into: &outbox, topic: 1, partition: partition, room: rooms.deadLetters))
    }

    private func letter(_ record: Record, _ rejection: Rejection, _ headers: [Header]) -> DeadLetterWriter {
        DeadLetterWriter(record: record, reason: rejection, topic: route.source, group: group, headers: headers)
    }

    private mutating func note(_ reason: Rejection) { tally.rejected["\(reason.code)", default: 0] += 1 }

    /// Only counts.
    mutating func count(_ record: Record, _ headers: [Header]) {
        guard case .failure(let rejection) = judge(record, headers) else { return }
        note(letter(record, rejection, headers).given(in: rooms.deadLetters))
    }

    private mutating func judge(_ record: Record, _ headers: [Header]) -> Result<Bytes, Rejection> {
        tally.bytes += record.value.count
        let judged = decoder.customer(of: record.value)
        guard case .success(let customer) = judged else { return judged }
        guard RecordSize.most(key: customer, value: record.value, headers) <= rooms.target else {
            return .failure(.tooLarge)
        }
        tally.copied += 1
        if record.key == customer, !record.key.isMissing { tally.keyed += 1 }
        return judged
    }

    mutating func takeTally() -> RepartitionTally {
        defer { tally = RepartitionTally() }
        return tally
    }
}
