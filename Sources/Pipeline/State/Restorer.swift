import Engine
import Events

/// Brings shards back to what is committed, in slices between polls: first the changelog up to its end, then the
/// journal from the checkpoint's offsets C to the group's committed offsets O, with outputs muted.
///
/// A rebalance may come at any point: shards are dropped by ``forget()`` and nothing else is touched.
final class Restorer {
    /// How far one shard has come.
    struct Progress {
        var shard: Shard
        let changelog: TopicPartition
        let inputs: [TopicPartition]
        var committed: [TopicPartition: Int64]
        /// The changelog's bounds when they were asked for.
        let bounds: LogBounds
        /// Offset behind the last record read.
        var position: Int64
        /// The newest checkpoint and journal as they were read; taken apart once the changelog is at its end.
        var checkpoint: [UInt8]?
        var journal: [UInt8]?
        /// Entries of the journal still to be replayed, the first one's remaining count, and their inputs now.
        var entries: [Journal.Entry] = []
        var journalInputs: [Int] = []
        var entry = 0
        var left: UInt64 = 0
        var takeover: Takeover?
        var phase = Phase.changelog
    }

    enum Phase: Equatable {
        /// Reads the changelog; has read it and looks for where the journal starts; replays the journal.
        case changelog, positioning, journal, done
    }

    let topology: Topology
    let capabilities: BrokerCapabilities
    let changelogs: any Fetching
    let inputs: any Fetching
    let desk: FoldingDesk
    let settings: LineSettings
    private let clock: WallClock
    var work: [Progress] = []
    /// Place in ``work`` by changelog (the reader's topic) and partition; below zero for none.
    private var places: [[Int]] = []
    var isFetchStale = (changelogs: false, inputs: false)
    var records: [Record] = []
    private var slice = Slice()
    /// Records read ahead of their turn, by input partition.
    var ahead: [TopicPartition: ReadAhead] = [:]
    /// Offsets behind the last record that a journal asks for, by input partition.
    var journalEnds: [TopicPartition: Int64] = [:]
    /// What an operator should know about how positions were found.
    var notices: [String] = []
    /// Of everything that was begun since the restorer was last idle.
    var share = RestoreShare()

    init(
        _ topology: Topology,
        _ cluster: any Cluster,
        desk: FoldingDesk,
        settings: LineSettings,
        clock: WallClock
    ) throws(Fault) {
        self.topology = topology
        self.desk = desk
        self.settings = settings
        self.clock = clock
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

    /// Where the shards' changelogs end now.
    func changelogEnds(of shards: [Shard]) throws(Fault) -> [Shard: Int64] {
        let bounds = try changelogs.bounds(of: shards.map(changelog))
        return Dictionary(uniqueKeysWithValues: shards.map { ($0, bounds[changelog($0)]?.end ?? 0) })
    }

    /// Begins with shards whose committed offsets are known.
    func begin(_ shards: [Shard], committed: [TopicPartition: Int64]) throws(Fault) {
        guard !shards.isEmpty else { return }
        if work.isEmpty { share = RestoreShare() }
        let bounds = try changelogs.bounds(of: shards.map(changelog))
        for shard in shards {
            let found = bounds[changelog(shard)] ?? LogBounds(start: 0, end: 0)
            var progress = Progress(
                shard: shard,
                changelog: changelog(shard),
                inputs: topology.inputs(of: shard.stage).map { TopicPartition($0, shard.partition) },
                committed: committed,
                bounds: found,
                position: found.start
            )
            if found.end <= found.start { progress.phase = .positioning }
            share.wanted += UInt64(max(0, found.end - found.start))
            work.append(progress)
        }
        isFetchStale = (true, true)
    }

    /// Forgets everything: the shards are no longer ours.
    func forget() {
        work.removeAll()
        ahead.removeAll()
        journalEnds.removeAll()
        isFetchStale = (true, true)
    }

    /// One slice of work. Answers the shards that are complete and whose positions are the committed ones.
    func advance(wait: Int32) throws(Fault) -> [Shard] {
        slice.begin(at: clock.now())
        var hasMore = true
        while hasMore { hasMore = try step(wait: wait) && slice.goesOn(at: clock.now()) }
        let done = work.filter { $0.phase == .done }.map(\.shard)
        if !done.isEmpty {
            work.removeAll { $0.phase == .done }
            place()
            if work.isEmpty { isFetchStale = (true, true) }
        }
        return done
    }

    /// Stops all fetching: nothing is to be restored, and what comes later is of no interest.
    func rest() throws(Fault) {
        guard work.isEmpty, isFetchStale.changelogs || isFetchStale.inputs else { return }
        ahead.removeAll()
        journalEnds.removeAll()
        try changelogs.fetch(from: [:])
        try inputs.fetch(from: [:])
        isFetchStale = (false, false)
    }

    /// A poll of each reader that has something to bring. False when nothing came.
    private func step(wait: Int32) throws(Fault) -> Bool {
        var hasRead = false
        if isFetchStale.changelogs { try fetchChangelogs() }
        if work.contains(where: { $0.phase == .changelog }) { hasRead = try readChangelogs(wait: wait) }
        // Journals begin together: every change of positions makes a reader fetch anew.
        guard !work.contains(where: { $0.phase == .changelog }) else { return hasRead }
        for index in work.indices where work[index].phase == .positioning { try findJournal(&work[index]) }
        guard work.contains(where: { $0.phase == .journal }) else { return hasRead }
        if isFetchStale.inputs { try fetchInputs() }
        return try replayJournals(limit: slice.records, wait: hasRead ? 0 : wait) || hasRead
    }

    private func changelog(_ shard: Shard) -> TopicPartition {
        TopicPartition(topology.changelog(of: shard.stage).name, shard.partition)
    }
}

/// How much of a restore is behind us: records of the changelogs, and events of the journals.
public struct RestoreShare: Sendable, Equatable {
    public var wanted: UInt64 = 0
    public var read: UInt64 = 0
    public var eventsWanted: UInt64 = 0
    public var eventsReplayed: UInt64 = 0

    public init() {}

    public mutating func add(_ other: RestoreShare) {
        wanted += other.wanted
        read += other.read
        eventsWanted += other.eventsWanted
        eventsReplayed += other.eventsReplayed
    }

    /// 0…1; 1 when there is nothing to do.
    public var fraction: Double {
        wanted + eventsWanted == 0 ? 1 : Double(read + eventsReplayed) / Double(wanted + eventsWanted)
    }
}

// MARK: the changelog

extension Restorer {
    /// Fetches what is left of every changelog that is still being read, and nothing else.
    private func fetchChangelogs() throws(Fault) {
        var positions: [TopicPartition: Int64] = [:]
        for progress in work where progress.phase == .changelog { positions[progress.changelog] = progress.position }
        try changelogs.fetch(from: positions)
        isFetchStale.changelogs = false
        place()
    }

    private func place() {
        places = changelogs.topics.map { _ in Array(repeating: -1, count: Int(topology.partitions)) }
        for (index, progress) in work.enumerated() where progress.phase == .changelog {
            guard let topic = changelogs.topics.firstIndex(of: progress.changelog.topic) else { continue }
            places[topic][Int(progress.changelog.partition)] = index
        }
    }

    private func readChangelogs(wait: Int32) throws(Fault) -> Bool {
        records.removeAll(keepingCapacity: true)
        let polled = try changelogs.poll(into: &records, limit: slice.records, wait: wait)
        var start = 0
        while start < records.count {
            let first = records[start]
            var end = start + 1
            while end < records.count, records[end].partition == first.partition, records[end].topic == first.topic {
                end += 1
            }
            try take(records[start..<end])
            start = end
        }
        for (partition, position) in polled.ended { noteEnd(of: partition, position) }
        return !records.isEmpty
    }

    /// The reader is at the end of a changelog: is it the end that was asked for?
    private func noteEnd(of partition: TopicPartition, _ position: Int64) {
        guard let index = work.firstIndex(where: { $0.phase == .changelog && $0.changelog == partition }),
            position >= work[index].bounds.end
        else { return }
        advance(&work[index], to: position)
        work[index].phase = .positioning
        place()
    }

    private func advance(_ progress: inout Progress, to position: Int64) {
        let reached = min(position, progress.bounds.end)
        share.read += UInt64(max(0, reached - min(progress.position, progress.bounds.end)))
        progress.position = position
    }

    /// Takes a run of one changelog's records back.
    private func take(_ run: ArraySlice<Record>) throws(Fault) {
        guard let first = run.first, let last = run.last else { return }
        let index = places[Int(first.topic)][Int(first.partition)]
        guard index >= 0 else { return }
        for record in run { try take(record, into: index) }
        desk.counters.restoredRecords += UInt64(run.count)
        advance(&work[index], to: last.offset + 1)
    }

    @inline(__always)
    private func take(_ record: Record, into index: Int) throws(Fault) {
        if record.key == Bytes(Journal.key) {
            keep(record, in: \.journal, of: index)
        } else if record.key == Bytes(Checkpoint.key) {
            keep(record, in: \.checkpoint, of: index)
        } else {
            do throws(StateFault) {
                try work[index].shard.restore(key: record.key, value: record.value)
            } catch {
                let changelog = work[index].changelog
                throw .missingKey(error, in: changelog) ?? .unreadable("state", in: changelog, error)
            }
        }
    }

    /// The last one counts, so it is taken apart only at the end. A missing one is a reset: it took the journal and
    /// the checkpoint away, and what stands before in the log counts no more.
    private func keep(_ record: Record, in field: WritableKeyPath<Progress, [UInt8]?>, of index: Int) {
        if record.value.isMissing {
            work[index].shard = work[index].shard.emptied()
            work[index].checkpoint = nil
            work[index].journal = nil
        } else if work[index][keyPath: field] == nil {
            work[index][keyPath: field] = record.value.array
        } else {
            work[index][keyPath: field]?.removeAll(keepingCapacity: true)
            work[index][keyPath: field]?.append(contentsOf: record.value.buffer)
        }
    }
}
