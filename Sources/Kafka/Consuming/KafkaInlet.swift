import CRdkafka
public import Pipeline

/// A member of the group (`range`, eager). The rebalance callback only records what happened; everything that follows
/// is done by the line, between two polls.
///
/// On an assignment an empty list is assigned at once: the group is steady, heartbeats and a further rebalance go on,
/// while state is restored; ``fetch(from:)`` names the positions. A revocation is answered by ``release(assignment:)``
/// only, so that what is in flight can be committed under the old generation. librdkafka pauses the partitions
/// meanwhile.
public final class KafkaInlet: Inlet {
    private let consumer: Consumer
    private let queries: Queries
    private let listener: Listener
    private let keepsPlace: Bool

    /// The callback's side of the changes; the client's reports hold it, so it must not hold the inlet.
    private final class Listener {
        var changes = GroupChanges()
        private unowned let client: Client

        init(_ client: Client) { self.client = client }

        func heard(_ code: rd_kafka_resp_err_t, _ partitions: [TopicPartition]) {
            let isAssigned = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
            switch isAssigned ? changes.assigned(partitions, GroupSession.capture(client)) : revoked() {
            case .takeEmpty:
                let nothing = PartitionList([TopicPartition]())
                _ = nothing.withPointer { rd_kafka_assign(client.handle, $0) }
            case .giveUp: rd_kafka_assign(client.handle, nil)
            case .hold: break
            }
        }

        private func revoked() -> GroupChanges.Action {
            changes.revoked(isLost: rd_kafka_assignment_lost(client.handle) != 0)
        }
    }

    /// - Parameter keepsPlace: the cluster knows static members. librdkafka's mock takes every member for a new one.
    init(_ consumer: Consumer, queries: Queries, keepsPlace: Bool) throws(Fault) {
        self.consumer = consumer
        self.queries = queries
        self.keepsPlace = keepsPlace
        listener = Listener(consumer.client)
        consumer.client.reports.onRebalance = { [listener] _, code, partitions in
            listener.heard(code, partitions.pointee.partitions)
        }
        let list = PartitionList(consumer.topics.map { TopicPartition($0, Int32(RD_KAFKA_PARTITION_UA)) })
        try KafkaFault.check(list.withPointer { rd_kafka_subscribe(consumer.client.handle, $0) }, .joining)
    }

    public var topics: [String] { consumer.topics }

    /// Asks librdkafka too: it knows of a loss before its callback is served.
    public var membership: Membership? {
        rd_kafka_assignment_lost(consumer.client.handle) == 0 ? listener.changes.membership : nil
    }

    /// Once a revocation has come, reported or not, nothing is fetched any more.
    public func fetch(from positions: [TopicPartition: Int64]) throws(Fault) {
        if listener.changes.isLeaving { return consumer.forget() }
        try consumer.fetch(from: positions)
    }

    public func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
        let first = records.count
        var polled = try consumer.poll(into: &records, limit: limit, wait: wait) { !listener.changes.isEmpty }
        polled.change = listener.changes.next()
        switch polled.change {
        case .assigned, .lost:
            consumer.forget()
            records.removeSubrange(first...)
            polled.ended = []
        case .revoked, nil: break
        }
        return polled
    }

    public func headers(of record: Record) -> [Header] { consumer.headers(of: record) }

    public func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        try queries.bounds(of: partitions)
    }

    public func lastKnownEnd(of partition: TopicPartition) -> Int64? { consumer.lastKnownEnd(of: partition) }

    public func committed(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        let list = PartitionList(partitions)
        let code = list.withPointer { rd_kafka_committed(consumer.client.handle, $0, 2_000) }
        try KafkaFault.check(code, .askingCommitted)
        var offsets: [TopicPartition: Int64] = [:]
        try list.forEach { partition, offset, code throws(Fault) in
            try KafkaFault.check(code, .askingCommitted, partition.description)
            if offset >= 0 { offsets[partition] = offset }
        }
        return offsets
    }

    public func release(assignment: [TopicPartition]) throws(Fault) {
        consumer.forget()
        listener.changes.released()
        try KafkaFault.check(rd_kafka_assign(consumer.client.handle, nil), .assigning)
    }

    public func close() { close(leave: false) }

    /// Without `leave` a static member sends no LeaveGroup: the broker keeps its place for session.timeout.ms. With
    /// `leave` it unsubscribes first, which does send one, by member id, for static members too. Where no place is
    /// kept it always leaves, or the others would wait for it.
    public func close(leave: Bool) {
        guard !listener.changes.isClosing else { return }
        listener.changes.isClosing = true
        if listener.changes.isLeaving { rd_kafka_assign(consumer.client.handle, nil) }
        if leave || !keepsPlace { unsubscribe() }
        closeGroup()
        consumer.close()
    }

    /// Leaving empties the member id, which is how we know that the request is on its way.
    private func unsubscribe() {
        let deadline = Deadline(in: 5_000)
        rd_kafka_unsubscribe(consumer.client.handle)
        while !deadline.isOver, !memberId.isEmpty { consumer.drain(wait: 50) }
    }

    private var memberId: String {
        guard let text = rd_kafka_memberid(consumer.client.handle) else { return "" }
        defer { rd_kafka_mem_free(consumer.client.handle, text) }
        return String(cString: text)
    }

    /// `rd_kafka_consumer_close` waits without end; this is the same with one.
    private func closeGroup() {
        let handle = consumer.client.handle
        guard let queue = rd_kafka_queue_new(handle) else { return }
        defer { rd_kafka_queue_destroy(queue) }
        if let error = rd_kafka_consumer_close_queue(handle, queue) {
            rd_kafka_error_destroy(error)
            return
        }
        let deadline = Deadline(in: 10_000)
        while !deadline.isOver, rd_kafka_consumer_closed(handle) == 0 { consumer.drain(wait: 50, from: queue) }
    }
}
