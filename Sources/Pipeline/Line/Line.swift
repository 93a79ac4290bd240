public import Engine
import Events
public import Logging

/// The line: one thread, one member of the group, one transactional producer, and the state of the partitions it was
/// given.
///
///     poll ─ guard ─ decode ─ validate ─ update ─ decide ─ encode ─ emit ─ commit
///
/// One transaction is in flight; while it commits, the next records are folded and encoded but nothing is produced. A
/// failed commit discards what ran ahead together with the state, and both come back from what is committed.
public final class Line {
    let cluster: any Cluster
    let topology: Topology
    let settings: LineSettings
    let clock: WallClock
    let log: Logger
    public let commons: Commons
    let desk: FoldingDesk
    let emitter: Emitter
    public let mailbox: Mailbox
    let writer: UInt64
    var inlet: (any Inlet)?
    var outlet: (any Outlet)?
    var replica: Replica?
    var restorer: Restorer?
    /// Shards that fold, in the order of their partitions; those being restored are with the restorer.
    public internal(set) var live: [Shard] = []
    /// State of partitions that went, with the end of their changelogs then.
    var parked: [Shard: Int64] = [:]
    var parkedUntil: Int64 = 0
    var assignment: [TopicPartition] = []
    /// What the group said last and is not done yet.
    var change: GroupChange?
    /// What is fetched is not what folds.
    var isFetchStale = false
    /// Bytes that each input's dead-letter topic takes in one record; asked for with every new producer.
    var rooms: [Int] = []
    var awaitingOffsets: [Shard] = []
    /// The group's offsets that the restore leads to.
    var restoringTo: [TopicPartition: Int64] = [:]
    var filling = Outbox()
    var sending = Outbox()
    var committing: Committing?
    var pace: CommitPace
    var ending: UntilEnd
    var budget: MemoryBudget
    var records: [Record] = []
    /// How many of them are folded.
    var folded = 0
    /// Wall time of the last poll, ms.
    private var polledAt: Int64 = 0
    var nextProjection: Int64 = 0
    var nextLook: Int64 = 0
    var isStopping = false
    /// Wall times of the checkpoint in flight and of the last one committed; zero for none.
    var checkpointingAt: Int64 = 0
    var checkpointedAt: Int64 = 0
    var trouble = Trouble()
    /// Told of a fault before it is answered, because the answer may take long.
    var onTrouble: ((Line) -> Void)?
    var nextProgress: Int64 = 0

    public init(
        cluster: any Cluster,
        topology: Topology,
        settings: LineSettings,
        clock: WallClock,
        writer: UInt64,
        log: Logger,
        mailbox: Mailbox = Mailbox()
    ) {
        self.cluster = cluster
        self.topology = topology
        self.settings = settings
        self.clock = clock
        self.writer = writer
        self.log = log
        self.mailbox = mailbox
        commons = Commons(
            configuration: settings.engine,
            partitions: topology.partitions,
            names: Names(seed: writer),
            pseudonyms: settings.pseudonyms
        )
        desk = FoldingDesk(topology, categories: settings.engine.consent, needsClock: true)
        desk.effects.since = settings.outputsSince
        emitter = Emitter(topology, group: settings.group, categories: settings.engine.consent)
        pace = CommitPace(settings.commitInterval)
        ending = UntilEnd(isWanted: settings.untilEnd)
        budget = MemoryBudget(limit: settings.memoryBudget)
    }

    public var counters: Counters { desk.counters }

    /// One turn: what came is folded, what is due is sent. Answers false when the line has finished.
    ///
    /// - Throws: a ``Fault`` that only a stop answers; all others are mended here.
    public func turn() throws(Fault) -> Bool {
        do throws(Fault) {
            try open()
            try bringBack()
            let polled = try poll()
            fold()
            try follow(polled)
            try passTime()
            try exchange()
            mailbox.answer(from: self)
            noteProgress()
            return try !isFinished()
        } catch {
            try recover(from: error)
            return true
        }
    }

    /// Records of all partitions that fold, from the group's queue; none while some of the last poll's wait.
    private func poll() throws(Fault) -> Polled {
        if hasLeftovers {
            // A commit that hangs must not cost the membership: what waits is given back and fetched again.
            guard change == nil, clock.now() - polledAt >= LineSettings.longestHold else { return Polled() }
            try fetchLive()
        }
        polledAt = clock.now()
        records.removeAll(keepingCapacity: true)
        folded = 0
        guard let inlet, !isStopping else { return Polled() }
        return try inlet.poll(into: &records, limit: settings.recordsPerPoll, wait: wait())
    }

    /// Folds what was polled, run by run, and encodes what was decided. What a transaction cannot hold any more waits
    /// for the next one: twenty megabytes of nonsense are a dead letter, a thousand of them are not in memory at once.
    private func fold() {
        while hasLeftovers, !isFull {
            let run = nextRun()
            folded = run.upperBound
            fold(records[run], of: records[run.lowerBound])
        }
        emitDecisions()
    }

    /// Records of one partition that come after each other, at most as many bytes as one transaction takes.
    private func nextRun() -> Range<Int> {
        let first = records[folded]
        var end = folded
        var bytes = 0
        repeat {
            bytes += records[end].value.count
            end += 1
        } while end < records.count && bytes < settings.bytesPerTransaction && records[end].topic == first.topic
            && records[end].partition == first.partition
        return folded..<end
    }

    /// Polled and not folded yet.
    var hasLeftovers: Bool { folded < records.count }

    private func fold(_ run: ArraySlice<Record>, of first: Record) {
        guard let inlet, let (shard, input) = shard(of: inlet.topics[Int(first.topic)], first.partition) else {
            desk.counters.guarded += UInt64(run.count)
            return
        }
        shard.fold(run, input: input, with: desk)
        shard.noteRecord(at: clock.now())
    }

    /// Encodes outcomes and dead letters while the polled records' bytes are still there.
    func emitDecisions() {
        emitter.emit(desk.effects, into: &filling, &desk.counters)
        for (record, input, rejection) in desk.rejected {
            let headers = inlet?.headers(of: record) ?? []
            emitter.emit(
                deadLetter: record,
                input: input,
                rejection,
                headers: headers,
                room: rooms[input],
                into: &filling,
                &desk.counters
            )
        }
        desk.rejected.removeAll(keepingCapacity: true)
    }

    /// The shard that a record belongs to, and the index of its input there; nil when it is not ours.
    private func shard(of topic: String, _ partition: Int32) -> (Shard, Int)? {
        if topic == OutputTopic.signals.name {
            return live.first { $0.stage == .products && $0.partition == partition }.map { ($0, 0) }
        }
        guard let input = topology.inputs.firstIndex(of: topic) else { return nil }
        return live.first { $0.stage == .customers && $0.partition == partition }.map { ($0, input) }
    }

    /// How long to wait for records: not beyond the time at which something is due.
    private func wait() -> Int32 {
        if restorer?.isIdle == false || !awaitingOffsets.isEmpty { return 0 }
        return Int32(pace.wait(at: clock.now(), hasWork: hasWork, isCommitting: committing != nil))
    }

    /// Something folded, decided or due waits for a transaction.
    var hasWork: Bool {
        hasLeftovers || !filling.isEmpty || desk.effects.signals.bytes > 0 || live.contains { $0.isTouched }
    }

    /// Asks the line to send what it has, checkpoint, commit and finish. Call on the line's thread.
    public func stop() { isStopping = true }
}

extension Shard: Hashable {
    public static func == (left: Shard, right: Shard) -> Bool { left === right }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
