import Events
import Logging
import Pipeline

/// Copies a topic in transactions that carry the group's offsets: whatever dies, each record arrives once.
///
///     connect ─ assigned ─ start from the committed offsets ─ poll, key, collect ─ commit ─ poll …
///
/// Used by one thread. Several processes share the source's partitions as members of one group.
final class Repartitioner {
    struct Settings {
        var group: String
        /// Its own for each process: `group.instance.id`, and part of the `transactional.id`.
        var name: String
        /// Stop once everything is copied that the source held at the start.
        var untilEnd = false
        /// Go on at the log's start where records were deleted unread.
        var skipsLost = false
        /// Records taken from the client in one poll, and those that close a transaction early.
        var recordsPerPoll = 4_096
        var recordsPerTransaction = 20_000

        var transactionalId: String { "shopstream-\(group)-\(name)" }
    }

    /// A transaction is closed at so many bytes, or after so many ms.
    private static let bytes = 8 << 20
    private static let interval: Int64 = 100
    private static let pause: Int64 = 500

    private let cluster: any Cluster
    private let route: RepartitionRoute
    private let settings: Settings
    private let clock: WallClock
    private let sleep: (Int64) -> Void
    private let log: Logger

    private var inlet: (any Inlet)?
    private var outlet: (any Outlet)?
    private var isInitialized = false
    private var isTransactionOpen = false
    private var assignment: [TopicPartition] = []
    /// The assignment's offsets are still to be asked for.
    private var isStarting = false
    private var leaving: [TopicPartition]?

    private var records: [Record] = []
    private var keying: CustomerKeying
    private var outbox = Outbox()
    private var since: Int64 = 0
    /// Next offsets of the partitions from which the outbox was filled.
    private var offsets: [TopicPartition: Int64] = [:]

    /// Where the source's partitions ended when they were first ours.
    private var ends: [TopicPartition: Int64] = [:]
    /// Partitions of ours that have not come so far.
    private(set) var open: Set<TopicPartition> = []
    /// What is committed.
    private(set) var tally = RepartitionTally()

    init(
        _ cluster: any Cluster,
        _ route: RepartitionRoute,
        _ rooms: RepartitionRooms,
        _ settings: Settings,
        clock: WallClock,
        sleep: @escaping (Int64) -> Void = Clock.sleep,
        log: Logger
    ) {
        self.cluster = cluster
        self.route = route
        self.settings = settings
        self.clock = clock
        self.sleep = sleep
        self.log = log
        keying = CustomerKeying(route, group: settings.group, rooms)
    }

    /// True when everything that this member had to copy is committed; never without ``Settings/untilEnd``.
    private(set) var isFinished = false

    /// Polls once, and commits if it is time.
    /// - Throws: ``Pipeline/Fault`` when it says stop. Everything else is dealt with here.
    func turn() throws(Fault) {
        do throws(Fault) {
            try step()
        } catch {
            try recover(from: error)
        }
    }

    /// Commits what is at hand; what is not committed is copied by the next run.
    func drain() throws(Fault) {
        do throws(Fault) {
            if !isTransactionOpen, !isStarting, inlet != nil { try commit() }
        } catch {
            log.warning("the last records will be copied by the next run: \(error)")
        }
        close()
    }

    private func step() throws(Fault) {
        let inlet = try connected()
        try endTransaction()
        if let leaving {
            try commit()
            try release(leaving, inlet)
        }
        records.removeAll(keepingCapacity: true)
        let polled = try inlet.poll(into: &records, limit: settings.recordsPerPoll, wait: 50)
        if !isStarting { take(polled, inlet) }
        if let change = polled.change { follow(change) }
        if isStarting { try start(inlet) }
        if isDue { try commit() }
        isFinished = settings.untilEnd && hasBegun && open.isEmpty && outbox.isEmpty
    }

    // MARK: records

    /// Not while the offsets are still to be asked for: what comes then lies behind records that were dropped.
    private func take(_ polled: Polled, _ inlet: any Inlet) {
        for (partition, position) in polled.ended where position >= ends[partition] ?? .max { open.remove(partition) }
        if outbox.isEmpty { since = clock.now() }
        for record in records {
            keying.add(record, inlet.headers(of: record), to: &outbox)
            offsets[TopicPartition(route.source, record.partition)] = record.offset + 1
        }
    }

    private var isDue: Bool {
        guard !outbox.isEmpty else { return false }
        return outbox.records.count >= settings.recordsPerTransaction || outbox.bytes.count >= Repartitioner.bytes
            || clock.now() - since >= Repartitioner.interval || settings.untilEnd && open.isEmpty
    }

    /// One transaction: the copies, the dead letters and the offsets behind them.
    private func commit() throws(Fault) {
        guard !outbox.isEmpty, let outlet, let membership = inlet?.membership else { return }
        let transaction = try Transaction.begin(on: outlet)
        isTransactionOpen = true
        try transaction.send(outbox)
        let committing = transaction.commit(offsets: offsets, membership: membership)
        while try patiently({ () throws(Fault) in try committing.isDone(wait: 1_000) }) != true {}
        isTransactionOpen = false
        tally += keying.takeTally()
        outbox.removeAll()
        offsets.removeAll()
    }

    /// What a fault has left open. The same batch may be sent again after it.
    private func endTransaction() throws(Fault) {
        guard isTransactionOpen else { return }
        try outlet?.abort()
        isTransactionOpen = false
    }

    private func forgetBatch() {
        outbox.removeAll()
        offsets.removeAll()
        _ = keying.takeTally()
    }

    // MARK: the group

    private var hasBegun: Bool { inlet?.membership != nil && !isStarting && leaving == nil }

    private func follow(_ change: GroupChange) {
        switch change {
        case .assigned(let partitions):
            forgetBatch()
            assignment = partitions
            isStarting = true
        case .revoked(let partitions): leaving = partitions
        case .lost(let partitions):
            forgetBatch()
            leaving = partitions
        }
    }

    private func release(_ partitions: [TopicPartition], _ inlet: any Inlet) throws(Fault) {
        forgetBatch()
        try inlet.release(assignment: partitions)
        leaving = nil
        assignment = []
        isStarting = false
        open = []
    }

    /// Fetches from where the group is; a source that nobody has copied yet from its start.
    private func start(_ inlet: any Inlet) throws(Fault) {
        let committed = try inlet.committed(assignment)
        let bounds = try inlet.bounds(of: assignment)
        var positions: [TopicPartition: Int64] = [:]
        for partition in assignment {
            let bounds = bounds[partition] ?? LogBounds(start: 0, end: 0)
            positions[partition] = try position(committed[partition], bounds, partition)
            ends[partition] = ends[partition] ?? bounds.end
        }
        try inlet.fetch(from: positions)
        open = Set(assignment.filter { positions[$0] ?? 0 < ends[$0] ?? 0 })
        isStarting = false
    }

    private func position(
        _ committed: Int64?,
        _ bounds: LogBounds,
        _ partition: TopicPartition
    ) throws(Fault) -> Int64 {
        guard let committed else { return bounds.start }
        if committed > bounds.end {
            throw refusal(
                "\(partition) ends at \(bounds.end), and the group is at \(committed)",
                "the topic was made anew: copy it with another --group"
            )
        }
        if committed >= bounds.start { return committed }
        let lost = bounds.start - committed
        guard settings.skipsLost else {
            throw refusal(
                "\(lost.counted("record")) of \(partition) were deleted before they were copied",
                "--skip-lost goes on behind them"
            )
        }
        log.warning("\(partition): \(lost.counted("record")) were deleted before they were copied")
        return bounds.start
    }

    private func refusal(_ state: String, _ remedy: String) -> Fault {
        Fault(.stop(exitCode: Fault.Exit.data), code: "OFFSET_OUT_OF_RANGE", doing: state, remedy: remedy)
    }

    // MARK: faults

    private func connected() throws(Fault) -> any Inlet {
        if let inlet { return inlet }
        try produce()
        let fresh = try cluster.makeInlet(
            Subscription(
                group: settings.group,
                instance: settings.name,
                topics: [route.source],
                mergesPartitions: true
            )
        )
        inlet = fresh
        return fresh
    }

    private func produce() throws(Fault) {
        if outlet == nil {
            outlet = try cluster.makeOutlet(transactionalId: settings.transactionalId, topics: route.written)
        }
        if !isInitialized { try outlet?.initialize() }
        isInitialized = true
    }

    private func recover(from fault: Fault) throws(Fault) {
        switch fault.recovery {
        case .retry: log.info("trying again: \(fault)")
        case .abortBatch:
            log.warning("transaction aborted: \(fault)")
            forgetBatch()
            isStarting = !assignment.isEmpty
        case .restartLine:
            log.warning("starting anew from what is committed: \(fault)")
            close(leave: false)
            sleep(Repartitioner.pause)
        case .stop: throw fault
        }
    }

    /// Ends the membership; an open transaction is left to the successor.
    func close(leave: Bool = true) {
        inlet?.close(leave: leave)
        outlet?.close()
        inlet = nil
        outlet = nil
        isInitialized = false
        isTransactionOpen = false
        leaving = nil
        assignment = []
        isStarting = false
        open = []
        forgetBatch()
    }
}
