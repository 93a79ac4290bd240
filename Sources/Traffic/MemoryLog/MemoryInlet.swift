import Pipeline

/// A member of a consumer group.
final class MemoryInlet: MemoryFetching, Inlet {
    /// What the member believes to own, and whether it must say that it is done with it.
    private enum Holding {
        case nothing
        case owned([TopicPartition])
        case revoked([TopicPartition])
        case lost
    }

    var seat: PortSeat
    var session: FetchSession
    private(set) var membership: Membership?
    private let subscription: Subscription
    private var memberId: String
    private var holding = Holding.nothing

    init(_ seat: PortSeat, _ topics: [TopicLog], _ subscription: Subscription, _ memberId: String) {
        self.seat = seat
        self.subscription = subscription
        self.memberId = memberId
        session = FetchSession(topics, seat.log.options)
    }

    func fencedFault(doing: String) -> Fault { .fencedInstance(subscription.instance, doing: doing) }

    func admit(_ broker: Broker, doing: String) throws(Fault) {
        _ = try broker.groups[subscription.group]?.knows(subscription.instance, memberId, doing: doing)
    }

    /// Only what was assigned and not revoked since may be fetched.
    func admit(_ positions: [TopicPartition: Int64]) throws(Fault) {
        let owned = if case .owned(let partitions) = holding { partitions } else { [TopicPartition]() }
        guard let stranger = positions.keys.sorted().first(where: { !owned.contains($0) }) else { return }
        throw .state(doing: "fetching \(stranger)", "the partition is not assigned to this member")
    }

    // MARK: Polling

    func look(_ broker: inout Broker, _ records: inout [Record], _ limit: Int) throws(Fault) -> Polled {
        var polled = Polled()
        polled.change = try change(heardFrom: &broker)
        if polled.change == nil { try session.collect(into: &records, limit: limit, &polled) }
        return polled
    }

    private func change(heardFrom broker: inout Broker) throws(Fault) -> GroupChange? {
        switch try broker.poll(subscription, memberId) {
        case .nothing: return nil
        case .assigned(let partitions, let generation):
            session.stop()
            holding = .owned(partitions)
            let handle = MemoryMembership(group: subscription.group, instance: subscription.instance)
            membership = Membership(memberId: memberId, generation: generation, handle: handle)
            return .assigned(partitions)
        case .revoked(let partitions):
            session.stop()
            holding = .revoked(partitions)
            return .revoked(partitions)
        case .unknown: return try loss(heardFrom: &broker)
        }
    }

    /// The member was expired: it must let go of what it held, and then joins anew.
    private func loss(heardFrom broker: inout Broker) throws(Fault) -> GroupChange? {
        membership = nil
        switch holding {
        case .lost: return nil
        case .owned(let partitions) where !partitions.isEmpty, .revoked(let partitions):
            session.stop()
            holding = .lost
            return .lost(partitions)
        case .nothing, .owned:
            holding = .nothing
            memberId = broker.join(subscription, process: seat.process)
            return try change(heardFrom: &broker)
        }
    }

    func release(assignment: [TopicPartition]) throws(Fault) {
        try call(.release, doing: "releasing the assignment") { (broker) throws(Fault) in
            switch holding {
            case .nothing, .owned: throw .state(doing: "releasing the assignment", "nothing was revoked")
            case .revoked: try broker.release(subscription, memberId)
            case .lost: break
            }
            session.letGo()
            holding = .nothing
        }
    }

    func committed(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        try call(.committed, doing: "asking for committed offsets") { (broker) throws(Fault) in
            try admit(broker, doing: "asking for committed offsets")
            return try broker.groups[subscription.group]?.offsets.stable(partitions) ?? [:]
        }
    }

    // MARK: Closing

    func close() { close(leave: false) }

    /// A dead process says no goodbye, and one that was replaced has nothing to give up.
    func close(leave: Bool) {
        seat.log.locked { broker in
            broker.close(subscription, memberId, process: seat.process, leaves: leave)
        }
        membership = nil
        endUse()
    }
}
