import CRdkafka
public import Pipeline

/// A transactional producer. Values are sent from the outbox where they lie, so the outbox must stay untouched until the
/// transaction has ended: `commitDone` said true, `abort` returned, or, after ``Fault/Recovery/restartLine``, ``close()``
/// returned.
///
/// The result of a commit whose answer did not come is unknown, and asking again is no cure: such an outlet is closed, a
/// new one takes over the transactional id, and state comes from what is committed.
public final class KafkaOutlet: Outlet {
    /// Nil once closed: the client must be gone, not only idle, before the outbox may change.
    private var owned: Client?
    private let topics: [OpaquePointer]
    private let committer = CommitThread()
    private let commitsPlainly: Bool
    private let timeout: Int32
    private var sending: Sending
    private var begun = ContinuousClock.now

    /// - Parameters:
    ///   - commitsPlainly: the cluster takes offsets inside a transaction but does not store them (librdkafka's mock); a plain
    ///     commit by the consumer follows.
    ///   - timeout: the transaction's, in ms; no step of its ending waits longer.
    init(_ client: Client, topics names: [String], commitsPlainly: Bool, timeout: Int32) {
        owned = client
        self.commitsPlainly = commitsPlainly
        self.timeout = timeout
        topics = names.compactMap { rd_kafka_topic_new(client.handle, $0, nil) }
        precondition(topics.count == names.count, "a topic name that Kafka does not allow")
        sending = Sending(topics: topics, patience: timeout)
    }

    deinit { close() }

    /// May be called again after a ``Fault/Recovery/retry``; it goes on where it was.
    public func initialize() throws(Fault) {
        let deadline = Deadline(in: 30_000)
        while true {
            client.serve()
            try client.reports.checkRefusal(.initializing)
            guard let error = rd_kafka_init_transactions(client.handle, min(2_000, deadline.remaining)) else { return }
            let fault = KafkaFault(consuming: error, .initializing)
            if !fault.isRetriable || deadline.isOver { throw fault.fault }
        }
    }

    public func begin() throws(Fault) {
        client.serve()
        _ = client.reports.takeFailures()
        if let error = rd_kafka_begin_transaction(client.handle) {
            throw KafkaFault(consuming: error, .beginning).fault
        }
        begun = .now
    }

    public func send(_ outbox: borrowing Outbox) throws(Fault) {
        try sending.send(outbox, through: client)
        client.serve()
    }

    public func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        precondition(!offsets.isEmpty, "a transaction without offsets is not fenced")
        guard let session = membership.handle as? GroupSession else { preconditionFailure("not our membership") }
        let commit = Commit(
            client: client, session: session, offsets: offsets, begun: begun, timeout: timeout, isPlain: commitsPlainly)
        committer.start { Result { () throws(Fault) in try commit.run() } }
    }

    public func commitDone(wait: Int32) throws(Fault) -> Bool {
        guard let outcome = committer.wait(milliseconds: wait) else { return false }
        try outcome.get()
        return true
    }

    /// Drops what is queued and waits for what is under way.
    public func abort() throws(Fault) {
        let deadline = Deadline(in: timeout)
        while let error = rd_kafka_abort_transaction(client.handle, deadline.remaining) {
            let fault = KafkaFault(consuming: error, .aborting, transactionExpired: isExpired)
            if !fault.isRetriable || deadline.isOver { throw fault.fault }
        }
        _ = client.reports.takeFailures()
    }

    /// An open transaction is left to its successor, or to its timeout.
    public func close() {
        guard let client = owned else { return }
        committer.join()
        rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        client.serve()
        topics.forEach(rd_kafka_topic_destroy)
        owned = nil
    }

    private var client: Client {
        guard let owned else { preconditionFailure("the outlet is closed") }
        return owned
    }

    private var isExpired: Bool { ContinuousClock.now - begun >= .milliseconds(Int(timeout)) }
}

/// The end of one transaction, as the commit thread runs it: offsets, flush, commit, and on clusters that need it a plain
/// offset commit.
private struct Commit: Sendable {
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
            if !fault.isRetriable || deadline.isOver { throw explained(fault).fault }
        }
    }

    /// Flushes, then commits. Going on after a retriable answer resumes the same commit; a timeout leaves its result unknown.
    private func commit() throws(Fault) {
        let deadline = Deadline(in: timeout)
        while let error = rd_kafka_commit_transaction(client.handle, deadline.remaining) {
            let fault = KafkaFault(consuming: error, .committing, transactionExpired: isExpired)
            let isUnknown = fault.code == RD_KAFKA_RESP_ERR__TIMED_OUT
            if !fault.isRetriable || isUnknown || deadline.isOver { throw explained(fault).fault }
        }
    }

    private var isExpired: Bool { ContinuousClock.now - begun >= .milliseconds(Int(timeout)) }

    /// A transaction that must be aborted says only that; the first record that could not be delivered says why.
    private func explained(_ fault: KafkaFault) -> KafkaFault {
        guard fault.requiresAbort, let cause = client.reports.takeFailures().first else { return fault }
        var explained = fault
        explained.code = cause
        return explained
    }
}

/// The offset commit of a plain consumer, for clusters whose transactions do not store offsets. It comes after the records
/// are visible, so such a cluster has each record at least once. librdkafka's mock refuses it while the group rebalances,
/// where Kafka would take it: that is noted and passed over.
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
            return consumer.reports.warn("offsets were not stored: the embedded cluster refuses them during a rebalance")
        }
        try KafkaFault.check(answer, .committingOffsets)
    }
}
