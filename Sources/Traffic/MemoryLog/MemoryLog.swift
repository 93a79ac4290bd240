public import Pipeline
import Synchronization

/// A Kafka cluster in memory with Kafka's own rules: transactions with markers, high watermark and last stable offset,
/// fencing, consumer groups with generations and static members, transactional offsets, compaction and retention.
///
/// Exactly-once is proven on it: it is deterministic, its clock is moved by hand, and a ``FaultPlan`` makes any step of
/// any port fail. It is fast enough to be measured against: records are appended to and read from stable memory.
///
/// It is the cluster and also a process: ports made from it belong to the incarnation of `main` that lives. Tests with
/// several processes take a ``MemoryProcess`` for each.
public final class MemoryLog: Cluster {
    public struct Options: Sendable {
        /// The clock's first reading, in ms.
        public var now: Int64 = 1_700_000_000_000
        /// `transaction.timeout.ms`
        public var transactionTimeout: Int64 = 10_000
        /// `session.timeout.ms`: how long a member may send no heartbeat. One that lives sends them by itself, polling
        /// or not; a dead, halted or closed one sends none.
        public var sessionTimeout: Int64 = 45_000
        /// `max.poll.interval.ms`: a member that does not poll for longer stops its heartbeats, and has lost its
        /// partitions when it polls again. Also how long a rebalance waits for those who do not join it.
        public var maxPollInterval: Int64 = 300_000
        /// How often `commitDone` answers false before the commit takes place.
        public var commitDelayPolls = 0
        /// The most records that a poll takes from one partition before it looks at the next.
        public var fetchQuantum = 512
        /// Visits partitions in a different order at each poll instead of in turn, as a cluster would.
        public var shuffleSeed: UInt64?
        /// Lets `poll` sleep for records when other threads may bring some. Off, it answers at once.
        public var waits = false
        /// `max.message.bytes` of topics that say nothing else.
        public var largestRecord = 1_048_588

        public init() {}
    }

    /// How much a partition keeps, to within 1/64; nil is everything. Goes by records, where Kafka goes by segments.
    public struct Retention: Sendable, Equatable {
        public var records: Int?
        public var bytes: Int?

        public init(records: Int? = nil, bytes: Int? = nil) {
            self.records = records
            self.bytes = bytes
        }

        public static let forever = Retention()
        var isLimited: Bool { records != nil || bytes != nil }
    }

    static let mainProcess = "main"

    let options: Options
    private let broker: Mutex<Broker>

    public init(options: Options = Options(), faults: FaultPlan = .none) {
        self.options = options
        broker = Mutex(Broker(options, faults: faults))
    }

    /// Everything that touches the cluster goes through here: one lock for a call, not for a record.
    @inline(__always)
    func locked<Result, Failure: Error>(_ body: (inout Broker) throws(Failure) -> Result) throws(Failure) -> Result
    where Result: Sendable {
        try broker.withLock { (broker) throws(Failure) in try body(&broker) }
    }

    // MARK: Topics

    /// - Parameters:
    ///   - compacted: keyless records are refused, and ``compact(_:)`` works.
    ///   - largestRecord: `max.message.bytes` of this topic.
    public func createTopic(
        _ name: String,
        partitions: Int32,
        compacted: Bool = false,
        retention: Retention = .forever,
        largestRecord: Int? = nil
    ) {
        let topic = TopicLog(
            name,
            partitions: partitions,
            isCompacted: compacted,
            retention: retention,
            largestRecord: largestRecord ?? options.largestRecord
        )
        locked { broker in broker.create(topic) }
    }

    // MARK: Processes

    /// Starts a process anew: the earlier one of that name is dead, and its ports stay so. Ports made from the log
    /// itself belong to `main`.
    @discardableResult
    public func newIncarnation(of name: String = "main") -> MemoryProcess {
        MemoryProcess(log: self, number: locked { broker in broker.restart(name) })
    }

    private var main: MemoryProcess {
        MemoryProcess(log: self, number: locked { broker in broker.incarnation(of: Self.mainProcess) })
    }

    // MARK: Cluster

    public var capabilities: BrokerCapabilities { .kafka }
    public func topics() throws(Fault) -> [String: Int32] { locked { broker in broker.counts } }

    public func recordLimits(of topics: [String]) throws(Fault) -> [String: Int] {
        let found = try locked { (broker) throws(Fault) in try broker.topics(topics, doing: "asking for settings") }
        return Dictionary(found.map { ($0.name, $0.largestRecord) }) { $1 }
    }

    public func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet {
        try main.makeInlet(subscription)
    }

    public func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet {
        try main.makeOutlet(transactionalId: transactionalId, topics: topics)
    }

    public func makeReader(topics: [String]) throws(Fault) -> any Fetching { try main.makeReader(topics: topics) }
}

/// One process that uses the cluster. What it makes dies with it.
public final class MemoryProcess: Cluster {
    private let log: MemoryLog
    private let number: Int

    init(log: MemoryLog, number: Int) {
        self.log = log
        self.number = number
    }

    public var isGone: Bool { log.locked { broker in broker.isGone(number) } }

    /// Ends the process here: every call of its ports throws ``Pipeline/Fault/processGoneCode``, nothing is tidied up.
    public func kill() { log.locked { broker in broker.kill(number) } }

    /// Halts the process as SIGSTOP does: no heartbeat leaves it. Its calls are the caller's not to make meanwhile.
    public func halt() { log.locked { broker in broker.halt(number) } }
    /// Lets a halted process go on, unaware that time has passed.
    public func wake() { log.locked { broker in broker.wake(number) } }

    public var capabilities: BrokerCapabilities { log.capabilities }
    public func topics() throws(Fault) -> [String: Int32] { try log.topics() }
    public func recordLimits(of topics: [String]) throws(Fault) -> [String: Int] {
        try log.recordLimits(of: topics)
    }

    public func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet {
        let (topics, memberId) = try log.locked { (broker) throws(Fault) in
            try broker.requireAlive(number, doing: "joining \(subscription.group)")
            let topics = try broker.topics(subscription.topics, doing: "subscribing")
            return (topics, broker.join(subscription, process: number))
        }
        return MemoryInlet(PortSeat(log: log, process: number), topics, subscription, memberId)
    }

    public func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet {
        let found = try find(topics, doing: "making the producer \(transactionalId)")
        return MemoryOutlet(PortSeat(log: log, process: number), transactionalId, found)
    }

    public func makeReader(topics: [String]) throws(Fault) -> any Fetching {
        try makeReader(topics: topics, isolation: .committed)
    }

    /// A reader that may also see what is not committed, as `isolation.level=read_uncommitted` does.
    public func makeReader(topics: [String], isolation: MemoryLog.Isolation) throws(Fault) -> any Fetching {
        MemoryReader(
            PortSeat(log: log, process: number),
            try find(topics, doing: "making a reader"),
            isolation: isolation
        )
    }

    private func find(_ names: [String], doing: String) throws(Fault) -> [TopicLog] {
        try log.locked { (broker) throws(Fault) in
            try broker.requireAlive(number, doing: doing)
            return try broker.topics(names, doing: doing)
        }
    }
}

/// The handle inside a ``Pipeline/Membership`` of this cluster.
public final class MemoryMembership: Sendable {
    public let group: String
    public let instance: String

    public init(group: String, instance: String) {
        self.group = group
        self.instance = instance
    }
}
