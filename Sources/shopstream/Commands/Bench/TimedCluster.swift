import Pipeline

/// Time spent in ports, in ns.
struct PortTimes {
    var poll: Int64 = 0
    var send: Int64 = 0
    var commit: Int64 = 0
    var other: Int64 = 0

    var all: Int64 { poll + send + commit + other }
}

/// Measures around calls. Used by one thread, like the ports that it is handed to.
final class PortStopwatch {
    private(set) var times = PortTimes()

    @inline(__always)
    func measure<Answer>(
        _ part: WritableKeyPath<PortTimes, Int64>,
        _ call: () throws(Fault) -> Answer
    ) throws(Fault) -> Answer {
        let start = Clock.monotonicNanoseconds()
        defer { times[keyPath: part] += Clock.monotonicNanoseconds() - start }
        return try call()
    }
}

/// A cluster whose ports are timed.
///
/// `@unchecked Sendable`: the stopwatch is used by the one thread that runs the line; nothing else changes.
final class TimedCluster: Cluster, @unchecked Sendable {
    private let inner: any Cluster
    private let stopwatch: PortStopwatch

    init(_ inner: any Cluster, _ stopwatch: PortStopwatch) {
        self.inner = inner
        self.stopwatch = stopwatch
    }

    var capabilities: BrokerCapabilities { inner.capabilities }
    func topics() throws(Fault) -> [String: Int32] { try inner.topics() }
    func recordLimits(of topics: [String]) throws(Fault) -> [String: Int] { try inner.recordLimits(of: topics) }

    func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet {
        TimedInlet(try inner.makeInlet(subscription), stopwatch)
    }

    func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet {
        TimedOutlet(try inner.makeOutlet(transactionalId: transactionalId, topics: topics), stopwatch)
    }

    func makeReader(topics: [String]) throws(Fault) -> any Fetching {
        TimedReader(try inner.makeReader(topics: topics), stopwatch)
    }
}

/// A reader, timed.
class TimedReader: Fetching {
    private let reader: any Fetching
    let stopwatch: PortStopwatch

    init(_ reader: any Fetching, _ stopwatch: PortStopwatch) {
        self.reader = reader
        self.stopwatch = stopwatch
    }

    var topics: [String] { reader.topics }

    func fetch(from positions: [TopicPartition: Int64]) throws(Fault) {
        try stopwatch.measure(\.other) { () throws(Fault) in try reader.fetch(from: positions) }
    }

    func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
        try stopwatch.measure(\.poll) { () throws(Fault) in try reader.poll(into: &records, limit: limit, wait: wait) }
    }

    func headers(of record: Record) -> [Header] { reader.headers(of: record) }

    func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        try stopwatch.measure(\.other) { () throws(Fault) in try reader.bounds(of: partitions) }
    }

    func lastKnownEnd(of partition: TopicPartition) -> Int64? { reader.lastKnownEnd(of: partition) }
    func close() { reader.close() }
}

/// A member of the group, timed.
final class TimedInlet: TimedReader, Inlet {
    private let inlet: any Inlet

    init(_ inlet: any Inlet, _ stopwatch: PortStopwatch) {
        self.inlet = inlet
        super.init(inlet, stopwatch)
    }

    var membership: Membership? { inlet.membership }

    func committed(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        try stopwatch.measure(\.other) { () throws(Fault) in try inlet.committed(partitions) }
    }

    func release(assignment: [TopicPartition]) throws(Fault) { try inlet.release(assignment: assignment) }
    func close(leave: Bool) { inlet.close(leave: leave) }
}

/// A transactional producer, timed.
final class TimedOutlet: Outlet {
    private let outlet: any Outlet
    private let stopwatch: PortStopwatch

    init(_ outlet: any Outlet, _ stopwatch: PortStopwatch) {
        self.outlet = outlet
        self.stopwatch = stopwatch
    }

    func initialize() throws(Fault) { try outlet.initialize() }
    func begin() throws(Fault) { try stopwatch.measure(\.commit) { () throws(Fault) in try outlet.begin() } }

    func send(_ outbox: borrowing Outbox) throws(Fault) {
        let start = Clock.monotonicNanoseconds()
        defer { stopwatch.add(\.send, since: start) }
        try outlet.send(outbox)
    }

    func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        let start = Clock.monotonicNanoseconds()
        defer { stopwatch.add(\.commit, since: start) }
        outlet.startCommit(offsets: offsets, membership: membership)
    }

    func commitDone(wait: Int32) throws(Fault) -> Bool {
        try stopwatch.measure(\.commit) { () throws(Fault) in try outlet.commitDone(wait: wait) }
    }

    func abort() throws(Fault) { try outlet.abort() }
    func close() { outlet.close() }
}

extension PortStopwatch {
    func add(_ part: WritableKeyPath<PortTimes, Int64>, since start: Int64) {
        times[keyPath: part] += Clock.monotonicNanoseconds() - start
    }
}
