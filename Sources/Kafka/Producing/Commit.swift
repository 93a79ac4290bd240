import CRdkafka
import Pipeline

/// The end of one transaction, as the commit thread runs it: offsets, flush, commit, and on clusters that need it a
/// plain offset commit.
struct Commit: Sendable {
    let client: Client
    let session: GroupSession
    let offsets: [TopicPartition: Int64]
    let begun: ContinuousClock.Instant
    let timeout: Int32
    let isPlain: Bool

    func run() throws(Fault) {
        try sendOffsets()
        try commit()
        if isPlain { try PlainCommit.run(offsets, session: session, timeout: timeout) }
    }

    /// The same offsets twice are the same offsets, so what can be retried is.
    private func sendOffsets() throws(Fault) {
        let list = PartitionList(offsets)
        let deadline = Deadline(in: timeout)
        while let error = list.withPointer({
            rd_kafka_send_offsets_to_transaction(client.handle, $0, session.metadata, deadline.remaining)
        }) {
            let fault = KafkaFault(consuming: error, .sendingOffsets, transactionExpired: isExpired)
            if !fault.isRetriable || deadline.isOver { throw client.explained(fault).fault }
            client.serve(wait: 20)
        }
    }

    /// Flushes, then commits. Going on after a retriable answer resumes the same commit; a timeout leaves its result
    /// unknown. Records that no broker takes time out after the transaction's time themselves, which librdkafka notices
    /// a second later: waiting for that makes an abort with a cause of what would be an unknown result.
    private func commit() throws(Fault) {
        let deadline = Deadline(in: timeout + Self.recordsTimeOut)
        while let error = rd_kafka_commit_transaction(client.handle, deadline.remaining) {
            let fault = KafkaFault(consuming: error, .committing, transactionExpired: isExpired)
            let isUnknown = fault.code == RD_KAFKA_RESP_ERR__TIMED_OUT
            if !fault.isRetriable || isUnknown || deadline.isOver { throw client.explained(fault).fault }
            client.serve(wait: 20)
        }
    }

    private var isExpired: Bool { ContinuousClock.now - begun >= .milliseconds(Int(timeout)) }

    static let recordsTimeOut: Int32 = 2_000
}

/// The offset commit of a plain consumer, for clusters whose transactions do not store offsets. It comes after the
/// records are visible, so such a cluster has each record at least once. librdkafka's mock refuses it while the group
/// rebalances, where Kafka would take it: that is noted and passed over.
enum PlainCommit {
    static func run(_ offsets: [TopicPartition: Int64], session: GroupSession, timeout: Int32) throws(Fault) {
        guard let consumer = session.consumer else {
            throw KafkaFault(code: RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, operation: .committingOffsets).fault
        }
        let list = PartitionList(offsets)
        let answers: OpaquePointer = rd_kafka_queue_new(consumer.handle)
        defer { rd_kafka_queue_destroy(answers) }
        let code = list.withPointer { rd_kafka_commit_queue(consumer.handle, $0, answers, nil, nil) }
        try KafkaFault.check(code, .committingOffsets)
        guard let event = withExtendedLifetime(consumer, { rd_kafka_queue_poll(answers, timeout) }) else {
            throw KafkaFault(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .committingOffsets).fault
        }
        defer { rd_kafka_event_destroy(event) }
        let answer = rd_kafka_event_error(event)
        if answer == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS {
            return consumer.reports.warn(
                "offsets were not stored: the embedded cluster refuses them during a rebalance"
            )
        }
        try KafkaFault.check(answer, .committingOffsets)
    }
}
