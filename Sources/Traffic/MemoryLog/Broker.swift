import Events
import Pipeline

/// Everything that the cluster knows, and what its coordinators decide carried out on the logs. One lock is around it.
struct Broker: Sendable {
    let options: MemoryLog.Options
    private(set) var topics: [String: TopicLog] = [:]
    private(set) var now: Int64
    private(set) var transactions = TransactionCoordinator()
    var groups: [String: GroupCoordinator] = [:]
    var steps: StepCounter
    var commitDelayPolls: Int

    /// Numbers of the processes that died, and of those that are halted.
    private var gone: Set<Int> = []
    private var halted: Set<Int> = []
    /// The living incarnation of each process name.
    private var incarnations: [String: Int] = [:]
    private var processes = 0

    init(_ options: MemoryLog.Options, faults: FaultPlan) {
        self.options = options
        now = options.now
        commitDelayPolls = options.commitDelayPolls
        steps = StepCounter(faults)
    }

    // MARK: Topics

    mutating func create(_ topic: TopicLog) {
        topics[topic.name] = topic
        let counts = counts
        for name in groups.keys { groups[name]?.counts = counts }
    }

    var counts: [String: Int32] { topics.mapValues { Int32($0.partitions.count) } }

    func topic(_ name: String, doing: String) throws(Fault) -> TopicLog {
        guard let topic = topics[name] else { throw .unknownTopic(name, doing: doing) }
        return topic
    }

    func topics(_ names: [String], doing: String) throws(Fault) -> [TopicLog] {
        var found: [TopicLog] = []
        for name in names { found.append(try topic(name, doing: doing)) }
        return found
    }

    // MARK: Processes

    /// The living incarnation of `name`, started if there is none yet.
    mutating func incarnation(of name: String) -> Int { incarnations[name] ?? restart(name) }

    /// Ends the incarnation of `name` that lives, and starts the next.
    mutating func restart(_ name: String) -> Int {
        if let earlier = incarnations[name] { gone.insert(earlier) }
        processes += 1
        incarnations[name] = processes
        return processes
    }

    mutating func kill(_ process: Int) { gone.insert(process) }
    mutating func halt(_ process: Int) { halted.insert(process) }
    mutating func wake(_ process: Int) { halted.remove(process) }

    func isGone(_ process: Int) -> Bool { !gone.isEmpty && gone.contains(process) }

    func requireAlive(_ process: Int, doing: String) throws(Fault) {
        if isGone(process) { throw .processGone(doing: doing) }
    }

    // MARK: Time

    /// Moves the clock and does what falls due: transactions first, then sessions.
    mutating func advance(by milliseconds: Int64) {
        now += milliseconds
        transactions.expire(now: now, timeout: options.transactionTimeout).forEach { carryOut($0) }
        let silent = gone.union(halted)
        for name in groups.keys { groups[name]?.pass(now, silent: silent, options) }
    }

    // MARK: Transactions

    mutating func initialize(_ transactionalId: String) -> ProducerIdentity {
        let (identity, aborted) = transactions.initialize(transactionalId)
        if let aborted { carryOut(aborted) }
        return identity
    }

    /// What a successor's ``initialize(_:)`` does to the present holder.
    mutating func fence(_ transactionalId: String) { _ = initialize(transactionalId) }

    /// What the transaction timeout does.
    mutating func expire(_ transactionalId: String) {
        if let aborted = transactions.expire(transactionalId) { carryOut(aborted) }
    }

    mutating func openTransaction(_ identity: ProducerIdentity) { transactions.touch(identity, now: now) }

    mutating func add(_ partition: PartitionLog, to identity: ProducerIdentity) {
        transactions.add(partition, to: identity)
    }

    mutating func add(
        _ offsets: [TopicPartition: Int64],
        membership: Membership,
        to identity: ProducerIdentity
    ) throws(Fault) {
        try transactions.check(identity, doing: "sending offsets to the transaction")
        openTransaction(identity)
        let name = try group(of: membership)
        transactions.add(group: name, to: identity)
        try groups[name]?.add(offsets, membership: membership, producer: identity.producer)
    }

    /// The group that a membership speaks of: that of its handle, else the only one there is.
    private mutating func group(of membership: Membership) throws(Fault) -> String {
        if let handle = membership.handle as? MemoryMembership {
            openGroup(handle.group)
            return handle.group
        }
        guard groups.count == 1, let only = groups.keys.first else {
            throw .state(
                doing: "sending offsets to the transaction",
                "the membership names no group: give it a MemoryMembership"
            )
        }
        return only
    }

    mutating func end(_ identity: ProducerIdentity, committed: Bool, doing: String) throws(Fault) {
        try transactions.check(identity, doing: doing)
        if let ending = transactions.end(identity, committed: committed) { carryOut(ending) }
    }

    private mutating func carryOut(_ ending: TransactionEnding) {
        for partition in ending.partitions {
            partition.finish(ending.producer, committed: ending.committed, timestamp: now)
        }
        for name in ending.groups { groups[name]?.offsets.finish(ending.producer, committed: ending.committed) }
    }

    // MARK: Groups

    mutating func openGroup(_ name: String) {
        if groups[name] == nil { groups[name] = GroupCoordinator(counts: counts) }
    }

    mutating func join(_ subscription: Subscription, process: Int) -> String {
        openGroup(subscription.group)
        return groups[subscription.group]?
            .join(subscription.instance, topics: subscription.topics, process: process, now: now) ?? ""
    }

    mutating func poll(_ subscription: Subscription, _ memberId: String) throws(Fault) -> GroupCoordinator.Word {
        let limit = options.maxPollInterval
        return try groups[subscription.group]?.poll(subscription.instance, memberId, now: now, limit) ?? .unknown
    }

    mutating func release(_ subscription: Subscription, _ memberId: String) throws(Fault) {
        try groups[subscription.group]?.release(subscription.instance, memberId, now: now)
    }

    /// A member says goodbye for good, or falls silent and keeps its place until its session ends.
    mutating func close(_ subscription: Subscription, _ memberId: String, process: Int, leaves: Bool) {
        guard !isGone(process), let group = groups[subscription.group],
            group.memberId(of: subscription.instance) == memberId
        else { return }
        if leaves {
            groups[subscription.group]?.remove(subscription.instance)
        } else {
            groups[subscription.group]?.silence(subscription.instance)
        }
    }
}
