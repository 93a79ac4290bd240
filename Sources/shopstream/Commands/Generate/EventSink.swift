import Events
import Kafka
import Pipeline
import Traffic

/// Where made-up events go.
protocol EventSink: AnyObject {
    /// False when the event has no place here.
    func put(_ event: ShopEvent, _ buffer: borrowing ByteBuffer) throws -> Bool
    func finish() throws
}

/// Files of one value a line. Without a file of their own, reviews stand among the other events; the catalogue's rows
/// are no events and need one.
final class RecordingSink: EventSink {
    private let events: OutputFile
    private let reviews: OutputFile
    private let catalog: OutputFile?

    init(events: String, reviews: String?, catalog: String?) throws(Exit) {
        self.events = try OutputFile(events)
        self.reviews = if let reviews { try OutputFile(reviews) } else { self.events }
        self.catalog = if let catalog { try OutputFile(catalog) } else { nil }
    }

    func put(_ event: ShopEvent, _ buffer: borrowing ByteBuffer) throws -> Bool {
        let file: OutputFile? =
            switch event.topic {
            case .clickstream: events
            case .reviews: reviews
            case .catalog: catalog
            }
        guard let file else { return false }
        try file.write(line: buffer.bytes(event.value))
        return true
    }

    func finish() throws {
        try events.flush()
        try reviews.flush()
        try catalog?.flush()
    }
}

/// The shop's topics on a cluster, keyed by customer and placed by murmur2 as Java producers do. A shop may have no
/// catalogue's topic.
final class ClusterSink: EventSink {
    private let producer: KafkaProducer
    /// By ``Traffic/ShopTopic``; no index and no partitions for a topic that is not there.
    private let places: [(index: Int, partitions: Int32)?]

    init(_ cluster: KafkaCluster) throws(Fault) {
        let known = try cluster.topics()
        let wanted = ShopTopic.allCases.filter { $0 != .catalog || known[$0.name.text] != nil }
        producer = try KafkaProducer(cluster, topics: wanted.map(\.name.text))
        places = ShopTopic.allCases.map { topic in
            guard let index = wanted.firstIndex(of: topic), let count = known[topic.name.text] else { return nil }
            return (index, count)
        }
    }

    func put(_ event: ShopEvent, _ buffer: borrowing ByteBuffer) throws -> Bool {
        guard let place = places[Int(event.topic.rawValue)] else { return false }
        let key = buffer.bytes(event.key)
        try producer.send(
            topic: place.index,
            partition: Hash.partition(of: key, among: place.partitions),
            key: key,
            value: buffer.bytes(event.value),
            timestamp: event.time
        )
        return true
    }

    func finish() throws {
        defer { producer.close() }
        guard try producer.flush(wait: 30_000) else {
            throw Exit(.unavailable, "the cluster did not take all records within 30 s")
        }
    }
}
