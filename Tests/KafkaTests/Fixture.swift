import Events
import Glibc
import Kafka
import Logging
import Pipeline
import Testing

/// Where a test runs: always on the embedded cluster, and on a real broker too when `SHOPSTREAM_BROKERS` names one.
enum Place: String, CustomTestStringConvertible {
    case embedded, real

    static let brokers = getenv("SHOPSTREAM_BROKERS").map { String(cString: $0) }
    static let all: [Place] = brokers == nil ? [.embedded] : [.embedded, .real]
    static let missing: Comment = "SHOPSTREAM_BROKERS is not set: what the embedded cluster cannot prove is not proven"

    var testDescription: String { rawValue }
}

/// A cluster with topics, group and names of one test's own.
struct Fixture {
    let place: Place
    let cluster: KafkaCluster
    private let embedded: EmbeddedCluster?
    private let suffix = String(UInt32.random(in: 0...UInt32.max), radix: 36)

    static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
    /// Short sessions, so that rebalances take seconds. The embedded cluster's first join alone takes three.
    static let quick = ["session.timeout.ms": "6000", "heartbeat.interval.ms": "200"]

    init(
        _ place: Place = .embedded,
        _ topics: [String: Int32] = [:],
        brokers: Int32 = 1,
        _ pairs: [String: String] = quick
    ) throws {
        self.place = place
        var settings = KafkaSettings()
        for (key, value) in pairs.sorted(by: { $0.key < $1.key }) { try settings.set(key, value, source: "test") }
        switch place {
        case .embedded:
            let embedded = try EmbeddedCluster(brokers: brokers, logger: Self.silent)
            self.embedded = embedded
            cluster = try KafkaCluster(
                embedded: embedded,
                settings: settings,
                readerGroup: "readers",
                logger: Self.silent
            )
        case .real:
            embedded = nil
            try settings.set("bootstrap.servers", Place.brokers ?? "", source: "SHOPSTREAM_BROKERS")
            cluster = try KafkaCluster(settings, readerGroup: "readers", logger: Self.silent)
        }
        for (name, partitions) in topics {
            try TopicAdmin(cluster).apply(.create(TopicSetup(name: self.name(name), partitions: partitions)))
        }
    }

    /// This test's own name for a topic, a group or a producer.
    func name(_ base: String) -> String { place == .embedded ? base : "\(base)-\(suffix)" }

    var mock: EmbeddedCluster {
        get throws { try #require(embedded) }
    }

    func partitions(_ topic: String, _ numbers: some Sequence<Int32>) -> [TopicPartition] {
        numbers.map { TopicPartition(name(topic), $0) }
    }

    func outlet(_ topics: [String], id: String = "outlet") throws -> any Outlet {
        let outlet = try cluster.makeOutlet(transactionalId: name(id), topics: topics.map(name))
        try outlet.initialize()
        return outlet
    }

    func inlet(
        _ topics: [String],
        instance: String = "a",
        urgent: Set<String> = [],
        mergesPartitions: Bool = false
    ) throws -> any Inlet {
        let urgent = Set(urgent.map(name))
        return try cluster.makeInlet(
            Subscription(
                group: name("group"),
                instance: name(instance),
                topics: topics.map(name),
                urgent: urgent,
                mergesPartitions: mergesPartitions
            )
        )
    }

    func reader(_ topics: [String]) throws -> any Fetching { try cluster.makeReader(topics: topics.map(name)) }

    /// A member that was assigned all partitions of these topics.
    func member(
        _ topics: [String],
        instance: String = "a",
        urgent: Set<String> = [],
        mergesPartitions: Bool = false
    ) throws -> any Inlet {
        let inlet = try inlet(topics, instance: instance, urgent: urgent, mergesPartitions: mergesPartitions)
        _ = try inlet.gather { !$0.changes.isEmpty }
        _ = try #require(inlet.membership)
        return inlet
    }
}

extension Outbox {
    mutating func add(_ text: String, to topic: Int32 = 0, partition: Int32 = 0, key: String = "key") {
        let keyStart = bytes.count
        bytes.append(key)
        let valueStart = bytes.count
        bytes.append(text)
        add(topic: topic, partition: partition, keyStart: keyStart, valueStart: valueStart)
    }
}

extension Outlet {
    /// One transaction; the outbox is kept until it has ended.
    func transact(_ outbox: borrowing Outbox, offsets: [TopicPartition: Int64], _ membership: Membership?) throws {
        try begin()
        try send(outbox)
        startCommit(offsets: offsets, membership: try #require(membership))
        try finish()
    }

    /// Waits for the commit that was started, at most 20 s.
    func finish() throws {
        let end = ContinuousClock.now + .seconds(20)
        while try !commitDone(wait: 100) { try #require(ContinuousClock.now < end, "the commit does not end") }
    }
}

/// The fault that a call throws.
func fault(of body: () throws -> Void) -> Fault? {
    do { try body() } catch let fault as Fault { return fault } catch { Issue.record(error) }
    return nil
}

/// Asks until the answer is yes.
func waitUntil(seconds: Int = 20, _ isTrue: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !isTrue() { try #require(ContinuousClock.now < end, "it does not come true") }
}
