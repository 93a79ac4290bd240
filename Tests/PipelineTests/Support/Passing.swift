import Events
import Pipeline
import Traffic

/// Lets a test in before every call that a line makes.
final class Beat {
    /// Calls so far.
    private(set) var calls = 0
    var before: ((_ call: Int, _ step: FaultPlan.Step) -> Void)?

    func callAsFunction(_ step: FaultPlan.Step) {
        defer { calls += 1 }
        before?(calls, step)
    }
}

/// Ports that pass every call on. What a broken rule changes, it changes in a subclass.
class PassingReader: Fetching {
    let inner: any Fetching
    let beat: Beat

    init(_ inner: any Fetching, _ beat: Beat) {
        self.inner = inner
        self.beat = beat
    }

    var topics: [String] { inner.topics }

    func fetch(from positions: [TopicPartition: Int64]) throws(Fault) {
        beat(.fetch)
        try inner.fetch(from: positions)
    }

    func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
        beat(.poll)
        return try inner.poll(into: &records, limit: limit, wait: wait)
    }

    func headers(of record: Record) -> [Header] { inner.headers(of: record) }

    func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        beat(.bounds)
        return try inner.bounds(of: partitions)
    }

    func lastKnownEnd(of partition: TopicPartition) -> Int64? { inner.lastKnownEnd(of: partition) }
    func close() { inner.close() }
}

class PassingInlet: PassingReader, Inlet {
    let member: any Inlet

    init(member: any Inlet, _ beat: Beat) {
        self.member = member
        super.init(member, beat)
    }

    var membership: Membership? { member.membership }

    func committed(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        beat(.committed)
        return try member.committed(partitions)
    }

    func release(assignment: [TopicPartition]) throws(Fault) {
        beat(.release)
        try member.release(assignment: assignment)
    }

    func close(leave: Bool) { member.close(leave: leave) }
}

class PassingOutlet: Outlet {
    var inner: any Outlet
    let beat: Beat

    init(_ inner: any Outlet, _ beat: Beat) {
        self.inner = inner
        self.beat = beat
    }

    func initialize() throws(Fault) {
        beat(.initialize)
        try inner.initialize()
    }

    func begin() throws(Fault) {
        beat(.begin)
        try inner.begin()
    }

    func send(_ outbox: borrowing Outbox) throws(Fault) {
        beat(.send)
        try inner.send(outbox)
    }

    func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        beat(.offsets)
        inner.startCommit(offsets: offsets, membership: membership)
    }

    func commitDone(wait: Int32) throws(Fault) -> Bool {
        beat(.commit)
        return try inner.commitDone(wait: wait)
    }

    func abort() throws(Fault) {
        beat(.abort)
        try inner.abort()
    }

    func close() { inner.close() }
}

/// A process as one line sees it.
class PassingCluster: Cluster, @unchecked Sendable {  // Tests run all lines on one thread.
    let process: MemoryProcess
    let log: MemoryLog
    let beat: Beat

    required init(_ process: MemoryProcess, _ log: MemoryLog, _ beat: Beat) {
        self.process = process
        self.log = log
        self.beat = beat
    }

    var capabilities: BrokerCapabilities { process.capabilities }
    func topics() throws(Fault) -> [String: Int32] { try process.topics() }
    func recordLimits(of topics: [String]) throws(Fault) -> [String: Int] { try process.recordLimits(of: topics) }

    func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet {
        PassingInlet(member: try process.makeInlet(subscription), beat)
    }

    func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet {
        PassingOutlet(try process.makeOutlet(transactionalId: transactionalId, topics: topics), beat)
    }

    func makeReader(topics: [String]) throws(Fault) -> any Fetching {
        PassingReader(try process.makeReader(topics: topics), beat)
    }
}
