import Events

/// What the cluster does to a member's partitions. Ports report it and wait: partitions are fetched only after
/// ``Fetching/fetch(from:)``, and given up only after ``Inlet/release(assignment:)``.
public enum GroupChange: Sendable, Equatable {
    case assigned([TopicPartition])
    /// Still ours: what is in flight may be committed before it is released.
    case revoked([TopicPartition])
    /// No longer ours: nothing may be committed.
    case lost([TopicPartition])
}

/// What a poll brought beside records.
public struct Polled: Sendable {
    public var change: GroupChange?
    /// Partitions read to their end, with the position there (behind any control record).
    public var ended: [(partition: TopicPartition, position: Int64)] = []

    public init() {}
}

/// Where a log begins and ends.
public struct LogBounds: Sendable, Equatable {
    public var start: Int64
    /// The high watermark, open transactions included.
    public var end: Int64

    public init(start: Int64, end: Int64) {
        self.start = start
        self.end = end
    }
}

/// Reads records from positions that we name. Used by one thread.
public protocol Fetching: AnyObject {
    /// Topic names by ``Record/topic``; grows when a pattern finds more.
    var topics: [String] { get }

    /// Fetches from exactly these positions from now on, and from nothing else. Records fetched before are dropped.
    /// A position may be ``Position/beginning``; nothing else is implied, no position is taken silently.
    func fetch(from positions: [TopicPartition: Int64]) throws(Fault)

    /// Appends up to `limit` records, waiting up to `wait` ms for the first. Ends the validity of the last poll's
    /// records.
    func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled

    /// Headers of a record of the last poll.
    func headers(of record: Record) -> [Header]

    /// Asks the broker where the logs begin and end (read_uncommitted).
    func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds]

    /// The last end that fetching has seen, without asking; nil when nothing was fetched yet. Cheap.
    func lastKnownEnd(of partition: TopicPartition) -> Int64?

    func close()
}

public enum Position {
    /// The log's start, in ``Fetching/fetch(from:)``.
    public static let beginning: Int64 = -2
}

/// Who we are in the group, as of the last assignment; a transaction's offsets are accepted only with it.
public struct Membership: @unchecked Sendable {
    public var memberId: String
    public var generation: Int32
    /// The client's own object. Immutable once made, which is what makes this Sendable.
    public var handle: AnyObject?

    public init(memberId: String, generation: Int32, handle: AnyObject? = nil) {
        self.memberId = memberId
        self.generation = generation
        self.handle = handle
    }
}

/// A member of the consumer group. Used by one thread.
///
/// Its polls hand out urgent topics first; of the others, those with the same partition number in the order of their
/// records' timestamps, as ``TimeMerge`` has it and as far as the port is able to; or all of them, if the subscription
/// says so.
public protocol Inlet: Fetching {
    /// Taken once when the assignment came; nil before the first and after a loss.
    var membership: Membership? { get }

    /// The group's committed offsets; a partition without one is absent. Waits for pending transactions (KIP-447):
    /// ``Fault/Recovery/retry`` while they are unstable.
    func committed(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64]

    /// Says that the revoked or lost partitions are no longer used.
    func release(assignment: [TopicPartition]) throws(Fault)

    /// Leaves the group for good (`leave`), or closes and keeps the static membership for a quick return.
    func close(leave: Bool)
}

/// A transactional producer. Used by one thread; see ``Transaction``.
public protocol Outlet: AnyObject {
    /// Takes over the transactional id: ends what a predecessor left open and fences it.
    func initialize() throws(Fault)
    func begin() throws(Fault)
    /// Produces every record, in order, without waiting for delivery. The outbox stays untouched until the end.
    func send(_ outbox: borrowing Outbox) throws(Fault)
    /// Sends the offsets, flushes and commits, possibly on another thread.
    func startCommit(offsets: [TopicPartition: Int64], membership: Membership)
    /// Waits up to `wait` ms for the commit that was started: true when it is done.
    func commitDone(wait: Int32) throws(Fault) -> Bool
    func abort() throws(Fault)
    func close()
}

/// What a cluster is able to promise.
public struct BrokerCapabilities: Sendable, Equatable {
    /// Aborted records are hidden from read_committed readers and stale producers are fenced.
    public var enforcesTransactions: Bool
    /// Offsets sent inside a transaction are stored.
    public var storesTransactionalOffsets: Bool
    /// Compacted topics keep the last record of each key however old it is.
    public var keepsCompactedTopics: Bool

    public init(enforcesTransactions: Bool, storesTransactionalOffsets: Bool, keepsCompactedTopics: Bool) {
        self.enforcesTransactions = enforcesTransactions
        self.storesTransactionalOffsets = storesTransactionalOffsets
        self.keepsCompactedTopics = keepsCompactedTopics
    }

    public static let kafka = BrokerCapabilities(
        enforcesTransactions: true,
        storesTransactionalOffsets: true,
        keepsCompactedTopics: true
    )
}

/// Which topics a member subscribes to, and under which name.
public struct Subscription: Sendable {
    public var group: String
    /// Static membership (KIP-345): the same instance that returns in time gets its partitions back.
    public var instance: String
    /// Exact names; patterns are resolved before.
    public var topics: [String]
    /// Of these: handed out before all others, because what follows from them is needed to fold the others well.
    public var urgent: Set<String>
    /// Merge all partitions by time, not only those with the same number: for topics whose partitions mean nothing.
    public var mergesPartitions: Bool

    public init(
        group: String,
        instance: String,
        topics: [String],
        urgent: Set<String> = [],
        mergesPartitions: Bool = false
    ) {
        self.group = group
        self.instance = instance
        self.topics = topics
        self.urgent = urgent
        self.mergesPartitions = mergesPartitions
    }
}

/// A Kafka cluster, or what stands in for one. Shared between threads; what it makes belongs to one each.
public protocol Cluster: AnyObject, Sendable {
    var capabilities: BrokerCapabilities { get }
    /// As the clients know it, without asking the cluster. From any thread.
    var health: ClusterHealth { get }
    /// Asks for all topics, and which partitions have no leader. From any thread.
    func survey() throws(Fault) -> ClusterSurvey
    /// All topics with their partition counts.
    func topics() throws(Fault) -> [String: Int32]
    /// The largest record, in bytes, that each of these topics takes from us. What the cluster does not tell is taken
    /// for Kafka's default.
    func recordLimits(of topics: [String]) throws(Fault) -> [String: Int]
    func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet
    /// - Parameter topics: names by ``Outgoing/topic``.
    func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet
    /// A reader outside the group. Committed records only.
    func makeReader(topics: [String]) throws(Fault) -> any Fetching
}
