import Engine
import Events
import Logging

/// What was left of a shard when its partition went, and where its changelog ended then.
struct ParkedAt {
    let changelogEnd: Int64
}

/// Joining, giving partitions up, getting them back.
extension Line {
    /// Opens what is not open: producer first, because taking over the transactional id ends what a predecessor left open.
    func open() throws(Fault) {
        if outlet == nil {
            let made = try cluster.makeOutlet(transactionalId: settings.transactionalId, topics: topology.outputs)
            try made.initialize()
            outlet = made
        }
        if inlet == nil {
            inlet = try cluster.makeInlet(
                Subscription(group: settings.group, instance: settings.name, topics: topology.subscription))
        }
        if replica == nil {
            let existing = try cluster.topics()
            let made = Replica(commons.knowledge, try cluster.makeReader(topics: Replica.topics(existing)))
            try made.start(existing)
            replica = made
        }
        if restorer == nil { restorer = try makeRestorer() }
    }

    private func makeRestorer() throws(Fault) -> Restorer {
        let changelogs = Stage.allCases.map { topology.changelog(of: $0).name }
        return Restorer(
            topology, cluster.capabilities, changelogs: try cluster.makeReader(topics: changelogs),
            inputs: try cluster.makeReader(topics: topology.subscription), desk: desk,
            configuration: settings.configurationHash)
    }

    /// Follows what the group did to our partitions, and notes which inputs are read to their end.
    func follow(_ polled: Polled) throws(Fault) {
        for (partition, position) in polled.ended {
            for shard in live where shard.partition == partition.partition {
                if let input = topology.inputs(of: shard.stage).firstIndex(of: partition.topic) {
                    shard.reached[input] = position
                }
            }
        }
        switch polled.change {
        case .assigned(let partitions): try take(partitions)
        case .revoked(let partitions): try giveUp(partitions)
        case .lost(let partitions): try lose(partitions)
        case nil: break
        }
    }

    private func take(_ partitions: [TopicPartition]) throws(Fault) {
        desk.counters.rebalances += 1
        restoreAgain(partitions)
        log.info("partitions assigned", metadata: ["kafka.partitions": "\(partitions.count)"])
    }

    /// Every partition number that came brings a shard of each stage whose inputs came with it.
    func restoreAgain(_ partitions: [TopicPartition]) {
        assignment = partitions
        ending.forget()
        let held = Set(partitions)
        for stage in Stage.allCases {
            let inputs = topology.inputs(of: stage)
            for number in 0..<topology.partitions {
                guard inputs.allSatisfy({ held.contains(TopicPartition($0, number)) }) else { continue }
                let kept = parked.keys.first { $0.stage == stage && $0.partition == number }
                awaitingOffsets.append(kept ?? makeShard(stage, number))
            }
        }
    }

    private func makeShard(_ stage: Stage, _ number: Int32) -> Shard {
        Shard(stage, number, inputs: topology.inputs(of: stage).count, commons: commons, writer: writer)
    }

    /// Still ours: what is folded gets committed, then the partitions go and their state is parked for a return.
    private func giveUp(_ partitions: [TopicPartition]) throws(Fault) {
        desk.counters.rebalances += 1
        try settle()
        try park()
        try drop(partitions)
        log.info("partitions revoked", metadata: ["kafka.partitions": "\(partitions.count)"])
    }

    /// No longer ours: nothing may be written for them any more, and what we know of them may be stale.
    private func lose(_ partitions: [TopicPartition]) throws(Fault) {
        desk.counters.rebalances += 1
        try abandon()
        try drop(partitions)
        log.warning("partitions lost: this member was silent for too long", metadata: [
            "kafka.partitions": "\(partitions.count)"
        ])
    }

    private func drop(_ partitions: [TopicPartition]) throws(Fault) {
        live.removeAll()
        awaitingOffsets.removeAll()
        try restorer?.drop { _ in true }
        assignment.removeAll()
        try inlet?.fetch(from: [:])
        try inlet?.release(assignment: partitions)
    }

    /// Sends and commits everything that is folded.
    func settle() throws(Fault) {
        while try !isCommitted(wait: 1_000) {}
        if hasWork { try send(clock.now()) }
        while try !isCommitted(wait: 1_000) {}
    }

    /// Keeps the state of what goes, with the end of its changelog: if nothing was written there until it comes back, it is
    /// still right.
    private func park() throws(Fault) {
        parked.removeAll()
        guard !live.isEmpty, let inlet else { return }
        let ends = try inlet.bounds(of: live.map(changelog))
        for shard in live {
            if let bounds = ends[changelog(shard)] { parked[shard] = ParkedAt(changelogEnd: bounds.end) }
        }
    }

    func changelog(_ shard: Shard) -> TopicPartition {
        TopicPartition(topology.changelog(of: shard.stage).name, shard.partition)
    }

    /// Restores what was assigned, a slice at a time, and lets complete shards fold.
    func bringBack() throws(Fault) {
        try replica?.advance(limit: replica?.isCaughtUp == true ? 512 : 4_096, wait: 0)
        if !awaitingOffsets.isEmpty { try beginRestore() }
        guard let restorer, !restorer.isIdle else { return }
        let done = try restorer.advance(wait: 20)
        if !done.isEmpty { try goLive(done) }
    }

    /// Waits until the group's offsets are stable: a predecessor's transaction may still be deciding them.
    private func beginRestore() throws(Fault) {
        guard let inlet, let restorer else { return }
        let names = awaitingOffsets.flatMap { shard in
            topology.inputs(of: shard.stage).map { TopicPartition($0, shard.partition) }
        }
        let committed = try inlet.committed(names)
        let returning = try unchanged(awaitingOffsets, committed)
        let others = awaitingOffsets.filter { !returning.contains($0) }
        awaitingOffsets.removeAll()
        let fresh = others.map { parked[$0] == nil ? $0 : makeShard($0.stage, $0.partition) }
        parked.removeAll()
        if !returning.isEmpty { try goLive(Array(returning)) }
        if !fresh.isEmpty { try restorer.begin(fresh, committed: committed) }
    }

    /// Parked shards whose changelog and offsets nobody has touched.
    private func unchanged(_ shards: [Shard], _ committed: [TopicPartition: Int64]) throws(Fault) -> Set<Shard> {
        let candidates = shards.filter { parked[$0] != nil }
        guard !candidates.isEmpty, let inlet else { return [] }
        let ends = try inlet.bounds(of: candidates.map(changelog))
        return Set(
            candidates.filter { shard in
                parked[shard]?.changelogEnd == ends[changelog(shard)]?.end
                    && topology.inputs(of: shard.stage).enumerated().allSatisfy { index, topic in
                        let offset = committed[TopicPartition(topic, shard.partition)]
                        return offset == nil || offset == shard.positions[index]
                    }
            })
    }

    /// From here on the shard folds what the group's queue brings.
    private func goLive(_ shards: [Shard]) throws(Fault) {
        let now = clock.now()
        for shard in shards {
            let turn = Int64(shard.partition) * 2 + Int64(shard.stage.rawValue)
            shard.nextCheckpoint = now + settings.checkpointInterval * (turn + 1) / (2 * Int64(topology.partitions))
            shard.noteRecord(at: now)
        }
        live = (live + shards).sorted { ($0.partition, $0.stage.rawValue) < ($1.partition, $1.stage.rawValue) }
        var positions: [TopicPartition: Int64] = [:]
        for shard in live {
            for (index, topic) in topology.inputs(of: shard.stage).enumerated() {
                positions[TopicPartition(topic, shard.partition)] = shard.positions[index]
            }
        }
        try inlet?.fetch(from: positions)
        for notice in restorer?.takeNotices() ?? [] { log.notice("\(notice)") }
        log.info("partitions ready", metadata: ["kafka.partitions": "\(live.count) of \(live.count + awaiting)"])
    }

    /// Shards that are assigned and do not fold yet.
    public var awaiting: Int { awaitingOffsets.count + (restorer?.count ?? 0) }

    /// Everything assigned folds, and what was published before is known.
    public var isReady: Bool { !live.isEmpty && awaiting == 0 && replica?.isCaughtUp == true }
}
