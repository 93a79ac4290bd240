import Events
import Pipeline

/// A commit on its way: offsets first, then the end of the transaction. A step that failed with `.retry` is made again.
struct CommitProgress {
    private enum Stage {
        case offsets
        case commit
        case after
    }

    let seat: PortSeat
    let identity: ProducerIdentity
    let offsets: [TopicPartition: Int64]
    let membership: Membership
    private var stage = Stage.offsets
    /// Set when the caller will not learn the outcome: whether it is a commit.
    private var lost: Bool?
    /// How often `commitDone` still answers false.
    var falseAnswers = 0
    /// Nil until it has been driven as far as it goes.
    var outcome: Result<Void, Fault>?

    init(seat: PortSeat, identity: ProducerIdentity, offsets: [TopicPartition: Int64], membership: Membership) {
        self.seat = seat
        self.identity = identity
        self.offsets = offsets
        self.membership = membership
    }

    mutating func answersFalse() -> Bool {
        guard falseAnswers > 0 else { return false }
        falseAnswers -= 1
        return true
    }

    /// Goes on until the commit is done or a fault stops it.
    mutating func advance(_ broker: inout Broker) -> Result<Void, Fault> {
        do throws(Fault) {
            if stage == .offsets { try deliverOffsets(&broker) }
            if stage == .commit { try commit(&broker) }
            let doing = "learning of the commit"
            if try begin(.afterCommit, doing, &broker) != nil { throw Fault.injectedLoss(doing: doing) }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// The offsets go at once; the commit itself is asked for later. What they meet is the outcome.
    mutating func sendOffsets(_ broker: inout Broker) {
        do throws(Fault) {
            try deliverOffsets(&broker)
        } catch {
            outcome = .failure(error)
        }
    }

    /// An empty list is not sent at all, and so its membership is never checked: the client's leak, kept on purpose.
    private mutating func deliverOffsets(_ broker: inout Broker) throws(Fault) {
        if !offsets.isEmpty {
            let effect = try begin(.offsets, "sending offsets to the transaction", &broker)
            if case .lost(let committed) = effect { lost = committed }
            try broker.add(offsets, membership: membership, to: identity)
        }
        stage = .commit
    }

    private mutating func commit(_ broker: inout Broker) throws(Fault) {
        let doing = "committing the transaction"
        let effect = try begin(.commit, doing, &broker)
        if case .lost(let committed) = effect { lost = committed }
        if lost == false {
            broker.expire(identity.transactionalId)
        } else {
            try broker.end(identity, committed: true, doing: doing)
        }
        if lost != nil { throw .injectedLoss(doing: doing) }
        stage = .after
    }

    private func begin(
        _ step: FaultPlan.Step,
        _ doing: String,
        _ broker: inout Broker
    ) throws(Fault) -> FaultEffect? {
        let effect = try seat.enter(step, doing: doing, &broker)
        try effect?.strike(identity.transactionalId, doing: doing, &broker)
        return effect
    }
}

extension FaultEffect {
    /// Throws what ends an outlet's call before it has an effect; the other effects are left to the call.
    func strike(_ transactionalId: String, doing: String, _ broker: inout Broker) throws(Fault) {
        switch self {
        case .gone: throw .processGone(doing: doing)
        case .retry: throw .injectedRetry(doing: doing)
        case .abort: throw .injectedAbort(doing: doing)
        case .broken: throw .injectedBreak(doing: doing)
        case .fenced:
            broker.fence(transactionalId)
            throw .fenced(doing: doing)
        case .doneThenRetry, .lost: return
        }
    }
}

/// An outbox as the lock's closure can hold it: the arrays are shared, the bytes pointed at.
struct OutgoingBatch {
    let records: [Outgoing]
    let headers: [[Header]]
    private let base: UnsafePointer<UInt8>

    /// Valid while the outbox is neither changed nor gone.
    init(_ outbox: borrowing Outbox) {
        records = outbox.records
        headers = outbox.headers
        base = UnsafePointer(outbox.bytes.base)
    }

    @inline(__always)
    func key(of record: Outgoing) -> Bytes {
        record.keyCount < 0 ? .none : Bytes(start: base + record.keyStart, count: record.keyCount)
    }

    @inline(__always)
    func value(of record: Outgoing) -> Bytes {
        record.valueCount < 0 ? .none : Bytes(start: base + record.valueStart, count: record.valueCount)
    }
}
