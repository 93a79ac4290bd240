import Engine
import Events
import Pipeline

/// Empties the changelogs and moves the group's offsets, in transactions that only the group's one member can commit.
///
///     join ─ unseal: journal and checkpoint go ─ sweep: every state record goes ─ seal: empty journals, new offsets
///
/// Between the first and the last transaction the group has offsets and no state, with which no line starts.
final class StateEraser {
    /// Tombstones of one transaction: a few hundred KB.
    private static let batch = 10_000

    private let cluster: any Cluster
    private let topology: Topology
    private let settings: LineSettings
    private let plan: ResetPlan
    private let clock: WallClock
    private var outbox = Outbox()
    private var records: [Record] = []
    private var erased = 0

    /// - Parameter settings: group and name of the line whose place is taken.
    init(
        _ cluster: any Cluster,
        _ topology: Topology,
        _ settings: LineSettings,
        _ plan: ResetPlan,
        clock: WallClock
    ) {
        self.cluster = cluster
        self.topology = topology
        self.settings = settings
        self.plan = plan
        self.clock = clock
    }

    /// Answers how many state records were emptied.
    func run(_ report: (Int) -> Void = { _ in }) throws -> Int {
        let member = try SoleMember(
            cluster,
            Subscription(group: settings.group, instance: settings.name, topics: topology.subscription),
            of: topology.subscribed,
            transactionalId: settings.transactionalId,
            writing: StateEraser.changelogs,
            work: "reset",
            clock: clock
        )
        defer { member.close() }
        let standing = plan.standing(try member.committed())
        unseal()
        try member.commit(&outbox, standing)
        try sweep(member, standing, report)
        seal()
        try member.commit(&outbox, plan.offsets)
        return erased
    }

    private static let changelogs = [OutputTopic.customersChangelog.name, OutputTopic.productsChangelog.name]

    // MARK: the changelogs

    /// Journals and checkpoints go first: from here on no line starts.
    private func unseal() {
        forEachChangelog { topic, partition, _ in
            erase(Bytes(Journal.key), topic, partition)
            erase(Bytes(Checkpoint.key), topic, partition)
        }
    }

    /// An empty journal that begins where the group is.
    private func seal() {
        var value = ByteBuffer()
        forEachChangelog { topic, partition, stage in
            let base = topology.inputs(of: stage).map { plan.offsets[TopicPartition($0, partition)] ?? 0 }
            value.removeAll()
            Journal(writer: 0, inputs: topology.inputs(of: stage), base: base).encode(into: &value)
            outbox.add(topic: topic, partition: partition, key: Bytes(Journal.key), value: value.bytes())
        }
    }

    private func forEachChangelog(_ body: (Int32, Int32, Stage) -> Void) {
        for (index, stage) in [Stage.customers, .products].enumerated() {
            for partition in 0..<topology.partitions { body(Int32(index), partition, stage) }
        }
    }

    private func erase(_ key: Bytes, _ topic: Int32, _ partition: Int32) {
        outbox.add(topic: topic, partition: partition, key: key, value: .none)
    }

    /// Reads the changelogs as they are now and takes every state record away. Memory is bounded by the batch: a key
    /// that stands in the log several times may be taken away several times.
    private func sweep(_ member: SoleMember, _ standing: [TopicPartition: Int64], _ report: (Int) -> Void) throws {
        let reader = try cluster.makeReader(topics: StateEraser.changelogs)
        defer { reader.close() }
        var open = try ends(reader)
        try reader.fetch(from: open.mapValues { _ in Position.beginning })
        var keys = Set<ErasedKey>()
        while !open.isEmpty {
            records.removeAll(keepingCapacity: true)
            let polled = try patiently { () throws(Fault) in try reader.poll(into: &records, limit: 4_096, wait: 100) }
            for record in records { take(record, open[place(of: record, reader)], &keys) }
            for (partition, position) in polled?.ended ?? [] where position >= open[partition] ?? .max {
                open[partition] = nil
            }
            guard outbox.records.count >= StateEraser.batch || open.isEmpty else { continue }
            try member.commit(&outbox, standing)
            keys.removeAll(keepingCapacity: true)
            report(erased)
        }
    }

    private func place(of record: Record, _ reader: any Fetching) -> TopicPartition {
        TopicPartition(reader.topics[Int(record.topic)], record.partition)
    }

    private func ends(_ reader: any Fetching) throws(Fault) -> [TopicPartition: Int64] {
        let partitions = StateEraser.changelogs.flatMap { topic in
            (0..<topology.partitions).map { TopicPartition(topic, $0) }
        }
        return try reader.bounds(of: partitions).filter { $0.value.end > $0.value.start }.mapValues(\.end)
    }

    /// Who was forgotten stays so: those records are written again as they are, behind what starts the memory over.
    ///
    /// - Parameter end: of what is swept; what lies behind is our own.
    private func take(_ record: Record, _ end: Int64?, _ keys: inout Set<ErasedKey>) {
        guard let end, record.offset < end, !record.key.isMissing else { return }
        if record.key == Bytes(Journal.key) || record.key == Bytes(Checkpoint.key) { return }
        if CustomerState.isSuppression(record.key) {
            return outbox.add(topic: record.topic, partition: record.partition, key: record.key, value: record.value)
        }
        guard !record.value.isMissing else { return }
        let key = ErasedKey(topic: record.topic, partition: record.partition, bytes: record.key.array)
        guard keys.insert(key).inserted else { return }
        erase(record.key, record.topic, record.partition)
        erased += 1
    }
}

/// A key that has its tombstone in this batch.
private struct ErasedKey: Hashable {
    var topic: Int32
    var partition: Int32
    var bytes: [UInt8]
}
