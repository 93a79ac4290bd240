import CRdkafka
import Events
import Pipeline

/// Hands records to librdkafka without copying their values: in runs of one topic where it can, one by one where a
/// record has headers or a time, which the batch call does not take. Order within a partition is kept.
struct Sending {
    private let topics: [OpaquePointer]
    private let partitions: [Int32]
    private var batches: [[rd_kafka_message_t]]
    /// How long a full queue is waited for.
    private let patience: Int32

    private static let flags = RD_KAFKA_MSG_F_PARTITION

    init(topics: [OpaquePointer], partitions: [Int32], patience: Int32) {
        self.partitions = partitions
        self.topics = topics
        self.patience = patience
        batches = Array(repeating: [], count: topics.count)
    }

    mutating func send(_ outbox: borrowing Outbox, through client: Client) throws(Fault) {
        for index in batches.indices { batches[index].removeAll(keepingCapacity: true) }
        for record in outbox.records {
            let topic = Int(record.topic)
            guard record.partition < partitions[topic] else { throw unknown(record) }
            let key = outbox.key(of: record)
            let value = outbox.value(of: record)
            if record.headers < 0, record.timestamp == EventTime.unknown {
                batches[topic].append(rd_kafka_message_t(partition: record.partition, key: key, value: value))
            } else {
                try flush(topic, client)
                let headers = record.headers < 0 ? [] : outbox.headers[Int(record.headers)]
                try sendAlone(record, key, value, headers, client)
            }
        }
        for topic in batches.indices { try flush(topic, client) }
    }

    /// Walks every message's own error: a full queue refuses some of a batch, and those are tried again in order.
    private mutating func flush(_ topic: Int, _ client: Client) throws(Fault) {
        let deadline = Deadline(in: patience)
        while !batches[topic].isEmpty {
            let count = Int32(batches[topic].count)
            let accepted = rd_kafka_produce_batch(
                topics[topic],
                Int32(RD_KAFKA_PARTITION_UA),
                Self.flags,
                &batches[topic],
                count
            )
            if accepted == count { return batches[topic].removeAll(keepingCapacity: true) }
            batches[topic].removeAll { $0.err == RD_KAFKA_RESP_ERR_NO_ERROR }
            if let worst = batches[topic].first(where: { $0.err != RD_KAFKA_RESP_ERR__QUEUE_FULL })
                ?? batches[topic].first
            {
                try wait(after: worst.err, topic, deadline, client)
            }
        }
    }

    private func sendAlone(
        _ record: Outgoing,
        _ key: Bytes,
        _ value: Bytes,
        _ headers: [Header],
        _ client: Client
    ) throws(Fault) {
        let deadline = Deadline(in: patience)
        let topic = Int(record.topic)
        while true {
            let code = SingleRecord.produce(
                client,
                topics[topic],
                record.partition,
                key,
                value,
                record.timestamp,
                headers,
                copy: false
            )
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            try wait(after: code, topic, deadline, client)
        }
    }

    /// Refused here, because 2.0.2 forgets to free a batch's record for an unknown partition, and then waits for it.
    private func unknown(_ record: Outgoing) -> Fault {
        let topic = String(cString: rd_kafka_topic_name(topics[Int(record.topic)]))
        let partition = TopicPartition(topic, record.partition).description
        return KafkaFault(code: RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, operation: .producing, subject: partition).fault
    }

    /// Waits where waiting helps.
    private func wait(
        after code: rd_kafka_resp_err_t,
        _ topic: Int,
        _ deadline: Deadline,
        _ client: Client
    ) throws(Fault) {
        if code == RD_KAFKA_RESP_ERR__QUEUE_FULL, !deadline.isOver { return client.serve(wait: 10) }
        if let fault = client.fatal(.producing) { throw fault }
        let name = String(cString: rd_kafka_topic_name(topics[topic]))
        throw client.explained(KafkaFault(code: code, operation: .producing, subject: name)).fault
    }
}

extension rd_kafka_message_t {
    /// The value is sent from where it lies, the key is copied.
    fileprivate init(partition: Int32, key: Bytes, value: Bytes) {
        self.init()
        self.partition = partition
        self.key = UnsafeMutableRawPointer(mutating: key.start)
        key_len = key.count
        payload = UnsafeMutableRawPointer(mutating: value.start)
        len = value.count
    }
}

/// One record with all that a record can have.
enum SingleRecord {
    static func produce(
        _ client: Client,
        _ topic: OpaquePointer,
        _ partition: Int32,
        _ key: Bytes,
        _ value: Bytes,
        _ timestamp: Int64,
        _ headers: [Header],
        copy: Bool
    ) -> rd_kafka_resp_err_t {
        let list = Headers.make(headers)
        var fields = [
            field(RD_KAFKA_VTYPE_RKT) { $0.rkt = topic },
            field(RD_KAFKA_VTYPE_PARTITION) { $0.i32 = partition },
            field(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = copy ? RD_KAFKA_MSG_F_COPY : 0 },
            memory(RD_KAFKA_VTYPE_KEY, key),
            memory(RD_KAFKA_VTYPE_VALUE, value),
        ]
        if timestamp != EventTime.unknown { fields.append(field(RD_KAFKA_VTYPE_TIMESTAMP) { $0.i64 = timestamp }) }
        if let list { fields.append(field(RD_KAFKA_VTYPE_HEADERS) { $0.headers = list }) }
        guard let error = rd_kafka_produceva(client.handle, &fields, fields.count) else {
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
        defer { rd_kafka_error_destroy(error) }
        if let list { rd_kafka_headers_destroy(list) }
        return rd_kafka_error_code(error)
    }

    private static func memory(_ type: rd_kafka_vtype_t, _ bytes: Bytes) -> rd_kafka_vu_t {
        field(type) { union in
            union.mem.ptr = UnsafeMutableRawPointer(mutating: bytes.start)
            union.mem.size = bytes.count
        }
    }

    private static func field(
        _ type: rd_kafka_vtype_t,
        _ set: (inout rd_kafka_vu_t.__Unnamed_union_u) -> Void
    ) -> rd_kafka_vu_t {
        var field = rd_kafka_vu_t()
        field.vtype = type
        set(&field.u)
        return field
    }
}
