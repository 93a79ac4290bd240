import Engine
import Events
import Logging

/// Joining, giving partitions up, getting them back. Every step may be refused and is then taken again with the next
/// turn: what the group said stays in ``Line/change`` until it is done.
extension Line {
    /// Opens what is not open: producer first, because taking over the transactional id ends what a predecessor left
    /// open.
    func open() throws(Fault) {
        if outlet == nil {
            rooms = try deadLetterRooms()
            outlet = try openOutlet()
        }
        if inlet == nil {
            inlet = try cluster.makeInlet(
                Subscription(
                    group: settings.group,
                    instance: settings.name,
                    topics: topology.subscription,
                    urgent: [OutputTopic.signals.name]
                )
            )
        }
        if replica == nil { replica = try Replica(commons.knowledge, cluster, clock: clock) }
        if restorer == nil {
            restorer = try Restorer(topology, cluster, desk: desk, settings: settings, clock: clock)
        }
    }

    private func openOutlet() throws(Fault) -> any Outlet {
        let made = try cluster.makeOutlet(transactionalId: settings.transactionalId, topics: topology.outputs)
        do throws(Fault) {
            try made.initialize()
        } catch {
            made.close()
            throw error
        }
        return made
    }

    private func deadLetterRooms() throws(Fault) -> [Int] {
        let topics = topology.inputs.map(Topology.deadLetters)
        let limits = try cluster.recordLimits(of: topics)
        return topics.map { limits[$0] ?? 0 }
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
        if let news = polled.change {
            desk.counters.rebalances += 1
            change = news
        }
        try obey()
    }

    private func obey() throws(Fault) {
        switch change {
        case .assigned(let partitions):
            restoreAgain(partitions)
            log.info("partitions assigned", metadata: ["kafka.partitions": "\(partitions.count)"])
        case .revoked(let partitions):
            try settle()
            try park()
            try drop(partitions)
            log.info("partitions revoked", metadata: ["kafka.partitions": "\(partitions.count)"])
        case .lost(let partitions):
            abandon()
            try drop(partitions)
            log.warning(
                "partitions lost: this member was silent for too long",
                metadata: ["kafka.partitions": "\(partitions.count)"]
            )
        case nil: return
        }
        change = nil
    }

    /// Every partition number that came brings a shard of each stage whose inputs came with it, but for those that
    /// fold already.
    func restoreAgain(_ partitions: [TopicPartition]) {
        assignment = partitions
        ending.forget()
        let held = Set(partitions)
        for stage in Stage.allCases {
            let inputs = topology.inputs(of: stage)
            for number in 0..<topology.partitions {
                guard inputs.allSatisfy({ held.contains(TopicPartition($0, number)) }),
                    !live.contains(where: { $0.stage == stage && $0.partition == number })
                else { continue }
                let kept = parked.keys.first { $0.stage == stage && $0.partition == number }
                awaitingOffsets.append(kept ?? makeShard(stage, number))
            }
        }
    }

    private func makeShard(_ stage: Stage, _ number: Int32) -> Shard {
        Shard(stage, number, inputs: topology.inputs(of: stage), commons: commons, writer: writer)
    }

    /// Sends and commits everything that is folded: the partitions are still ours.
    private func settle() throws(Fault) {
        while try !isCommitted(wait: 1_000) {}
        if hasWork { try send(clock.now()) }
        while try !isCommitted(wait: 1_000) {}
    }

    private func drop(_ partitions: [TopicPartition]) throws(Fault) {
        live.removeAll()
        awaitingOffsets.removeAll()
        assignment.removeAll()
        restorer?.forget()
        try inlet?.fetch(from: [:])
        try inlet?.release(assignment: partitions)
    }

    /// State of partitions that went is kept this long, in ms: rebalances that bring them back follow soon or never.
    private static let parkingTime: Int64 = 60_000

    /// Keeps the state of what goes, with the end of its changelog: if nothing was written there until it comes back,
    /// it is still right.
    private func park() throws(Fault) {
        guard !live.isEmpty, let restorer else { return }
        parked.merge(try restorer.changelogEnds(of: live)) { _, end in end }
        parkedUntil = clock.now() + Line.parkingTime
    }

    /// Restores what was assigned, a slice at a time, and lets complete shards fold. Not while the group waits for us
    /// to give up what we have.
    func bringBack() throws(Fault) {
        try replica?.advance()
        guard change == nil else { return }
        if !awaitingOffsets.isEmpty { try beginRestore() }
        if let restorer, !restorer.isIdle { goLive(try advance(restorer)) }
        try restorer?.rest()
        if isFetchStale { try fetchLive() }
    }

    /// One slice. What would stop the line stops nothing if another member has committed for these partitions since:
    /// then this one was silent for too long, what it compares is of different times, and the next poll says whose they
    /// are.
    private func advance(_ restorer: Restorer) throws(Fault) -> [Shard] {
        do throws(Fault) {
            return try restorer.advance(wait: 20)
        } catch {
            let fault = error
            guard case .stop = fault.recovery else { throw fault }
            var hasMoved = false
            try again { () throws(Fault) in hasMoved = try haveOffsetsMoved() }
            guard hasMoved else { throw fault }
            log.notice("restore begins again, the group has committed meanwhile: \(fault)")
            restorer.forget()
            restoreAgain(assignment)
            return []
        }
    }

    private func haveOffsetsMoved() throws(Fault) -> Bool {
        guard let inlet else { return false }
        let settled = Set(live.flatMap(inputs))
        let places = assignment.filter { !settled.contains($0) }
        let now = try inlet.committed(places)
        return places.contains { now[$0] != restoringTo[$0] }
    }

    private func inputs(of shard: Shard) -> [TopicPartition] {
        topology.inputs(of: shard.stage).map { TopicPartition($0, shard.partition) }
    }

    /// Waits until the group's offsets are stable: a predecessor's transaction may still be deciding them.
    private func beginRestore() throws(Fault) {
        guard let inlet, let restorer else { return }
        let committed = try inlet.committed(awaitingOffsets.flatMap(inputs))
        restoringTo = committed
        let returning = try unchanged(awaitingOffsets, committed, restorer)
        let fresh = awaitingOffsets.filter { !returning.contains($0) }
            .map { parked[$0] == nil ? $0 : makeShard($0.stage, $0.partition) }
        try restorer.begin(fresh, committed: committed)
        for shard in awaitingOffsets { parked[shard] = nil }
        awaitingOffsets.removeAll()
        goLive(Array(returning))
    }

    /// Parked shards whose changelog and offsets nobody has touched.
    private func unchanged(
        _ shards: [Shard],
        _ committed: [TopicPartition: Int64],
        _ restorer: Restorer
    ) throws(Fault) -> Set<Shard> {
        let candidates = shards.filter { parked[$0] != nil }
        guard !candidates.isEmpty else { return [] }
        let ends = try restorer.changelogEnds(of: candidates)
        return Set(candidates.filter { isUnchanged($0, committed) && parked[$0] == ends[$0] })
    }

    private func isUnchanged(_ shard: Shard, _ committed: [TopicPartition: Int64]) -> Bool {
        topology.inputs(of: shard.stage).enumerated().allSatisfy { index, topic in
            let offset = committed[TopicPartition(topic, shard.partition)]
            return offset == nil || offset == shard.positions[index]
        }
    }

    /// From here on the shards fold what the group's queue brings.
    private func goLive(_ shards: [Shard]) {
        guard !shards.isEmpty else { return }
        let now = clock.now()
        for shard in shards {
            let turn = Int64(shard.partition) * 2 + Int64(shard.stage.rawValue)
            shard.nextCheckpoint = now + settings.checkpointInterval * (turn + 1) / (2 * Int64(topology.partitions))
            shard.noteRecord(at: now)
            shard.forgetEnds()
        }
        live = (live + shards).sorted { ($0.partition, $0.stage.rawValue) < ($1.partition, $1.stage.rawValue) }
        isFetchStale = true
        for notice in restorer?.takeNotices() ?? [] { log.notice("\(notice)") }
        log.info("partitions ready", metadata: ["kafka.partitions": "\(live.count) of \(live.count + awaiting)"])
    }

    /// From where the shards stand, whatever was fetched before.
    func fetchLive() throws(Fault) {
        var positions: [TopicPartition: Int64] = [:]
        for shard in live {
            for (index, topic) in topology.inputs(of: shard.stage).enumerated() {
                positions[TopicPartition(topic, shard.partition)] = shard.positions[index]
            }
        }
        try inlet?.fetch(from: positions)
        isFetchStale = false
    }

    /// Shards that are assigned and do not fold yet.
    public var awaiting: Int { awaitingOffsets.count + (restorer?.count ?? 0) }

    /// Everything assigned folds, and what was published before is known.
    public var isReady: Bool { !live.isEmpty && awaiting == 0 && replica?.isCaughtUp == true }
}
