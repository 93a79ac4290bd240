import Engine
import Events

/// The second half of a restore: the changelog is read, and what was folded since the checkpoint is folded again.
extension Restorer {
    /// Decides where the journal starts and where it has to end.
    func findJournal(_ progress: inout Progress) throws(Fault) {
        let shard = progress.shard
        let journal = try read(progress.journal, "journal", progress) { bytes throws(StateFault) in try Journal(bytes) }
        let checkpoint = try read(progress.checkpoint, "checkpoint", progress) { bytes throws(StateFault) in
            try Checkpoint(bytes)
        }
        var takeover = Takeover(
            changelog: progress.changelog,
            inputs: progress.inputs,
            checkpoint: checkpoint,
            journal: journal,
            capabilities: capabilities
        )
        try takeover.checkGroup(settings.group)
        if try takeover.checkSettings(settings.engine) { shard.renewModels() }
        progress.journalInputs = try takeover.journalInputs()
        shard.positions = try takeover.positions(
            committed: progress.committed,
            bounds: try inputs.bounds(of: progress.inputs)
        )
        shard.generation = checkpoint?.generation ?? 0
        shard.began = takeover.began(shard.positions)
        if checkpoint?.wasReset == true { shard.wasReset = true }
        notices += takeover.notices
        progress.takeover = takeover
        progress.entries = journal?.entries ?? []
        shard.finishRestore()
        shard.startJournal()
        for case .run(let topic, let count) in progress.entries where topic < progress.journalInputs.count {
            let name = progress.inputs[progress.journalInputs[topic]]
            journalEnds[name] = progress.committed[name] ?? .max
            share.eventsWanted += count
        }
        progress.phase = .journal
        isFetchStale.inputs = true
        try nextEntry(&progress)
    }

    private func read<Value>(
        _ bytes: [UInt8]?,
        _ what: String,
        _ progress: Progress,
        _ decode: (Bytes) throws(StateFault) -> Value
    ) throws(Fault) -> Value? {
        guard let bytes else { return nil }
        var value: Value?
        var fault: StateFault?
        bytes.withUnsafeBytes { raw in
            do throws(StateFault) { value = try decode(Bytes(raw)) } catch { fault = error }
        }
        if let fault { throw .unreadable(what, in: progress.changelog, fault) }
        return value
    }

    /// Steps to the next entry of the journal; without one the shard is complete, if it stands where the group does.
    private func nextEntry(_ progress: inout Progress) throws(Fault) {
        while progress.entry < progress.entries.count {
            let entry = progress.entries[progress.entry]
            if case .run(let topic, let count) = entry {
                guard topic < progress.journalInputs.count else {
                    throw .unreadable("journal", in: progress.changelog, .malformed("run of an unknown input"))
                }
                progress.left = count
                return
            }
            desk.muted { progress.shard.replay(entry, with: desk) }
            progress.entry += 1
        }
        try progress.takeover?.checkArrival(progress.shard.positions, committed: progress.committed)
        for name in progress.inputs { journalEnds[name] = nil }
        progress.phase = .done
        progress.shard.isTouched = false
    }

    /// The index now of the input whose records come next; nil when nothing is left to replay.
    private func nextInput(_ progress: Progress) -> Int? {
        guard progress.phase == .journal, case .run(let topic, _) = progress.entries[progress.entry] else { return nil }
        return progress.journalInputs[topic]
    }

    /// Fetches the inputs that a journal still asks for, unless enough of them has been read ahead.
    func fetchInputs() throws(Fault) {
        var positions: [TopicPartition: Int64] = [:]
        for progress in work where progress.phase == .journal {
            for (index, name) in progress.inputs.enumerated() {
                let buffered = ahead[name]
                guard let end = journalEnds[name], buffered?.isFull != true else { continue }
                let next = buffered?.next ?? progress.shard.positions[index]
                if next < end { positions[name] = next }
            }
        }
        try inputs.fetch(from: positions)
        isFetchStale.inputs = false
    }

    /// Reads ahead and folds what has come, up to `limit` records a shard. False when there was nothing to do.
    func replayJournals(limit: Int, wait: Int32) throws(Fault) -> Bool {
        records.removeAll(keepingCapacity: true)
        let isWaiting = !work.contains { progress in
            nextInput(progress).map { ahead[progress.inputs[$0]]?.isEmpty == false } ?? false
        }
        _ = try inputs.poll(into: &records, limit: limit, wait: isWaiting ? wait : 0)
        for record in records {
            let name = TopicPartition(inputs.topics[Int(record.topic)], record.partition)
            guard let end = journalEnds[name], record.offset < end else { continue }
            ahead[name, default: ReadAhead()].append(record)
        }
        var hasFolded = false
        for index in work.indices where work[index].phase == .journal {
            let folded = try replay(&work[index], limit: UInt64(limit))
            hasFolded = hasFolded || folded
        }
        if ahead.values.contains(where: \.isFull) { isFetchStale.inputs = true }
        return hasFolded || !records.isEmpty
    }

    /// Folds up to `limit` records of what is at hand.
    private func replay(_ progress: inout Progress, limit: UInt64) throws(Fault) -> Bool {
        var room = limit
        while room > 0, let index = nextInput(progress) {
            let name = progress.inputs[index]
            guard var buffered = ahead.removeValue(forKey: name) else { break }
            let wasFull = buffered.isFull
            let taken = buffered.take(min(progress.left, room)) { records in
                desk.muted { progress.shard.fold(records, input: index, with: desk) }
            }
            if wasFull, !buffered.isFull { isFetchStale.inputs = true }
            ahead[name] = buffered
            desk.counters.replayedRecords += taken
            share.eventsReplayed += taken
            progress.left -= taken
            room -= taken
            guard taken > 0 else { break }
            if progress.left == 0 {
                progress.entry += 1
                try nextEntry(&progress)
            }
        }
        return room < limit
    }
}
