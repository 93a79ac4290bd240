import Engine
import Events

/// From folded to committed: `Batch → Applied → Sent → Committed`.
extension Line {
    /// Ends the commit that is on its way, if it is done; sends what waits, if it is due.
    func exchange() throws(Fault) {
        let now = clock.now()
        if hasWork { pace.sawWork(at: now) }
        if committing != nil {
            guard try isCommitted(wait: isFull ? 1_000 : 0) else { return }
        }
        if isStopping || hasWork && (pace.isDue(at: now) || isFull) || isCheckpointDue(now) { try send(now) }
    }

    /// Nothing more may be folded before the commit is done.
    var isFull: Bool {
        filling.records.count >= settings.recordsPerTransaction
            || filling.bytes.count + desk.bytesWaiting >= settings.bytesPerTransaction
    }

    /// True when no commit is under way any more.
    func isCommitted(wait: Int32) throws(Fault) -> Bool {
        guard let commit = committing.take() else { return true }
        let isDone: Bool
        do {
            isDone = try commit.isDone(wait: wait)
        } catch {
            committing = consume commit
            throw error
        }
        guard isDone else {
            committing = consume commit
            return false
        }
        desk.counters.transactions += 1
        checkpointedAt = max(checkpointedAt, checkpointingAt)
        sending.removeAll()
        pace.finished(at: clock.now())
        return true
    }

    /// One transaction: outcomes, packed signals, projections, checkpoints, journals, and the fence of offsets.
    func send(_ now: Int64) throws(Fault) {
        guard let outlet, let membership = inlet?.membership, !live.isEmpty else { return }
        project(now)
        emitter.emit(signals: desk.effects.signals, into: &filling, &desk.counters)
        for shard in live where isStopping ? shard.isUnsaved : isCheckpointDue(shard, now) { checkpoint(shard, now) }
        let fence = fence()
        guard !fence.isEmpty else { return }
        swap(&filling, &sending)
        pace.started(at: now)
        try again { () throws(Fault) in try begin(outlet, fence, membership) }
    }

    private func begin(
        _ outlet: any Outlet,
        _ fence: [TopicPartition: Int64],
        _ membership: Membership
    ) throws(Fault) {
        let transaction = try Transaction.begin(on: outlet)
        do throws(Fault) {
            try transaction.send(sending)
        } catch {
            // An abort that was refused leaves a transaction in which nothing else can be begun.
            let fault = error
            try again { () throws(Fault) in try outlet.abort() }
            throw fault
        }
        committing = transaction.commit(offsets: fence, membership: membership)
    }

    /// Journals every touched shard, and answers real offsets for each: without them a dead member's transaction would
    /// commit. Whatever is written was decided by a touched shard, packed signals and projections too.
    private func fence() -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for shard in live where shard.isTouched {
            writeJournal(shard)
            shard.isTouched = false
            for (index, topic) in topology.inputs(of: shard.stage).enumerated() {
                offsets[TopicPartition(topic, shard.partition)] = shard.positions[index]
            }
        }
        return offsets
    }

    private func writeJournal(_ shard: Shard) {
        writer(of: shard).write(shard.journal, into: &filling)
    }

    /// Publishes the rows that changed most, once a second.
    private func project(_ now: Int64) {
        guard now >= nextProjection || isStopping && nextProjection < .max else { return }
        nextProjection = isStopping ? .max : now + settings.projectionInterval
        for shard in live {
            guard case .products(let state) = shard.state, state.projectionsWaiting > 0 else { continue }
            state.project(limit: settings.rowsPerProjection, into: desk.effects)
            shard.isTouched = shard.isTouched || !desk.effects.outcomes.projections.isEmpty
            emitter.emit(desk.effects, into: &filling, &desk.counters)
        }
    }

    /// Some partition's turn has come, and it has something to save.
    private func isCheckpointDue(_ now: Int64) -> Bool { live.contains { isCheckpointDue($0, now) } }

    private func isCheckpointDue(_ shard: Shard, _ now: Int64) -> Bool {
        shard.isUnsaved
            && (now >= shard.nextCheckpoint || shard.changes >= settings.changesPerCheckpoint
                || shard.journal.size > LineSettings.journalBytes)
    }

    /// The journal up to now, every state record that changed since the last one, then the record that binds them
    /// together (decision 0011).
    private func checkpoint(_ shard: Shard, _ now: Int64) {
        let writer = writer(of: shard)
        writer.write(shard.journal, into: &filling)
        writer.write(shard.state, into: &filling)
        writer.write(shard.seal(for: settings.group), into: &filling)
        shard.journal.reset(base: shard.positions)
        shard.nextCheckpoint = now + settings.checkpointInterval
        shard.isTouched = true
        desk.counters.checkpoints += 1
        checkpointingAt = now
    }

    private func writer(of shard: Shard) -> CheckpointWriter {
        CheckpointWriter(topology.changelog(of: shard.stage).rawValue, shard.partition)
    }
}
