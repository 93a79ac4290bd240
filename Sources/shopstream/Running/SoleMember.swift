import Pipeline

/// The only member of a group, and the producer that commits in its name: for work that nobody else may do meanwhile.
/// Used by one thread.
final class SoleMember {
    /// Ms to wait for the group's partitions: a rebalance and the session of a member that died.
    private static let patience: Int64 = 60_000

    /// What the member does, for those who are told that they are not alone.
    private let work: String
    private let clock: WallClock
    private let outlet: any Outlet
    private let inlet: any Inlet
    private let partitions: [TopicPartition]
    private var membership: Membership
    private var records: [Record] = []

    /// Takes over the transactional id, so that a predecessor's transaction has ended, and waits until every partition
    /// is ours.
    /// - Parameter topics: those that are written, by ``Pipeline/Outgoing/topic``.
    init(
        _ cluster: any Cluster,
        _ subscription: Subscription,
        of partitions: [TopicPartition],
        transactionalId: String,
        writing topics: [String],
        work: String,
        clock: WallClock
    ) throws {
        self.work = work
        self.clock = clock
        self.partitions = partitions
        let outlet = try cluster.makeOutlet(transactionalId: transactionalId, topics: topics)
        do {
            try SoleMember.initialize(outlet, until: clock.now() + SoleMember.patience, clock)
            let inlet = try cluster.makeInlet(subscription)
            do {
                membership = try SoleMember.join(inlet, partitions, clock)
            } catch {
                inlet.close(leave: true)
                throw error
            }
            self.inlet = inlet
        } catch {
            outlet.close()
            throw error
        }
        self.outlet = outlet
    }

    /// Leaves the group.
    func close() {
        inlet.close(leave: true)
        outlet.close()
    }

    private static func initialize(_ outlet: any Outlet, until deadline: Int64, _ clock: WallClock) throws(Fault) {
        while true {
            do throws(Fault) {
                return try outlet.initialize()
            } catch {
                guard error.recovery == .retry, clock.now() < deadline else { throw error }
            }
        }
    }

    private static func join(
        _ inlet: any Inlet,
        _ wanted: [TopicPartition],
        _ clock: WallClock
    ) throws -> Membership {
        let deadline = clock.now() + SoleMember.patience
        var records: [Record] = []
        while clock.now() < deadline {
            records.removeAll(keepingCapacity: true)
            let polled = try patiently { () throws(Fault) in try inlet.poll(into: &records, limit: 1, wait: 100) }
            guard case .assigned(let partitions) = polled?.change else {
                if let change = polled?.change { try release(change, inlet) }
                continue
            }
            guard Set(partitions).isSuperset(of: wanted), let member = inlet.membership else {
                throw Exit(.temporary, "the group has other members: stop them, or wait for session.timeout.ms")
            }
            return member
        }
        throw Exit(.temporary, "the group gave no partitions within a minute: it may be rebalancing; try again")
    }

    private static func release(_ change: GroupChange, _ inlet: any Inlet) throws(Fault) {
        switch change {
        case .revoked(let partitions), .lost(let partitions): try inlet.release(assignment: partitions)
        case .assigned: break
        }
    }

    /// Offsets of the group, once no transaction is deciding them any more.
    func committed() throws -> [TopicPartition: Int64] {
        let deadline = clock.now() + SoleMember.patience
        repeat {
            if let offsets = try patiently({ () throws(Fault) in try inlet.committed(partitions) }) { return offsets }
        } while clock.now() < deadline
        throw Exit(.temporary, "the group's offsets are not stable: a transaction is still open; try again")
    }

    /// One transaction; empties the outbox once it is committed.
    /// - Throws: ``Fault`` when the transaction is not committed, or nobody knows: the work is then to be run again.
    func commit(_ outbox: inout Outbox, _ offsets: [TopicPartition: Int64]) throws {
        try checkPlace()
        let transaction = try Transaction.begin(on: outlet)
        do {
            try transaction.send(outbox)
        } catch {
            try? transaction.abort()
            throw error
        }
        let committing = transaction.commit(offsets: offsets, membership: membership)
        while try patiently({ () throws(Fault) in try committing.isDone(wait: 1_000) }) != true {}
        outbox.removeAll()
    }

    /// Polling keeps the membership alive and tells when somebody else has come.
    func checkPlace() throws {
        records.removeAll(keepingCapacity: true)
        let polled = try patiently { () throws(Fault) in try inlet.poll(into: &records, limit: 1, wait: 0) }
        guard polled?.change == nil, inlet.membership != nil else {
            throw Exit(
                .temporary,
                "somebody joined the group meanwhile: the \(work) is unfinished; stop them and run it again"
            )
        }
    }
}

/// Nil when the same call may be made again.
func patiently<Answer>(_ call: () throws(Fault) -> Answer) throws(Fault) -> Answer? {
    do throws(Fault) {
        return try call()
    } catch {
        guard error.recovery == .retry else { throw error }
        return nil
    }
}
