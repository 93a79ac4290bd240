import Events
import Foundation
import Kafka
import Logging
import Pipeline
import Synchronization
import Testing

/// Everything that was logged.
final class HeardLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    struct Handler: LogHandler {
        let heard: HeardLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { heard.lines.withLock { $0.append(event.message.description) } }
    }

    var logger: Logger { Logger(label: "faults") { _ in Handler(heard: self) } }
}

/// A line at work on an embedded cluster that can be made to misbehave.
final class FaultRig {
    static let input = "shop"
    static let settings = [
        "session.timeout.ms": "6000", "heartbeat.interval.ms": "200", "statistics.interval.ms": "1000",
        "reconnect.backoff.max.ms": "500",
    ]

    let mock: EmbeddedCluster
    let cluster: KafkaCluster
    let heard = HeardLines()
    private(set) var runner: Runner?
    private(set) var end: Fault?
    private var producer: KafkaProducer?
    private var sent: UInt64 = 0
    /// Reasons and stalls that were seen on the way: what the log and `/readyz` tell of them.
    private(set) var told: [String] = []

    /// - Parameter timeout: of transactions, ms.
    init(timeout: Int = 2_000, brokers: Int32 = 1) throws {
        var settings = KafkaSettings()
        for (key, value) in Self.settings { try settings.set(key, value, source: "test") }
        try settings.set("transaction.timeout.ms", "\(timeout)", source: "test")
        mock = try EmbeddedCluster(brokers: brokers, logger: Fixture.silent)
        for topic in [Self.input, Topology.deadLetters(of: Self.input)] + OutputTopic.allCases.map(\.name) {
            try mock.createTopic(topic, partitions: 1)
        }
        cluster = try KafkaCluster(embedded: mock, settings: settings, readerGroup: "faults", logger: heard.logger)
    }

    /// Starts the line.
    /// - Parameter wrapped: the cluster as the line is to see it.
    func start(on wrapped: (any Cluster)? = nil) throws {
        var line = LineSettings()
        line.group = "faults"
        line.name = "faults"
        (line.drainTime, line.surveyInterval, line.topicPatience) = (2_000, 500, 1_500)
        let runner = Runner(
            cluster: wrapped ?? cluster,
            topology: try Topology(inputs: [Self.input], existing: try cluster.topics()),
            settings: line,
            clock: WallClock { Int64(Date().timeIntervalSince1970 * 1_000) },
            log: heard.logger
        )
        self.runner = runner
        producer = try KafkaProducer(cluster, topics: [Self.input])
        runner.start()
    }

    func work() throws {
        try send(5)
        try waitUntilCommitted()
    }

    func send(_ count: Int) throws {
        for _ in 0..<count {
            sent += 1
            let text =
                #"{"type":"track","event":"Product Viewed","userId":"u\#(sent % 7)","messageId":"m\#(sent)","#
                + #""timestamp":"2026-01-01T00:00:00Z","properties":{"product_id":"p\#(sent % 3)"}}"#
            try Array("u\(sent % 7)".utf8).withUnsafeBytes { key in
                try Array(text.utf8).withUnsafeBytes { value in
                    try producer?.send(topic: 0, partition: 0, key: Bytes(key), value: Bytes(value))
                }
            }
        }
    }

    /// Lets an input arrive, and nothing that the line then writes.
    func rejectTheLinesRecords(_ error: EmbeddedCluster.BrokerError) throws {
        try send(1)
        try wait { try $0.producer?.flush(wait: 1_000) == true }
        mock.inject(Array(repeating: error, count: 2_000), into: .produce)
    }

    /// Every record sent so far is folded and committed.
    func waitUntilCommitted() throws {
        try wait { rig in
            _ = try? rig.producer?.flush(wait: 10)
            let offsets = rig.committed
            return offsets >= Int64(rig.sent)
        }
    }

    /// What the group has committed of the input, as a fresh reader of the status sees it.
    private var committed: Int64 {
        guard let status, status.isReady, status.lag == 0, status.trouble == nil else { return -1 }
        return Int64(status.counters.consumed.reduce(0, +))
    }

    var status: LineStatus? { runner?.statuses.first }
    var faults: [String: UInt64] { status?.counters.faults ?? [:] }

    /// Looks every 50 ms, for half a minute, and keeps what is told meanwhile.
    func wait(seconds: Int = 40, _ isTrue: (FaultRig) throws -> Bool) throws {
        let end = ContinuousClock.now + .seconds(seconds)
        repeat {
            note()
            if try isTrue(self) { return }
            Thread.sleep(forTimeInterval: 0.05)
        } while ContinuousClock.now < end
        Issue.record("it does not come true: \(status.map { "\($0)" } ?? "")\n\(heard.all.joined(separator: "\n"))")
        throw CancellationError()
    }

    private func note() {
        guard let runner else { return }
        told += runner.condition.reasons.filter { !told.contains($0) }
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        for status in runner.statuses {
            if let stall = Stall(status, at: now, limit: 1_000) { told.append(stall.description) }
            if told.count < 1_000, let slowness = status.slowness { told.append(slowness) }
        }
    }

    /// Waits until the line has ended by itself, or stops it.
    func finish(stopping: Bool) async throws {
        if stopping { runner?.stop() }
        try wait { $0.runner?.statuses.allSatisfy(\.hasFinished) == true }
        do throws(Fault) {
            try await runner?.join()
        } catch {
            end = error
        }
        producer?.close()
    }

    /// Log lines, reasons, stalls, and what is said at the stop.
    var everythingSaid: [String] { heard.all + told + (end.map { [$0.description] } ?? []) }
}

/// A cluster whose input has grown.
final class GrownCluster: Cluster {
    private let inner: KafkaCluster

    init(_ inner: KafkaCluster) { self.inner = inner }

    var capabilities: BrokerCapabilities { inner.capabilities }
    func topics() throws(Fault) -> [String: Int32] { try inner.topics() }

    func recordLimits(of topics: [String]) throws(Fault) -> [String: Int] { try inner.recordLimits(of: topics) }

    func survey() throws(Fault) -> ClusterSurvey {
        var survey = try inner.survey()
        survey.topics[FaultRig.input] = 2
        return survey
    }

    func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet { try inner.makeInlet(subscription) }

    func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet {
        try inner.makeOutlet(transactionalId: transactionalId, topics: topics)
    }

    func makeReader(topics: [String]) throws(Fault) -> any Fetching { try inner.makeReader(topics: topics) }
}
