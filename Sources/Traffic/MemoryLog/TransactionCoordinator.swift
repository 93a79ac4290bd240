import Pipeline

/// A producer's name with the epoch that it was given.
struct ProducerIdentity: Sendable, Equatable {
    var transactionalId: String
    var producer: Int32
    var epoch: Int32
}

/// What ending a transaction means for the logs and groups that it touched.
struct TransactionEnding {
    var producer: Int32
    var committed: Bool
    var partitions: [PartitionLog]
    var groups: Set<String>
}

/// Kafka's transaction coordinator: who holds each transactional id, and what its open transaction has touched.
///
///     absent ── initialize ──▶ empty ── send, offsets ──▶ ongoing ── commit, abort ──▶ empty
///                                ▲                           │
///                                └── initialize, timeout ────┘  (aborted, epoch bumped)
struct TransactionCoordinator: Sendable {
    private struct Ongoing {
        var since: Int64
        var partitions: [PartitionLog] = []
        var groups: Set<String> = []
    }

    private struct Holder {
        var producer: Int32
        var epoch: Int32
        /// The epoch that the last ``initialize`` handed out; a higher ``epoch`` means that a timeout fenced it.
        var handedOut: Int32
        var ongoing: Ongoing?
    }

    private var holders: [String: Holder] = [:]

    /// Hands the id to a new producer, and the predecessor's open transaction back for its abort.
    mutating func initialize(_ id: String) -> (identity: ProducerIdentity, aborted: TransactionEnding?) {
        let aborted = bump(id)
        var holder = holders[id] ?? Holder(producer: Int32(holders.count), epoch: 0, handedOut: 0)
        holder.handedOut = holder.epoch
        holders[id] = holder
        return (ProducerIdentity(transactionalId: id, producer: holder.producer, epoch: holder.epoch), aborted)
    }

    /// Fences the holder, as its successor would.
    mutating func fence(_ id: String) -> TransactionEnding? { initialize(id).aborted }

    /// Aborts the open transaction and bumps the epoch, so that the holder learns of it at its next call.
    mutating func expire(_ id: String) -> TransactionEnding? { bump(id) }

    /// Aborts what has been open for longer than `timeout`. In the order of the ids.
    mutating func expire(now: Int64, timeout: Int64) -> [TransactionEnding] {
        let late = holders.filter { $0.value.ongoing.map { now - $0.since > timeout } ?? false }
        return late.keys.sorted().compactMap { bump($0) }
    }

    private mutating func bump(_ id: String) -> TransactionEnding? {
        guard holders[id] != nil else { return nil }
        holders[id]?.epoch += 1
        return takeOngoing(id, committed: false)
    }

    /// Refuses a producer that is no longer the holder.
    func check(_ identity: ProducerIdentity, doing: String) throws(Fault) {
        guard let holder = holders[identity.transactionalId], holder.epoch != identity.epoch else { return }
        throw holder.handedOut == identity.epoch ? .staleEpoch(doing: doing) : .fenced(doing: doing)
    }

    /// Opens the transaction at the coordinator, which starts its clock.
    mutating func touch(_ identity: ProducerIdentity, now: Int64) {
        if holders[identity.transactionalId]?.ongoing == nil {
            holders[identity.transactionalId]?.ongoing = Ongoing(since: now)
        }
    }

    mutating func add(_ partition: PartitionLog, to identity: ProducerIdentity) {
        holders[identity.transactionalId]?.ongoing?.partitions.append(partition)
    }

    mutating func add(group: String, to identity: ProducerIdentity) {
        holders[identity.transactionalId]?.ongoing?.groups.insert(group)
    }

    /// Ends the transaction; nil when it never touched anything.
    mutating func end(_ identity: ProducerIdentity, committed: Bool) -> TransactionEnding? {
        takeOngoing(identity.transactionalId, committed: committed)
    }

    private mutating func takeOngoing(_ id: String, committed: Bool) -> TransactionEnding? {
        guard let holder = holders[id], let ongoing = holder.ongoing else { return nil }
        holders[id]?.ongoing = nil
        return TransactionEnding(
            producer: holder.producer,
            committed: committed,
            partitions: ongoing.partitions,
            groups: ongoing.groups
        )
    }

    /// Transactional ids with an open transaction, sorted.
    var openIds: [String] { holders.filter { $0.value.ongoing != nil }.keys.sorted() }
}
