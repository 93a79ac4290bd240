public import Pipeline

/// Reads committed records from named positions, outside the group.
public final class KafkaReader: Fetching {
    private let consumer: Consumer
    private let queries: Queries

    init(_ consumer: Consumer, queries: Queries) {
        self.consumer = consumer
        self.queries = queries
    }

    public var topics: [String] { consumer.topics }

    public func fetch(from positions: [TopicPartition: Int64]) throws(Fault) { try consumer.fetch(from: positions) }

    public func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
        try consumer.poll(into: &records, limit: limit, wait: wait)
    }

    public func headers(of record: Record) -> [Header] { consumer.headers(of: record) }

    public func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        try queries.bounds(of: partitions)
    }

    public func lastKnownEnd(of partition: TopicPartition) -> Int64? { consumer.lastKnownEnd(of: partition) }

    public func close() { consumer.close() }
}
