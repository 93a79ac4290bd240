import CRdkafka
import Events
public import Pipeline

/// Finds out what our own principal may do by asking for it in ways that change nothing. Clusters tell their rules to
/// administrators only; everybody is told no.
///
/// Each question answers true or false, and throws what is neither. Used by one thread.
public final class RightsTrial {
    private let cluster: KafkaCluster
    /// Whoever holds the transactional id now; the next producer of that id makes it stale.
    private var holder: Client?
    private let nothing = "shopstream.doctor.none"

    public init(_ cluster: KafkaCluster) { self.cluster = cluster }

    public func mayDescribe(topic: String) throws(Fault) -> Bool {
        let client = try cluster.queries.client()
        let handle = rd_kafka_topic_new(client.handle, topic, nil)
        defer { rd_kafka_topic_destroy(handle) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.handle, 0, handle, &metadata, 10_000)
        try KafkaFault.check(code, .listing, topic)
        defer { rd_kafka_metadata_destroy(metadata) }
        guard let metadata, metadata.pointee.topic_cnt == 1 else { return false }
        return try answer { () throws(Fault) in
            try KafkaFault.check(metadata.pointee.topics[0].err, .listing, topic)
        }
    }

    /// Fetches at the log's end.
    public func mayRead(topic: String) throws(Fault) -> Bool {
        try answer { () throws(Fault) in
            let reader = try cluster.makeReader(topics: [topic])
            defer { reader.close() }
            let partition = TopicPartition(topic, 0)
            let end = try reader.bounds(of: [partition])[partition]?.end ?? 0
            try reader.fetch(from: [partition: end])
            let deadline = Deadline(in: 10_000)
            var records: [Record] = []
            while records.isEmpty, try reader.poll(into: &records, limit: 1, wait: 200).ended.isEmpty {
                if deadline.isOver { throw KafkaFault(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .reading).fault }
            }
        }
    }

    /// Takes the id, and with it the place of whoever had it.
    public func mayTransact(as id: String) throws(Fault) -> Bool {
        try answer(.transactionalId) { () throws(Fault) in holder = try producer(id) }
    }

    /// A stale producer asks to write: who may not is told so, who may is told that it is stale. Nothing is written.
    /// - Parameter id: one that ``mayTransact(as:)`` has taken.
    public func mayWrite(topic: String, as id: String) throws(Fault) -> Bool {
        if holder == nil { holder = try producer(id) }
        let successor = try producer(id)
        guard let stale = holder else { return false }
        holder = successor
        return try answer { () throws(Fault) in
            if let error = rd_kafka_begin_transaction(stale.handle) {
                throw KafkaFault(consuming: error, .beginning).fault
            }
            let handle: OpaquePointer = rd_kafka_topic_new(stale.handle, topic, nil)
            defer {
                rd_kafka_purge(stale.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
                stale.serve()
                rd_kafka_topic_destroy(handle)
            }
            let code = SingleRecord.produce(stale, handle, 0, .none, .none, EventTime.unknown, [], copy: true)
            try KafkaFault.check(code, .producing, topic)
            try waitUntilStale(stale, topic)
        }
    }

    /// Commits an offset of a topic that does not exist.
    public func mayRead(group: String) throws(Fault) -> Bool {
        do throws(Fault) {
            try GroupAdmin(cluster).reset(group, to: [TopicPartition(nothing, 0): 0])
            return true
        } catch {
            if error.code == Denial.group.rawValue { return false }
            guard error.recovery != .retry else { throw error }
            return true
        }
    }

    /// Asks whether a topic could be made, without making it. A right to the cluster includes it.
    public func mayCreateTopics() throws(Fault) -> Bool {
        var topic = rd_kafka_NewTopic_new(nothing, 1, -1, nil, 0)
        defer { rd_kafka_NewTopic_destroy(topic) }
        let client = try cluster.queries.client()
        return try answer { () throws(Fault) in
            try AdminCall(client: client).run(RD_KAFKA_ADMIN_OP_CREATETOPICS, nothing) { options, answers in
                rd_kafka_AdminOptions_set_validate_only(options, 1, nil, 0)
                rd_kafka_CreateTopics(client.handle, &topic, 1, options, answers)
            } read: { event throws(Fault) in
                var count = 0
                let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
                try AdminCall.check(results, count)
            }
        }
    }

    private func producer(_ id: String) throws(Fault) -> Client {
        let client = try cluster.client(.transactional(id: id))
        let deadline = Deadline(in: 20_000)
        while let error = rd_kafka_init_transactions(client.handle, min(2_000, deadline.remaining)) {
            let fault = KafkaFault(consuming: error, .initializing)
            client.serve()
            try client.reports.checkRefusal(.initializing)
            if !fault.isRetriable || deadline.isOver { throw fault.fault }
        }
        return client
    }

    /// Beginning again is refused with the transaction's own state, which is how it is learned.
    private func waitUntilStale(_ client: Client, _ topic: String) throws(Fault) {
        let deadline = Deadline(in: 10_000)
        while client.fatal(.producing) == nil {
            client.serve(wait: 20)
            guard let error = rd_kafka_begin_transaction(client.handle) else { return }
            var fault = KafkaFault(consuming: error, .producing)
            fault.subject = topic
            if fault.isFatal { return }
            if fault.requiresAbort { throw fault.fault }
            if deadline.isOver { throw KafkaFault(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .producing).fault }
        }
    }

    private func answer(_ denial: Denial = .topic, _ ask: () throws(Fault) -> Void) throws(Fault) -> Bool {
        do throws(Fault) {
            try ask()
            return true
        } catch {
            if error.code == denial.rawValue { return false }
            throw error
        }
    }
}

/// How a broker says no, by what it was asked.
private enum Denial: String {
    case topic = "TOPIC_AUTHORIZATION_FAILED"
    case group = "GROUP_AUTHORIZATION_FAILED"
    case transactionalId = "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"
}
