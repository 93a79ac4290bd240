import Pipeline

/// What the group wants of us, in the order in which it came; one change is reported a poll. Pure: it decides, the
/// inlet acts.
///
/// ```
///            assigned            revoked, lost             release
///  waiting ───────────▶ member ───────────────▶ leaving ───────────▶ waiting
/// ```
struct GroupChanges {
    /// What the callback does at once.
    enum Action: Equatable {
        /// Take the assignment with nothing to fetch, so that the group is steady while state is restored.
        case takeEmpty
        /// Say nothing until ``released()``: what is in flight may still be committed.
        case hold
        /// Give everything up now; we are closing and nobody will release.
        case giveUp
    }

    private var waiting: [(change: GroupChange, membership: Membership?)] = []
    private var assignment: [TopicPartition] = []
    private(set) var membership: Membership?
    /// A revocation or loss has come and was not released.
    private(set) var isLeaving = false
    var isClosing = false

    var isEmpty: Bool { waiting.isEmpty }

    /// - Parameter membership: as of this assignment; without member id or generation it is no membership.
    mutating func assigned(_ partitions: [TopicPartition], _ membership: Membership?) -> Action {
        if isClosing { return .takeEmpty }
        let isValid = membership.map { !$0.memberId.isEmpty && $0.generation >= 0 } ?? false
        assignment = partitions
        waiting.append((.assigned(partitions), isValid ? membership : nil))
        return .takeEmpty
    }

    mutating func revoked(isLost: Bool) -> Action {
        if isClosing { return .giveUp }
        isLeaving = true
        waiting.append((isLost ? .lost(assignment) : .revoked(assignment), nil))
        if isLost { forgetMembership() }
        return .hold
    }

    /// The next change to report. The membership follows what was reported, but a loss is known at once.
    mutating func next() -> GroupChange? {
        guard !waiting.isEmpty else { return nil }
        let (change, joined) = waiting.removeFirst()
        if case .assigned = change { membership = joined }
        return change
    }

    mutating func released() {
        isLeaving = false
        membership = nil
        assignment = []
    }

    private mutating func forgetMembership() {
        membership = nil
        for index in waiting.indices { waiting[index].membership = nil }
    }
}
