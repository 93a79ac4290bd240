import Events
import Pipeline
import Testing
import Traffic

/// A finished run and its audit. Records can be changed, dropped and added between.
struct AuditRig {
    let rig: Rig
    let committed: [TopicPartition: Int64]

    init(_ rig: Rig, committed: [TopicPartition: Int64]) {
        self.rig = rig
        self.committed = committed
    }

    init(_ rig: Rig) {
        self.rig = rig
        committed = rig.log.offsets(of: rig.settings.group)
    }

    /// Clicks and reviews over two partitions, run to the end with checkpoints in between.
    static func run(faults: FaultPlan = .none, checkpointInterval: Int64 = 60) throws -> AuditRig {
        let rig = try Rig(inputs: [Script.clicks, Script.reviews], partitions: 2)
        rig.settings.checkpointInterval = checkpointInterval
        rig.settings.recordsPerPoll = 5
        rig.settings.projectionInterval = 20
        try rig.load(.spread())
        rig.log.faults = faults
        try rig.runToEnd()
        rig.log.faults = .none
        return AuditRig(rig)
    }

    func audit(capabilities: BrokerCapabilities = .kafka) throws -> AuditReport {
        var bounds: [TopicPartition: LogBounds] = [:]
        for place in Audit.partitions(of: rig.topology) { bounds[place] = try rig.log.bounds(of: place) }
        let cut = AuditCut(committed: committed, bounds: bounds)
        return try Audit(rig.log, rig.topology, rig.settings, cut, capabilities: capabilities).run()
    }

    /// Committed records of a topic, partition by partition.
    func records(_ topic: String) throws -> [MemoryRecord] { try rig.log.records(in: topic) }

    /// Changes one record, or takes it away.
    func change(_ record: MemoryRecord, _ change: (inout MemoryRecord) -> Bool) throws {
        try rig.log.tamper(record.place) { found in
            guard found.offset == record.offset else { return found }
            var changed = found
            return change(&changed) ? changed : nil
        }
    }

    func drop(_ record: MemoryRecord) throws { try change(record) { _ in false } }

    func add(_ record: MemoryRecord) throws {
        try rig.log.append(
            record.place.topic,
            record.place.partition,
            key: record.keyText,
            value: record.valueText,
            timestamp: record.timestamp,
            headers: record.headers
        )
    }
}

extension AuditReport {
    /// Kind and subject of every finding, without repetition.
    var kinds: Set<String> { Set(findings.map { "\($0.kind.rawValue) \($0.subject.rawValue)" }) }
    var text: String {
        (findings.map { "\($0.kind) \($0.subject) \($0.place) \($0.offset ?? -1): \($0.what)" } + notes).joined(
            separator: "\n"
        )
    }
}

extension MemoryRecord {
    /// Changes one bit of the value, `distance` bytes before its end.
    mutating func flip(fromEnd distance: Int) {
        guard var bytes = value, bytes.count >= distance else { return }
        bytes[bytes.count - distance] ^= 1
        value = bytes
    }
}
