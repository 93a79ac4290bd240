import Pipeline

/// Kafka's group coordinator for one consumer group: eager range assignment, static membership, generations.
///
/// A member's way; a rebalance begins with a join, a leave or an expiry, and ends when all members have joined it:
///
///     join ──▶ joined ── all joined ──▶ assigned ── poll ──▶ owning ── rebalance, poll ──▶ revoking
///                ▲                          │                                                 │
///                ├── rebalance, poll ───────┘                                                 │
///                └── release ─────────────────────────────────────────────────────────────────┘
struct GroupCoordinator: Sendable {
    private enum Status: Equatable {
        /// Takes part in the rebalance that is going on.
        case joined
        /// Has an assignment that it was not told yet.
        case assigned
        case owning
        /// Was told to give up what it owns.
        case revoking
        /// The rebalance went on without it; it keeps its place, but nothing that it had.
        case leftBehind
    }

    private struct Seat {
        var memberId: String
        var topics: [String]
        var status: Status
        var assignment: [TopicPartition] = []
        /// The process that heartbeats for it; nil once its port is closed.
        var process: Int?
        var lastPoll: Int64
        var lastBeat: Int64
    }

    /// What a poll hears from the coordinator.
    enum Word: Equatable {
        case nothing
        case assigned([TopicPartition], generation: Int32)
        case revoked([TopicPartition])
        /// The member id is unknown: it was expired.
        case unknown
    }

    /// Partition counts by topic.
    var counts: [String: Int32]
    var offsets = GroupOffsets()
    private(set) var generation: Int32 = 0
    private(set) var isRebalancing = false
    private var rebalancingSince: Int64 = 0
    private var seats: [String: Seat] = [:]
    private var joins = 0
    /// The clock's last reading.
    private var time: Int64 = 0

    init(counts: [String: Int32]) { self.counts = counts }

    // MARK: Membership

    /// Joins, or comes back under a static name: then the earlier holder of the name is fenced, and nobody else is
    /// disturbed if the group is stable and the subscription the same (KIP-345).
    mutating func join(_ instance: String, topics: [String], process: Int, now: Int64) -> String {
        joins += 1
        time = now
        let memberId = "\(instance)-\(joins)"
        let earlier = seats[instance]
        var seat = Seat(
            memberId: memberId,
            topics: topics,
            status: .joined,
            process: process,
            lastPoll: now,
            lastBeat: now
        )
        if let earlier, !isRebalancing, earlier.topics == topics {
            seat.status = .assigned
            seat.assignment = earlier.assignment
        }
        seats[instance] = seat
        if seat.status == .joined { rebalance() }
        return memberId
    }

    /// Gives the place up for good: by the member itself, an administrator, or the session timeout.
    mutating func remove(_ instance: String) {
        guard seats.removeValue(forKey: instance) != nil else { return }
        rebalance()
    }

    /// Its port is closed: no heartbeat comes any more.
    mutating func silence(_ instance: String) { seats[instance]?.process = nil }

    /// Time goes on: who lives and polls has sent heartbeats meanwhile; who has not for too long is put out; and a
    /// rebalance waits no longer for who does not join.
    mutating func pass(_ now: Int64, silent: Set<Int>, _ options: MemoryLog.Options) {
        time = now
        for (instance, seat) in seats {
            guard let process = seat.process, !silent.contains(process) else { continue }
            seats[instance]?.lastBeat = max(seat.lastBeat, min(now, seat.lastPoll + options.maxPollInterval))
        }
        for instance in seats.filter({ now - $0.value.lastBeat > options.sessionTimeout }).keys.sorted() {
            remove(instance)
        }
        if isRebalancing, now - rebalancingSince > options.maxPollInterval { goOnWithoutTheOthers() }
    }

    /// Static members that did not join keep their places (KIP-345), in a generation that they do not know.
    private mutating func goOnWithoutTheOthers() {
        let absent = seats.filter { $0.value.status != .joined }.keys
        for instance in absent { seats[instance]?.status = .joined }
        completeIfJoined()
        for instance in absent { seats[instance]?.status = .leftBehind }
    }

    /// Whether `memberId` still holds the name: false when it was expired, a fault when another took the name over.
    func knows(_ instance: String, _ memberId: String, doing: String) throws(Fault) -> Bool {
        guard let seat = seats[instance] else { return false }
        if seat.memberId != memberId { throw .fencedInstance(instance, doing: doing) }
        return true
    }

    // MARK: The member's calls

    mutating func poll(
        _ instance: String,
        _ memberId: String,
        now: Int64,
        _ maxPollInterval: Int64
    ) throws(Fault) -> Word {
        guard try knows(instance, memberId, doing: "polling"), let earlier = seats[instance] else { return .unknown }
        if earlier.status == .leftBehind || now - earlier.lastPoll > maxPollInterval { return .unknown }
        seats[instance]?.lastPoll = now
        seats[instance]?.lastBeat = now
        if let owned = revocation(of: instance) { return .revoked(owned) }
        guard !isRebalancing, let seat = seats[instance], seat.status == .assigned else { return .nothing }
        seats[instance]?.status = .owning
        return .assigned(seat.assignment, generation: generation)
    }

    /// The member's part in a rebalance: what it must give up first, or its joining at once when it owns nothing.
    private mutating func revocation(of instance: String) -> [TopicPartition]? {
        guard isRebalancing, let seat = seats[instance] else { return nil }
        if seat.status == .owning, !seat.assignment.isEmpty {
            seats[instance]?.status = .revoking
            return seat.assignment
        }
        if seat.status == .owning || seat.status == .assigned { rejoin(instance) }
        return nil
    }

    /// The member gave up what was revoked. An unknown member has nothing to give up.
    mutating func release(_ instance: String, _ memberId: String, now: Int64) throws(Fault) {
        guard try knows(instance, memberId, doing: "releasing the assignment") else { return }
        if seats[instance]?.status == .revoking { rejoin(instance) }
    }

    private mutating func rejoin(_ instance: String) {
        seats[instance]?.status = .joined
        seats[instance]?.assignment = []
        completeIfJoined()
    }

    private mutating func rebalance() {
        if !isRebalancing { rebalancingSince = time }
        isRebalancing = true
        completeIfJoined()
    }

    private mutating func completeIfJoined() {
        guard isRebalancing, seats.values.allSatisfy({ $0.status == .joined }) else { return }
        isRebalancing = false
        generation += 1
        for (instance, partitions) in RangeAssignment.assign(seats.mapValues(\.topics), counts: counts) {
            seats[instance]?.assignment = partitions
            seats[instance]?.status = .assigned
        }
    }

    // MARK: Offsets of transactions

    /// Takes a transaction's offsets, checked as Kafka 3.9 does (`GroupMetadataManager.validateOffsetCommit`).
    ///
    /// To the letter, two leaks included: a membership that never joined is accepted, and whoever sends no offsets is
    /// not asked at all (that one lies in the client, see ``CommitProgress``).
    mutating func add(
        _ sent: [TopicPartition: Int64],
        membership: Membership,
        producer: Int32
    ) throws(Fault) {
        try check(membership)
        offsets.add(sent, of: producer)
    }

    private func check(_ membership: Membership) throws(Fault) {
        if membership.generation < 0, membership.memberId.isEmpty || seats.isEmpty { return }
        let seat = seats.values.first { $0.memberId == membership.memberId }
        if let seat, generation == membership.generation, seat.memberId == membership.memberId { return }
        if seat == nil, let instance = (membership.handle as? MemoryMembership)?.instance {
            _ = try knows(instance, membership.memberId, doing: "sending offsets")
        }
        throw .illegalGeneration(membership)
    }

    // MARK: Looking on

    func memberId(of instance: String) -> String? { seats[instance]?.memberId }

    /// Members by instance, as ``MemoryLog/members(of:)`` shows them.
    var members: [MemoryLog.Member] {
        seats.sorted { $0.key < $1.key }.map { instance, seat in
            MemoryLog.Member(instance: instance, memberId: seat.memberId, assignment: seat.assignment)
        }
    }
}
