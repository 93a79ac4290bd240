import Kafka
import Logging
import Pipeline
import Traffic

/// Where a benchmark's shop lives: a cluster whose topics can be filled from outside.
protocol BenchGround: AnyObject, Sendable {
    /// What it is, for the report.
    var name: String { get }
    var cluster: any Cluster { get }
    var topology: Topology { get }
    func append(_ outbox: borrowing Outbox, topics: [String]) throws
    /// Everything that was appended is there.
    func settle() throws
    /// The processes of before are gone, and nothing of theirs is open.
    func restart()
}

/// The shop's topics in a log in memory.
final class MemoryGround: BenchGround {
    let name = "a log in memory"
    let log: MemoryLog
    let topology: Topology

    init(partitions: Int32, waits: Bool = false) throws(Fault) {
        var options = MemoryLog.Options()
        options.waits = waits
        log = MemoryLog(options: options)
        let inputs = MemoryGround.inputs
        for name in inputs + inputs.map(Topology.deadLetters) { log.createTopic(name, partitions: partitions) }
        for topic in OutputTopic.allCases {
            log.createTopic(topic.name, partitions: topic == .models ? 1 : partitions, compacted: topic.isCompacted)
        }
        topology = try Topology(inputs: inputs, existing: try log.topics())
    }

    static let inputs = [ShopTopic.clickstream, .reviews].map { $0.name.text }

    var cluster: any Cluster { log }
    func append(_ outbox: borrowing Outbox, topics: [String]) throws { try log.append(outbox, topics: topics) }
    func settle() {}
    func restart() { log.newIncarnation() }
}

/// A real cluster, whose topics must be empty: a benchmark must not touch a shop that somebody runs.
final class KafkaGround: BenchGround {
    let name = "a Kafka cluster"
    let topology: Topology
    private let kafka: KafkaCluster
    private let group: String

    init(_ settings: Settings, _ kafka: KafkaCluster) throws {
        self.kafka = kafka
        group = settings.group
        topology = try Topology(inputs: MemoryGround.inputs, existing: try kafka.topics())
        let names = topology.subscription + [OutputTopic.customersChangelog, .productsChangelog].map(\.name)
        let partitions = names.flatMap { name in (0..<topology.partitions).map { TopicPartition(name, $0) } }
        let reader = try kafka.makeReader(topics: names)
        defer { reader.close() }
        if let used = try reader.bounds(of: partitions).filter({ $0.value.end > 0 }).keys.min() {
            throw Exit(
                .configuration,
                "\(used) has records: this benchmark fills the topics with a made-up shop; give it a cluster where "
                    + "they are empty, fresh from shopstream topics apply"
            )
        }
    }

    var cluster: any Cluster { kafka }
    func restart() {}
    func settle() {}

    /// Times are the broker's: a made-up shop's past would be beyond the topics' retention.
    func append(_ outbox: borrowing Outbox, topics: [String]) throws {
        let producer = try KafkaProducer(kafka, topics: topics)
        defer { producer.close() }
        for record in outbox.records {
            try producer.send(
                topic: Int(record.topic),
                partition: record.partition,
                key: outbox.key(of: record),
                value: outbox.value(of: record)
            )
        }
        guard try producer.flush(wait: 60_000) else {
            throw Exit(.unavailable, "the cluster did not take all records within 60 s")
        }
    }
}
