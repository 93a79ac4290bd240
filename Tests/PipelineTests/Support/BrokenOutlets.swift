import Events
import Pipeline
import Traffic

/// Producers that break one rule each.
class BrokenOutlet: PassingOutlet {
    let cluster: PassingCluster
    let transactionalId: String
    let topics: [String]

    required init(_ cluster: PassingCluster, _ transactionalId: String, _ topics: [String]) throws(Fault) {
        self.cluster = cluster
        self.transactionalId = transactionalId
        self.topics = topics
        super.init(
            try cluster.process.makeOutlet(transactionalId: transactionalId, topics: topics),
            cluster.beat
        )
    }

    /// The records of an outbox that are kept.
    final func copy(
        _ outbox: borrowing Outbox,
        keeping isKept: (_ topic: String, _ key: Bytes) -> Bool = { _, _ in true }
    ) -> Outbox {
        var kept = Outbox()
        for record in outbox.records where isKept(topics[Int(record.topic)], outbox.key(of: record)) {
            kept.add(
                topic: record.topic,
                partition: record.partition,
                timestamp: record.timestamp,
                key: outbox.key(of: record),
                value: outbox.value(of: record),
                headers: record.headers < 0 ? [] : outbox.headers[Int(record.headers)]
            )
        }
        return kept
    }

    final func group(of membership: Membership) -> String { (membership.handle as? MemoryMembership)?.group ?? "" }
}

/// Commits offsets beside the transaction.
final class OffsetsOutside: BrokenOutlet {
    override func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        beat(.offsets)
        cluster.log.setOffsets(offsets.mapValues { $0 }, of: group(of: membership))
        inner.startCommit(offsets: [:], membership: membership)
    }
}

/// Goes on after an abort as if nothing had been: the line keeps its state.
final class AbortIgnored: BrokenOutlet {
    override func commitDone(wait: Int32) throws(Fault) -> Bool {
        do throws(Fault) {
            return try super.commitDone(wait: wait)
        } catch {
            guard error.recovery == .abortBatch else { throw error }
            try inner.abort()
            return true
        }
    }
}

/// Sends no offsets where nothing was read.
final class UnfencedTimers: BrokenOutlet {
    private var last: [TopicPartition: Int64] = [:]

    override func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        let changed = offsets.filter { last[$0.key] != $0.value }
        last.merge(offsets) { _, later in later }
        super.startCommit(offsets: changed, membership: membership)
    }
}

/// Speaks for a member that never joined.
final class NeverJoined: BrokenOutlet {
    override func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        let stranger = Membership(memberId: "", generation: -1, handle: membership.handle)
        super.startCommit(offsets: offsets, membership: stranger)
    }
}

/// Asks for the group's present generation when it commits, instead of remembering the one that it read in.
final class MembershipOfTheMoment: BrokenOutlet {
    override func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        beat(.offsets)
        let group = group(of: membership)
        let present = Membership(
            memberId: cluster.log.members(of: group).first?.memberId ?? membership.memberId,
            generation: cluster.log.generation(of: group),
            handle: membership.handle
        )
        inner.startCommit(offsets: offsets, membership: present)
    }
}

/// Answers an unknown result with the same transaction once more.
final class CommitAgain: BrokenOutlet {
    private var sent = Outbox()
    private var fence: ([TopicPartition: Int64], Membership)?

    override func send(_ outbox: borrowing Outbox) throws(Fault) {
        sent = copy(outbox)
        try super.send(outbox)
    }

    override func startCommit(offsets: [TopicPartition: Int64], membership: Membership) {
        fence = (offsets, membership)
        super.startCommit(offsets: offsets, membership: membership)
    }

    override func commitDone(wait: Int32) throws(Fault) -> Bool {
        do throws(Fault) {
            return try super.commitDone(wait: wait)
        } catch {
            guard error.code == "_TIMED_OUT", let (offsets, membership) = fence else { throw error }
            inner = try cluster.process.makeOutlet(transactionalId: transactionalId, topics: topics)
            try inner.initialize()
            try inner.begin()
            try inner.send(sent)
            inner.startCommit(offsets: offsets, membership: membership)
            return try inner.commitDone(wait: wait)
        }
    }
}

/// Writes no journal.
final class NoJournal: BrokenOutlet {
    override func send(_ outbox: borrowing Outbox) throws(Fault) {
        try super.send(copy(outbox) { _, key in !(key == Bytes("journal")) })
    }
}

/// Writes checkpoints beside the transaction.
final class CheckpointOutside: BrokenOutlet {
    override func send(_ outbox: borrowing Outbox) throws(Fault) {
        let isCheckpoint = { (topic: String, key: Bytes) in
            topic.hasSuffix(".changelog") && !(key == Bytes("journal"))
        }
        try cluster.log.append(copy(outbox, keeping: isCheckpoint), topics: topics)
        try super.send(copy(outbox) { !isCheckpoint($0, $1) })
    }
}
