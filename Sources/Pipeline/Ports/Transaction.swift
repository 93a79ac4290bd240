/// An open transaction. It cannot be copied and each ending consumes it, so that a second commit, or a record after the
/// abort, does not compile.
public struct Transaction: ~Copyable {
    private let outlet: any Outlet

    public static func begin(on outlet: any Outlet) throws(Fault) -> Transaction {
        try outlet.begin()
        return Transaction(outlet)
    }

    private init(_ outlet: any Outlet) { self.outlet = outlet }

    public func send(_ outbox: borrowing Outbox) throws(Fault) { try outlet.send(outbox) }

    /// Hands offsets and commit to the outlet; the result is asked of ``Committing``.
    public consuming func commit(offsets: [TopicPartition: Int64], membership: Membership) -> Committing {
        outlet.startCommit(offsets: offsets, membership: membership)
        return Committing(outlet)
    }

    public consuming func abort() throws(Fault) { try outlet.abort() }
}

/// A commit on its way. While it runs, nothing may be produced.
public struct Committing: ~Copyable {
    private let outlet: any Outlet

    fileprivate init(_ outlet: any Outlet) { self.outlet = outlet }

    /// True when the commit is known to have happened; waits up to `wait` ms.
    public func isDone(wait: Int32) throws(Fault) -> Bool { try outlet.commitDone(wait: wait) }
}
