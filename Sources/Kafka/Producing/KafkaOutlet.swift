import CRdkafka
public import Pipeline

/// A transactional producer. Values are sent from the outbox where they lie, so the outbox must stay untouched until
/// the transaction has ended: `commitDone` said true, or `abort` or ``close()`` returned, thrown or not.
///
/// The result of a commit whose answer did not come is unknown, and asking again is no cure: such an outlet is closed,
/// a new one takes over the transactional id, and state comes from what is committed.
public final class KafkaOutlet: Outlet {
    /// Nil once closed: the client must be gone, not only idle, before the outbox may change.
    private var owned: Client?
    private let topics: [OpaquePointer]
    private let committer = CommitThread()
    private let commitsPlainly: Bool
    private let timeout: Int32
    private var sending: Sending
    private var begun = ContinuousClock.now
    /// A commit was started and its outcome not taken yet.
    private var isCommitting = false

    /// - Parameters:
    ///   - topics: names with their partition counts, by ``Pipeline/Outgoing/topic``.
    ///   - commitsPlainly: the cluster takes offsets inside a transaction but does not store them (librdkafka's mock);
    ///     a plain commit by the consumer follows.
    ///   - timeout: the transaction's, in ms; no step of its ending waits longer.
    init(_ client: Client, topics: [(name: String, partitions: Int32)], commitsPlainly: Bool, timeout: Int32) {
        owned = client
        self.commitsPlainly = commitsPlainly
        self.timeout = timeout
        self.topics = topics.compactMap { rd_kafka_topic_new(client.handle, $0.name, nil) }
        precondition(self.topics.count == topics.count, "a topic name that Kafka does not allow")
        sending = Sending(topics: self.topics, partitions: topics.map(\.partitions), patience: timeout)
    }

    deinit { close() }

    /// May be called again after a ``Pipeline/Fault/Recovery/retry``; it goes on where it was.
    public func initialize() throws(Fault) {
        let client = try client()
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
        let client = try client()
        client.serve()
        _ = client.reports.takeFailures()
        if let error = rd_kafka_begin_transaction(client.handle) {
            throw KafkaFault(consuming: error, .beginning).fault
        }
        begun = .now
    }

    public func send(_ outbox: borrowing Outbox) throws(Fault) {
        let client = try client()
        try sending.send(outbox, through: client)
        client.serve()
    }

    public func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        precondition(!offsets.isEmpty, "a transaction without offsets is not fenced")
        guard let owned, let session = membership.handle as? GroupSession else {
            preconditionFailure("a closed outlet, or a membership that is not Kafka's")
        }
        let commit = Commit(
            client: owned,
            session: session,
            offsets: offsets,
            begun: begun,
            timeout: timeout,
            isPlain: commitsPlainly
        )
        committer.start { Result { () throws(Fault) in try commit.run() } }
        isCommitting = true
    }

    public func commitDone(wait: Int32) throws(Fault) -> Bool {
        guard let outcome = committer.wait(milliseconds: wait) else { return false }
        isCommitting = false
        try outcome.get()
        return true
    }

    /// Drops what is queued and waits for what is under way. A commit that was started is waited for first; if it
    /// happened, there is nothing to abort. If the abort does not succeed, the producer is let go, and the outbox with
    /// it.
    public func abort() throws(Fault) {
        do throws(Fault) {
            if try !isCommitted() { try endTransaction() }
        } catch {
            close()
            throw error
        }
    }

    private func isCommitted() throws(Fault) -> Bool {
        guard isCommitting else { return false }
        isCommitting = false
        switch committer.wait(milliseconds: 3 * timeout + Commit.recordsTimeOut) {
        case .success: return true
        case .failure: return false
        case nil: throw KafkaFault(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .aborting).fault
        }
    }

    private func endTransaction() throws(Fault) {
        let client = try client()
        let deadline = Deadline(in: timeout)
        while let error = rd_kafka_abort_transaction(client.handle, deadline.remaining) {
            let fault = KafkaFault(consuming: error, .aborting, transactionExpired: isExpired)
            if !fault.isRetriable || deadline.isOver { throw fault.fault }
            client.serve(wait: 20)
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

    private func client() throws(Fault) -> Client {
        guard let owned else { throw KafkaFault(code: RD_KAFKA_RESP_ERR__DESTROY, operation: .beginning).fault }
        return owned
    }

    private var isExpired: Bool { ContinuousClock.now - begun >= .milliseconds(Int(timeout)) }
}
