import Events
import Pipeline

/// A transactional producer.
///
///     made ── initialize ──▶ ready ── begin ──▶ open ── startCommit ──▶ committing ── done ──▶ ready
///                              ▲                 │                          │
///                              └──── abort ──────┴──── mustAbort ◀── fault ─┘
///
/// A fault that restarts or stops breaks the outlet: every later call throws it again.
final class MemoryOutlet: Outlet {
    private enum Phase {
        case made
        case ready
        case open
        case committing(CommitProgress)
        case mustAbort(Fault)
    }

    private var seat: PortSeat
    private let transactionalId: String
    private let topics: [TopicLog]
    private var identity = ProducerIdentity(transactionalId: "", producer: -1, epoch: -1)
    private var phase = Phase.made

    init(_ seat: PortSeat, _ transactionalId: String, _ topics: [TopicLog]) {
        self.seat = seat
        self.transactionalId = transactionalId
        self.topics = topics
    }

    // MARK: Beginning

    func initialize() throws(Fault) {
        let doing = "initializing \(transactionalId)"
        guard case .made = phase else { throw refusal(doing) }
        try call(.initialize, doing) { (broker, effect) throws(Fault) in
            identity = broker.initialize(transactionalId)
            if effect == .doneThenRetry { throw .injectedRetry(doing: doing) }
            phase = .ready
        }
    }

    func begin() throws(Fault) {
        let doing = "beginning a transaction"
        guard case .ready = phase else { throw refusal(doing) }
        try call(.begin, doing) { (broker, _) throws(Fault) in
            try broker.transactions.check(identity, doing: doing)
            phase = .open
        }
    }

    // MARK: Producing

    func send(_ outbox: borrowing Outbox) throws(Fault) {
        guard case .open = phase else { throw refusal("producing") }
        let batch = OutgoingBatch(outbox)
        try call(.send, "producing") { (broker, _) throws(Fault) in
            try broker.transactions.check(identity, doing: "producing")
            if !batch.records.isEmpty { broker.openTransaction(identity) }
            for record in batch.records { try append(record, of: batch, &broker) }
        }
    }

    @inline(__always)
    private func append(_ record: Outgoing, of batch: OutgoingBatch, _ broker: inout Broker) throws(Fault) {
        let topic = topics[Int(record.topic)]
        let log = try topic.partition(record.partition, doing: "producing")
        try broker.admit(record.keyCount, record.valueCount, to: topic)
        if log.opens(identity.producer) { broker.add(log, to: identity) }
        log.append(
            key: batch.key(of: record),
            value: batch.value(of: record),
            timestamp: record.timestamp == EventTime.unknown ? broker.now : record.timestamp,
            headers: record.headers < 0 ? [] : batch.headers[Int(record.headers)],
            producer: identity.producer
        )
    }

    // MARK: Ending

    func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        guard case .open = phase else { return }
        var progress = CommitProgress(seat: seat, identity: identity, offsets: offsets, membership: membership)
        progress.falseAnswers = seat.log.locked { broker in broker.commitDelayPolls }
        if progress.falseAnswers == 0 {
            drive(&progress)
        } else {
            seat.log.locked { broker in progress.sendOffsets(&broker) }
        }
        phase = .committing(progress)
    }

    func commitDone(wait: Int32) throws(Fault) -> Bool {
        let doing = "committing the transaction"
        try requireUsable(doing)
        guard case .committing(var progress) = phase else { throw refusal(doing) }
        if progress.outcome == nil {
            if progress.answersFalse() {
                phase = .committing(progress)
                return false
            }
            drive(&progress)
        }
        return try settle(&progress)
    }

    private func drive(_ progress: inout CommitProgress) {
        progress.outcome = seat.log.locked { broker in progress.advance(&broker) }
    }

    /// Reports the outcome and goes where it leads.
    private func settle(_ progress: inout CommitProgress) throws(Fault) -> Bool {
        guard case .failure(let fault) = progress.outcome else {
            phase = .ready
            return true
        }
        progress.outcome = nil
        switch fault.recovery {
        case .retry: phase = .committing(progress)
        case .abortBatch: phase = .mustAbort(fault)
        case .restartLine, .stop: seat.broken = fault
        }
        throw fault
    }

    /// A commit that was started is waited for first; if it happened, there is nothing to abort.
    func abort() throws(Fault) {
        let doing = "aborting the transaction"
        switch phase {
        case .open, .mustAbort: break
        case .committing(var progress):
            if progress.outcome == nil { drive(&progress) }
            if case .success = progress.outcome {
                phase = .ready
                return
            }
            phase = .open
        case .made, .ready: throw refusal(doing)
        }
        try call(.abort, doing) { (broker, effect) throws(Fault) in
            try broker.end(identity, committed: false, doing: doing)
            phase = .ready
            if effect != nil { throw .injectedLoss(doing: doing) }
        }
    }

    /// Like the client's, closing ends no transaction: the timeout or the successor does.
    func close() { seat.broken = .state(doing: "using a closed producer", "make a new one") }

    // MARK: Faults

    /// Makes a call as one step. Effects that change the call itself are handed to it; the others end it here.
    private func call(
        _ step: FaultPlan.Step,
        _ doing: String,
        _ body: (inout Broker, FaultEffect?) throws(Fault) -> Void
    ) throws(Fault) {
        do throws(Fault) {
            try seat.log.locked { (broker) throws(Fault) in
                let effect = try seat.enter(step, doing: doing, &broker)
                try effect?.strike(transactionalId, doing: doing, &broker)
                try body(&broker, effect)
            }
        } catch {
            if case .abortBatch = error.recovery { phase = .mustAbort(error) }
            if error.isFinal { seat.broken = error }
            throw error
        }
    }

    private func requireUsable(_ doing: String) throws(Fault) {
        try seat.log.locked { (broker) throws(Fault) in try broker.requireAlive(seat.process, doing: doing) }
        if let broken = seat.broken { throw broken }
    }

    /// Why a call is refused in this phase: the process is gone, the outlet broken, an abort is due, or our mistake.
    private func refusal(_ doing: String) -> Fault {
        do throws(Fault) { try requireUsable(doing) } catch { return error }
        switch phase {
        case .made: return .state(doing: doing, "initialize the producer first")
        case .ready: return .state(doing: doing, "no transaction is open")
        case .open: return .state(doing: doing, "a transaction is open")
        case .committing: return .state(doing: doing, "a commit is on its way")
        case .mustAbort(let fault): return fault
        }
    }
}
