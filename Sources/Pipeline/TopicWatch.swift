import Events

/// Holds what the cluster says of its topics to what the lines were started with. Pure: surveys and times in, the fault
/// that only a stop answers out.
struct TopicWatch {
    private let topology: Topology
    /// A topic that is gone for so long does not come back by itself, ms.
    private let patience: Int64
    private var missingSince: [String: Int64] = [:]
    private(set) var missing: [String] = []
    /// Of our topics.
    private(set) var leaderless: [TopicPartition] = []

    init(_ topology: Topology, patience: Int64) {
        self.topology = topology
        self.patience = patience
    }

    mutating func look(_ survey: ClusterSurvey, at now: Int64) -> Fault? {
        let ours = Set(topology.inputs + topology.outputs)
        leaderless = survey.leaderless.filter { ours.contains($0.topic) }.sorted()
        missing = ours.filter { survey.topics[$0] == nil }.sorted()
        missingSince = Dictionary(uniqueKeysWithValues: missing.map { ($0, missingSince[$0] ?? now) })
        return grown(survey) ?? gone(at: now)
    }

    private func gone(at now: Int64) -> Fault? {
        let gone = missing.filter { now - missingSince[$0, default: now] >= patience }
        guard !gone.isEmpty else { return nil }
        return Fault(
            .stop(exitCode: Fault.Exit.configuration),
            code: "UNKNOWN_TOPIC",
            doing: "looking for \(gone.joined(separator: ", ")), gone for \(patience / 1_000) s",
            remedy: "make them again: shopstream topics apply; what an input held is lost, so then shopstream reset"
        )
    }

    /// More partitions: keys go elsewhere from then on, and nobody here reads the new ones.
    private func grown(_ survey: ClusterSurvey) -> Fault? {
        let expected = topology.partitions
        let changed = topology.partitioned.filter { survey.topics[$0, default: expected] != expected }
        guard let first = changed.first else { return nil }
        return Fault(
            .stop(exitCode: Fault.Exit.configuration),
            code: "PARTITION_COUNT_CHANGED",
            doing: "counting partitions: \(first) has \(survey.topics[first] ?? 0), had \(topology.partitions)",
            remedy: "give all topics the same count (shopstream topics apply --add-partitions), then fold anew "
                + "(shopstream reset --to-earliest)"
        )
    }
}

/// What is known of the cluster: by the clients without asking, and by the last survey.
public struct ClusterCondition: Sendable, Equatable {
    public var health = ClusterHealth()
    public var missing: [String] = []
    public var leaderless: [TopicPartition] = []

    public init() {}

    /// What keeps the lines from their work, each with its remedy.
    public var reasons: [String] {
        var reasons: [String] = []
        if !health.isReachable {
            let detail = health.reason.map { " (\($0))" } ?? ""
            reasons.append("no broker answers\(detail): check brokers, network and credentials; the lines wait")
        }
        if !missing.isEmpty {
            reasons.append("gone: \(missing.joined(separator: ", ")): make them again, shopstream topics apply")
        }
        if let first = leaderless.first {
            let count = leaderless.count
            reasons.append(
                "\(count) \(count == 1 ? "partition has" : "partitions have") no leader, \(first) the first: "
                    + "start the brokers that hold them; the lines wait"
            )
        }
        return reasons
    }
}
