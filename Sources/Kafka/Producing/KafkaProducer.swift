import CRdkafka
public import Events
public import Pipeline

/// A plain idempotent producer, for traffic that needs no transaction. Used by one thread.
///
/// Keys and values are copied. At most `queue.buffering.max.messages` records wait;
/// ``send(topic:partition:key:value:timestamp:)`` waits for room when there are more.
public final class KafkaProducer {
    private var owned: Client?
    private let topics: [OpaquePointer]
    private let names: [String]
    /// Records taken over so far.
    public private(set) var sent = 0
    /// Those that could not be delivered.
    public private(set) var failed = 0
    private var firstFailure: Fault?

    /// - Parameter topics: names by the index that `send` takes.
    public init(_ cluster: KafkaCluster, topics: [String]) throws(Fault) {
        try cluster.require(topics)
        let client = try cluster.client(.producer)
        owned = client
        names = topics
        self.topics = topics.compactMap { rd_kafka_topic_new(client.handle, $0, nil) }
        precondition(self.topics.count == topics.count, "a topic name that Kafka does not allow")
    }

    deinit { close() }

    /// Those that the cluster has acknowledged.
    public var delivered: Int {
        collect()
        return sent - failed - Int(rd_kafka_outq_len(client.handle))
    }

    /// Takes a record over, waiting up to 30 s for room. A permanent failure of an earlier record is thrown here.
    public func send(
        topic: Int,
        partition: Int32,
        key: Bytes,
        value: Bytes,
        timestamp: Int64 = EventTime.unknown
    ) throws(Fault) {
        let deadline = Deadline(in: 30_000)
        while true {
            let code = SingleRecord.produce(client, topics[topic], partition, key, value, timestamp, [], copy: true)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { break }
            guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL, !deadline.isOver else {
                throw client.fatal(.delivering) ?? fault(code, names[topic])
            }
            client.serve(wait: 20)
        }
        sent += 1
        if sent & 1_023 == 0 { collect() }
        if let firstFailure { throw firstFailure }
    }

    /// Waits up to `wait` ms until everything is delivered or has failed; true when nothing is left.
    public func flush(wait: Int32) throws(Fault) -> Bool {
        let code = rd_kafka_flush(client.handle, wait)
        collect()
        if let firstFailure { throw firstFailure }
        return code == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// What has not been delivered by now is dropped.
    public func close() {
        guard let client = owned else { return }
        rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        client.serve()
        topics.forEach(rd_kafka_topic_destroy)
        owned = nil
    }

    private func collect() {
        client.serve()
        let failures = client.reports.takeFailures()
        failed += failures.count
        if let first = failures.first, firstFailure == nil { firstFailure = fault(first.code, first.topic) }
    }

    private func fault(_ code: rd_kafka_resp_err_t, _ topic: String?) -> Fault {
        KafkaFault(code: code, operation: .delivering, subject: topic).fault
    }

    private var client: Client {
        guard let owned else { preconditionFailure("the producer is closed") }
        return owned
    }
}
