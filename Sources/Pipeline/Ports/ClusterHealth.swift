/// What the clients know of the cluster without asking it.
public struct ClusterHealth: Sendable, Equatable {
    /// Whether each broker that was spoken to can be spoken to now, by `host:port/id`.
    public var brokers: [String: Bool] = [:]
    /// False when no broker answers any client.
    public var isReachable = true
    /// What a client said last of a connection that failed; nil while all is well.
    public var reason: String?

    public init() {}
}

/// What the cluster says of its topics.
public struct ClusterSurvey: Sendable, Equatable {
    /// All topics with their partition counts.
    public var topics: [String: Int32]
    /// Partitions that nobody leads: nothing can be read from them or written to them.
    public var leaderless: [TopicPartition]

    public init(topics: [String: Int32], leaderless: [TopicPartition] = []) {
        self.topics = topics
        self.leaderless = leaderless
    }
}

extension Cluster {
    /// A cluster without a network is always within reach.
    public var health: ClusterHealth { ClusterHealth() }
    public func survey() throws(Fault) -> ClusterSurvey { ClusterSurvey(topics: try topics()) }
}
