import CRdkafka
import Events
import Pipeline

/// Fetches from named positions and hands records out without copying them: they point into librdkafka's messages,
/// which live until the next poll.
///
/// Everything happens on the one thread that polls, between batches: with 2.0.2 a batch is unsafe beside a concurrent
/// change of the assignment.
final class Consumer {
    typealias Message = UnsafeMutablePointer<rd_kafka_message_t>

    let topics: [String]
    /// Nil once closed.
    private var owned: Client?
    private let queue: OpaquePointer
    /// One handle a topic, held from start to end, so that a message's topic is recognised by its address.
    private let handles: [OpaquePointer]
    private var table = FetchTable()
    private var batch: UnsafeMutableBufferPointer<Message?>
    private var held = 0
    /// A fault that came behind records; thrown by the next poll.
    private var postponed: Fault?
    /// A queue for each partition; nil where one queue for all will do.
    private var lanes: Lanes?

    /// - Parameter subscription: says which topics to hand out first, and how to merge the others by time.
    init(_ client: Client, topics: [String], merging subscription: Subscription? = nil) throws(Fault) {
        guard let queue = rd_kafka_queue_get_consumer(client.handle) else {
            throw KafkaFault(code: RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, operation: .connecting).fault
        }
        owned = client
        self.topics = topics
        self.queue = queue
        handles = topics.compactMap { rd_kafka_topic_new(client.handle, $0, nil) }
        batch = .allocate(capacity: 1_024)
        precondition(handles.count == topics.count, "a topic name that Kafka does not allow")
        lanes = subscription.map {
            Lanes(urgent: $0.urgent, mergesPartitions: $0.mergesPartitions, watching: queue)
        }
    }

    deinit {
        close()
        batch.deallocate()
    }

    /// Replaces all positions; nothing fetched before comes out after this returns.
    func fetch(from positions: [TopicPartition: Int64]) throws(Fault) {
        lanes?.open(positions.keys, client.handle)
        let list = PartitionList(positions)
        try KafkaFault.check(list.withPointer { rd_kafka_assign(client.handle, $0) }, .assigning)
        table = FetchTable(positions, topics: topics)
    }

    /// Drops what was fetched; nothing comes out until positions are named again.
    func forget() {
        table = FetchTable()
        lanes?.close()
    }

    /// - Parameter isReported: says that the poll has something to report beside records and need not wait for them.
    func poll(
        into records: inout [Record],
        limit: Int,
        wait: Int32,
        isReported: () -> Bool = { false }
    ) throws(Fault) -> Polled {
        release()
        try client.reports.checkRefusal(.reading)
        if let fault = postponed {
            postponed = nil
            throw fault
        }
        let polled =
            lanes.map { follow($0, &records, limit, wait, isReported) }
            ?? receive(&records, limit, wait, isReported)
        guard let fault = postponed, records.isEmpty, polled.ended.isEmpty else { return polled }
        postponed = nil
        throw fault
    }

    func headers(of record: Record) -> [Header] {
        var list: OpaquePointer?
        guard let message = Message(bitPattern: record.handle),
            rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list
        else { return [] }
        return Headers.read(list)
    }

    func lastKnownEnd(of partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_get_watermark_offsets(client.handle, partition.topic, partition.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// Serves callbacks for up to `wait` ms and drops what else comes.
    func drain(wait: Int32, from other: OpaquePointer? = nil) {
        release()
        held = max(0, Int(rd_kafka_consume_batch_queue(other ?? queue, wait, batch.baseAddress, batch.count)))
        release()
    }

    /// Ends the client; records of the last poll end with it.
    func close() {
        guard owned != nil else { return }
        release()
        lanes?.close()
        lanes?.stopWatching(queue)
        lanes = nil
        handles.forEach(rd_kafka_topic_destroy)
        rd_kafka_queue_destroy(queue)
        owned = nil
    }

    var client: Client {
        guard let owned else { preconditionFailure("the reader is closed") }
        return owned
    }
}

extension Consumer {
    /// A full batch waits for its last record, so we wait for one and take along what is there by then.
    private func receive(
        _ records: inout [Record],
        _ limit: Int,
        _ wait: Int32,
        _ isReported: () -> Bool
    ) -> Polled {
        if limit > batch.count { enlarge(to: limit) }
        take(limit, wait: 0)
        if held == 0, wait > 0, !isReported() {
            take(1, wait: wait)
            if held > 0 { take(limit - 1, wait: 0) }
        }
        return sort(into: &records)
    }

    /// The consumer's own queue brings what the group says, and errors; the records are in the lanes.
    private func follow(
        _ lanes: Lanes,
        _ records: inout [Record],
        _ limit: Int,
        _ wait: Int32,
        _ isReported: () -> Bool
    ) -> Polled {
        let before = records.count
        var polled = look(lanes, &records, limit)
        if records.count == before, polled.ended.isEmpty, postponed == nil, wait > 0, !isReported() {
            lanes.wait(wait)
            polled = look(lanes, &records, limit)
        }
        return polled
    }

    private func look(_ lanes: Lanes, _ records: inout [Record], _ limit: Int) -> Polled {
        releaseBatch()
        take(batch.count, wait: 0)
        var polled = sort(into: &records)
        lanes.take(limit, into: &records, &polled) { self.sort($0, &$1) }
        return polled
    }

    private func take(_ count: Int, wait: Int32) {
        guard count > 0, let start = batch.baseAddress else { return }
        held += max(0, Int(rd_kafka_consume_batch_queue(queue, wait, start + held, count)))
    }

    private func enlarge(to count: Int) {
        batch.deallocate()
        batch = .allocate(capacity: count)
    }

    private func release() {
        releaseBatch()
        lanes?.release()
    }

    private func releaseBatch() {
        for index in 0..<held { rd_kafka_message_destroy(batch[index]) }
        held = 0
    }

    private func sort(into records: inout [Record]) -> Polled {
        var polled = Polled()
        for index in 0..<held {
            if let message = batch[index], let record = sort(message, &polled) { records.append(record) }
        }
        return polled
    }

    /// The record that a message is, if it is one that we asked for; what else it says is reported.
    private func sort(_ message: Message, _ polled: inout Polled) -> Record? {
        let topic = self.index(of: message.pointee.rkt)
        if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            report(message, topic, &polled)
            return nil
        }
        let isWanted = table.admits(topic: topic, partition: message.pointee.partition, offset: message.pointee.offset)
        return isWanted ? Record(message, topic: topic) : nil
    }

    /// Few topics, so a scan is faster than any table. Unknown ones get an index that no table admits.
    @inline(__always)
    private func index(of handle: OpaquePointer?) -> Int {
        for index in handles.indices where handles[index] == handle { return index }
        return Int.max
    }

    private func report(_ message: Message, _ topic: Int, _ polled: inout Polled) {
        let code = message.pointee.err
        let partition = message.pointee.partition
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            guard table.fetches(topic: topic, partition: partition) else { return }
            polled.ended.append((TopicPartition(topics[topic], partition), message.pointee.offset))
        } else if code == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED {
            client.reports.warn("the loop did not poll for max.poll.interval.ms; the group gives us up")
        } else {
            postpone(message, topic)
        }
    }

    /// The first fault counts. Errors of partitions that we no longer fetch concern nobody.
    private func postpone(_ message: Message, _ topic: Int) {
        let code = message.pointee.err
        let partition = message.pointee.partition
        let isKnown = topic < topics.count
        if isKnown, partition >= 0, !table.fetches(topic: topic, partition: partition) { return }
        if code == RD_KAFKA_RESP_ERR__FATAL, let fault = client.fatal(.reading) {
            postponed = fault
        } else if postponed == nil {
            let subject = isKnown ? TopicPartition(topics[topic], partition).description : nil
            postponed = KafkaFault(code: code, operation: .reading, subject: subject).fault
        }
    }
}

extension Record {
    fileprivate init(_ message: Consumer.Message, topic: Int) {
        let source = message.pointee
        let timestamp = rd_kafka_message_timestamp(message, nil)
        self.init(
            topic: Int32(topic),
            partition: source.partition,
            offset: source.offset,
            timestamp: timestamp < 0 ? EventTime.unknown : timestamp,
            key: Bytes(start: source.key?.assumingMemoryBound(to: UInt8.self), count: source.key_len),
            value: Bytes(start: source.payload?.assumingMemoryBound(to: UInt8.self), count: source.len),
            handle: Int(bitPattern: message)
        )
    }
}
