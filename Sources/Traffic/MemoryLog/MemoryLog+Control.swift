public import Pipeline

/// The clock, the groups and the faults, for tests to hold in hand.
extension MemoryLog {
    /// A member of a group, as the coordinator sees it.
    public struct Member: Sendable, Equatable {
        public var instance: String
        public var memberId: String
        public var assignment: [TopicPartition]
    }

    // MARK: Time

    /// The cluster's clock in ms; it moves only by ``advance(by:)``.
    public var now: Int64 { locked { broker in broker.now } }

    /// Moves the clock. Transactions and members whose time is over are ended.
    public func advance(by milliseconds: Int64) { locked { broker in broker.advance(by: milliseconds) } }

    // MARK: Faults

    /// The faults to come. A new plan goes on with the count of the old one.
    public var faults: FaultPlan {
        get { locked { broker in broker.steps.plan } }
        set { locked { broker in broker.steps.plan = newValue } }
    }

    /// Steps counted so far.
    public var stepCount: Int { locked { broker in broker.steps.total } }
    public func stepCount(of step: FaultPlan.Step) -> Int { locked { broker in broker.steps.counts[step.rawValue] } }
    /// The faults that have struck.
    public var injections: [FaultPlan.Injection] { locked { broker in broker.steps.injections } }

    /// How often `commitDone` answers false before a commit takes place, from the next commit on.
    public var commitDelayPolls: Int {
        get { locked { broker in broker.commitDelayPolls } }
        set { locked { broker in broker.commitDelayPolls = newValue } }
    }

    // MARK: Groups

    public func generation(of group: String) -> Int32 { locked { broker in broker.groups[group]?.generation ?? 0 } }
    /// True while members are asked to give up what they own and to join again.
    public func isRebalancing(_ group: String) -> Bool {
        locked { broker in broker.groups[group]?.isRebalancing ?? false }
    }
    public func members(of group: String) -> [Member] { locked { broker in broker.groups[group]?.members ?? [] } }

    /// Ends a member's session as its timeout would.
    public func expire(_ instance: String, of group: String) {
        locked { broker in broker.groups[group]?.remove(instance) }
    }

    /// The group's committed offsets, pending ones not included.
    public func offsets(of group: String) -> [TopicPartition: Int64] {
        locked { broker in broker.groups[group]?.offsets.committed ?? [:] }
    }

    /// Offsets that wait for the end of their transaction.
    public func pendingOffsets(of group: String) -> [TopicPartition: Int64] {
        locked { broker in
            broker.groups[group]?.offsets.pending.values.reduce(into: [:]) { all, one in
                all.merge(one) { max($0, $1) }
            } ?? [:]
        }
    }

    /// What an administrator does: sets offsets, or forgets those given as nil.
    public func setOffsets(_ offsets: [TopicPartition: Int64?], of group: String) {
        locked { broker in
            broker.openGroup(group)
            broker.groups[group]?.offsets.set(offsets)
        }
    }

    /// Forgets all offsets of the group, as `offsets.retention.minutes` does.
    public func expireOffsets(of group: String) {
        locked { broker in broker.groups[group]?.offsets.removeAll() }
    }

    // MARK: Transactions

    /// Transactional ids with an open transaction, sorted.
    public var openTransactions: [String] { locked { broker in broker.transactions.openIds } }
}
