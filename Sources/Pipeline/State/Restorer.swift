import Engine
import Events

/// Brings shards back to what is committed, in slices between polls: first the changelog up to its end, then the
/// journal from the checkpoint's offsets C to the group's committed offsets O, with outputs muted.
///
/// A rebalance may come at any point: shards are dropped by ``drop(_:)`` and nothing else is touched.
final class Restorer {
    /// How far one shard has come.
    private struct Progress {
        var shard: Shard
        var committed: [TopicPartition: Int64]
        /// End of the changelog when it was asked for; zero records means nothing to read.
        var end: Int64
        var checkpoint: Checkpoint?
        var journal: Journal?
        /// Entries of the journal still to be replayed, the first one's remaining count.
        var entry = 0
        var left: UInt64 = 0
        var phase = Phase.changelog
    }

    private enum Phase: Equatable {
        /// Reads the changelog; has read it and looks for where the journal starts; replays the journal.
        case changelog, positioning, journal, done
    }

    private let topology: Topology
    private let capabilities: BrokerCapabilities
    private let changelogs: any Fetching
    private let inputs: any Fetching
    private let desk: FoldingDesk
    private let configuration: UInt64
    private var work: [Progress] = []
    private var isFetchStale = (changelogs: false, inputs: false)
    private var records: [Record] = []
    /// Records read ahead of their turn, by input partition.
    private var ahead: [TopicPartition: ReadAhead] = [:]
    /// What an operator should know about how positions were found.
    private var notices: [String] = []

    init(
        _ topology: Topology,
        _ cluster: any Cluster,
        desk: FoldingDesk,
        configuration: UInt64
    ) throws(Fault) {
        self.topology = topology
        self.desk = desk
        self.configuration = configuration
        capabilities = cluster.capabilities
        changelogs = try cluster.makeReader(topics: Stage.allCases.map { topology.changelog(of: $0).name })
        inputs = try cluster.makeReader(topics: topology.subscription)
    }

    var isIdle: Bool { work.isEmpty }
    var count: Int { work.count }

    func takeNotices() -> [String] {
        defer { notices.removeAll() }
        return notices
    }

    func close() {
        changelogs.close()
        inputs.close()
    }

    /// Records of the changelogs read so far.
    private(set) var recordsRead: UInt64 = 0

    /// Where the shards' changelogs end now.
    func changelogEnds(of shards: [Shard]) throws(Fault) -> [Shard: Int64] {
        let bounds = try changelogs.bounds(of: shards.map(changelog))
        return Dictionary(uniqueKeysWithValues: shards.map { ($0, bounds[changelog($0)]?.end ?? 0) })
    }

    /// Begins with shards whose committed offsets are known.
    func begin(_ shards: [Shard], committed: [TopicPartition: Int64]) throws(Fault) {
        guard !shards.isEmpty else { return }
        let bounds = try changelogs.bounds(of: shards.map(changelog))
        for shard in shards {
            let found = bounds[changelog(shard)] ?? LogBounds(start: 0, end: 0)
            var progress = Progress(shard: shard, committed: committed, end: found.end)
            if found.end <= found.start { progress.phase = .positioning }
            work.append(progress)
        }
        isFetchStale = (true, true)
    }

    /// Forgets everything: the shards are no longer ours.
    func forget() {
        work.removeAll()
        ahead.removeAll()
        isFetchStale = (true, true)
    }

    /// One slice of work. Answers the shards that are complete and whose positions are the committed ones.
    func advance(wait: Int32) throws(Fault) -> [Shard] {
        if isFetchStale.changelogs { try fetchChangelogs() }
        if work.contains(where: { $0.phase == .changelog }) { try readChangelogs(wait: wait) }
        for index in work.indices where work[index].phase == .positioning { try findJournal(&work[index]) }
        if isFetchStale.inputs { try fetchInputs() }
        if work.contains(where: { $0.phase == .journal }) { try replayJournals(wait: wait) }
        let done = work.filter { $0.phase == .done }.map(\.shard)
        work.removeAll { $0.phase == .done }
        return done
    }

    private func changelog(_ shard: Shard) -> TopicPartition {
        TopicPartition(topology.changelog(of: shard.stage).name, shard.partition)
    }

    private func input(_ shard: Shard, _ index: Int) -> TopicPartition {
        TopicPartition(topology.inputs(of: shard.stage)[index], shard.partition)
    }

    // MARK: the changelog

    private func fetchChangelogs() throws(Fault) {
        var positions: [TopicPartition: Int64] = [:]
        for progress in work where progress.phase == .changelog {
            positions[changelog(progress.shard)] = Position.beginning
        }
        try changelogs.fetch(from: positions)
        isFetchStale.changelogs = false
    }

    private func readChangelogs(wait: Int32) throws(Fault) {
        records.removeAll(keepingCapacity: true)
        let polled = try changelogs.poll(into: &records, limit: 4_096, wait: wait)
        for record in records {
            let partition = TopicPartition(changelogs.topics[Int(record.topic)], record.partition)
            guard let index = work.firstIndex(where: { $0.phase == .changelog && changelog($0.shard) == partition })
            else { continue }
            try take(record, into: &work[index])
        }
        for (partition, position) in polled.ended {
            guard let index = work.firstIndex(where: { $0.phase == .changelog && changelog($0.shard) == partition }),
                position >= work[index].end
            else { continue }
            work[index].phase = .positioning
        }
    }

    private func take(_ record: Record, into progress: inout Progress) throws(Fault) {
        recordsRead += 1
        desk.counters.restoredRecords += 1
        if record.value.isMissing, record.key == Bytes(Journal.key) || record.key == Bytes(Checkpoint.key) {
            startOver(&progress)
        } else if record.key == Bytes(Journal.key) {
            progress.journal = Journal(record.value)
            if progress.journal == nil { throw unreadable(progress.shard, "journal") }
        } else if record.key == Bytes(Checkpoint.key) {
            progress.checkpoint = Checkpoint(record.value)
            if progress.checkpoint == nil { throw unreadable(progress.shard, "checkpoint") }
        } else {
            do {
                try progress.shard.restore(key: record.key, value: record.value)
            } catch {
                let place = changelog(progress.shard)
                throw .missingKey(error, in: place) ?? unreadable(progress.shard, "state (\(error))")
            }
        }
    }

    /// A reset took the journal and the checkpoint away: what stands before in the log counts no more.
    private func startOver(_ progress: inout Progress) {
        progress.shard = progress.shard.emptied()
        progress.checkpoint = nil
        progress.journal = nil
    }

    private func unreadable(_ shard: Shard, _ what: String) -> Fault {
        Fault(
            .stop(exitCode: Fault.Exit.data),
            code: "STATE_UNREADABLE",
            doing: "reading the \(what) in \(changelog(shard))",
            remedy: "run the version that wrote it, or drop the state: shopstream reset --to-earliest"
        )
    }

    // MARK: the journal

    /// The changelog is read: decides where the journal starts and where it has to end.
    private func findJournal(_ progress: inout Progress) throws(Fault) {
        let shard = progress.shard
        if let checkpoint = progress.checkpoint, checkpoint.configuration != configuration {
            throw Fault(
                .stop(exitCode: Fault.Exit.configuration),
                code: "CONFIGURATION_CHANGED",
                doing: "taking over \(changelog(shard)), which was written under other half-lives or session rules",
                remedy: "go back to the old configuration, or fold anew: shopstream reset --to-earliest"
            )
        }
        shard.positions = try start(progress)
        shard.generation = progress.checkpoint?.generation ?? 0
        shard.began = progress.checkpoint?.began ?? progress.journal?.base ?? shard.positions
        shard.finishRestore()
        shard.journal = Journal(writer: shard.journal.writer, base: shard.positions)
        progress.phase = .journal
        isFetchStale.inputs = true
        try nextEntry(&progress)
    }

    /// Offsets from which the journal is replayed, by the table of what was found.
    private func start(_ progress: Progress) throws(Fault) -> [Int64] {
        let shard = progress.shard
        let names = (0..<shard.positions.count).map { input(shard, $0) }
        let bounds = try inputs.bounds(of: names)
        let known = progress.checkpoint?.offsets ?? progress.journal?.base
        var found: [Int64] = []
        for (index, name) in names.enumerated() {
            let start = bounds[name]?.start ?? 0
            let carried = known.flatMap { index < $0.count ? $0[index] : nil }
            found.append(try position(name, carried: carried, committed: progress.committed[name], start: start))
        }
        return found
    }

    private func position(
        _ name: TopicPartition,
        carried: Int64?,
        committed: Int64?,
        start: Int64
    ) throws(Fault) -> Int64 {
        switch (carried, committed) {
        case (nil, nil): return start
        case (let carried?, nil):
            notices.append("\(name): the group's offset is gone; resuming from the checkpoint at \(carried)")
            return try inside(name, carried, start)
        case (nil, let committed?):
            guard !capabilities.keepsCompactedTopics else {
                throw Fault(
                    .stop(exitCode: Fault.Exit.data),
                    code: "STATE_MISSING",
                    doing: "looking for the state behind offset \(committed) of \(name)",
                    remedy: "fold anew: shopstream reset --to-earliest"
                )
            }
            notices.append("\(name): this cluster does not keep state; going on from \(committed) without memory")
            return try inside(name, committed, start)
        case (let carried?, let committed?):
            guard committed >= carried else {
                throw Fault(
                    .stop(exitCode: Fault.Exit.data),
                    code: "OFFSET_BEFORE_STATE",
                    doing: "comparing \(name): the group is at \(committed), the state already at \(carried)",
                    remedy: "somebody moved the group's offsets; fold anew: shopstream reset --to-earliest"
                )
            }
            return try inside(name, carried, start)
        }
    }

    private func inside(_ name: TopicPartition, _ offset: Int64, _ start: Int64) throws(Fault) -> Int64 {
        guard offset >= start else {
            throw Fault(
                .stop(exitCode: Fault.Exit.data),
                code: "OFFSET_OUT_OF_RANGE",
                doing: "resuming \(name) at \(offset), but the log now begins at \(start)",
                remedy: "records were deleted before they were read; accept the gap: shopstream reset --to-earliest"
            )
        }
        return offset
    }

    /// Steps to the next entry of the journal; without one the shard is complete, if it stands where the group does.
    private func nextEntry(_ progress: inout Progress) throws(Fault) {
        let entries = progress.journal?.entries ?? []
        while progress.entry < entries.count {
            let entry = entries[progress.entry]
            if case .run(let topic, let count) = entry {
                guard topic < progress.shard.positions.count else { throw unreadable(progress.shard, "journal") }
                progress.left = count
                return
            }
            desk.muted { progress.shard.replay(entry, with: desk) }
            progress.entry += 1
        }
        try checkArrival(progress)
        progress.phase = .done
        progress.shard.isTouched = false
    }

    /// The journal has to lead exactly to what the group committed.
    private func checkArrival(_ progress: Progress) throws(Fault) {
        for (index, position) in progress.shard.positions.enumerated() {
            let name = input(progress.shard, index)
            guard let committed = progress.committed[name], committed != position else { continue }
            throw Fault(
                .stop(exitCode: Fault.Exit.data),
                code: "JOURNAL_ENDS_ELSEWHERE",
                doing: "restoring \(name): the journal leads to \(position), the group committed \(committed)",
                remedy: "fold anew: shopstream reset --to-earliest"
            )
        }
    }

    private func fetchInputs() throws(Fault) {
        var positions: [TopicPartition: Int64] = [:]
        for progress in work where progress.phase == .journal {
            for index in 0..<progress.shard.positions.count {
                let name = input(progress.shard, index)
                let buffered = ahead[name]
                if buffered?.isFull == true { continue }
                positions[name] = buffered?.next ?? progress.shard.positions[index]
            }
        }
        ahead = ahead.filter { name, buffered in positions[name] != nil || buffered.isFull }
        try inputs.fetch(from: positions)
        isFetchStale.inputs = false
    }

    private func replayJournals(wait: Int32) throws(Fault) {
        records.removeAll(keepingCapacity: true)
        _ = try inputs.poll(into: &records, limit: 4_096, wait: wait)
        for record in records {
            ahead[TopicPartition(inputs.topics[Int(record.topic)], record.partition), default: ReadAhead()].append(
                record
            )
        }
        for index in work.indices where work[index].phase == .journal {
            if try replay(&work[index]) { isFetchStale.inputs = true }
        }
        if ahead.values.contains(where: \.isFull) { isFetchStale.inputs = true }
    }

    /// Folds what is at hand. True when a buffer that was full has room again.
    private func replay(_ progress: inout Progress) throws(Fault) -> Bool {
        var freed = false
        while progress.phase == .journal, case .run(let topic, _)? = progress.journal?.entries[progress.entry] {
            let name = input(progress.shard, topic)
            guard var buffered = ahead.removeValue(forKey: name) else { return freed }
            let wasFull = buffered.isFull
            let taken = buffered.take(progress.left) { records in
                desk.muted { progress.shard.fold(records, input: topic, with: desk) }
            }
            desk.counters.replayedRecords += taken
            progress.left -= taken
            freed = freed || (wasFull && !buffered.isFull)
            ahead[name] = buffered
            guard progress.left == 0 else { return freed }
            progress.entry += 1
            try nextEntry(&progress)
        }
        return freed
    }
}

/// Records of one input partition that were read before their turn in the journal, copied. Bound: 32 MiB.
struct ReadAhead {
    private var bytes: [UInt8] = []
    private var entries:
        [(offset: Int64, timestamp: Int64, partition: Int32, key: Int, value: Int, end: Int, hasKey: Bool)] = []
    private var first = 0
    /// Offset behind the last record read.
    private(set) var next: Int64?

    var isFull: Bool { bytes.count > 32 << 20 }

    mutating func append(_ record: Record) {
        let key = bytes.count
        bytes.append(contentsOf: record.key.buffer)
        let value = bytes.count
        bytes.append(contentsOf: record.value.buffer)
        entries.append(
            (record.offset, record.timestamp, record.partition, key, value, bytes.count, !record.key.isMissing)
        )
        next = record.offset + 1
    }

    /// Hands up to `count` records to `body` and forgets them; answers how many.
    mutating func take(_ count: UInt64, _ body: (ArraySlice<Record>) -> Void) -> UInt64 {
        let taken = min(Int(clamping: count), entries.count - first)
        guard taken > 0 else { return 0 }
        bytes.withUnsafeBufferPointer { buffer in
            let records = entries[first..<first + taken].map { entry in
                Record(
                    topic: 0,
                    partition: entry.partition,
                    offset: entry.offset,
                    timestamp: entry.timestamp,
                    key: entry.hasKey
                        ? Bytes(start: buffer.baseAddress! + entry.key, count: entry.value - entry.key) : .none,
                    value: Bytes(start: buffer.baseAddress! + entry.value, count: entry.end - entry.value),
                    handle: 0
                )
            }
            body(records[...])
        }
        first += taken
        if first == entries.count {
            entries.removeAll(keepingCapacity: true)
            bytes.removeAll(keepingCapacity: true)
            first = 0
        }
        return UInt64(taken)
    }
}
