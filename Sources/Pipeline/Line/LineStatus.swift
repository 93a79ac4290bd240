import Engine
import Events

/// A customer with more events than a person makes, under a pseudonym.
public struct HotName: Sendable, Equatable {
    public var pseudonym: String
    /// In the hour of their newest event.
    public var events: UInt64

    public init(pseudonym: String, events: UInt64) {
        self.pseudonym = pseudonym
        self.events = events
    }
}

/// What a line tells of itself, a few times a second. Plain values, copied out of the line's thread.
public struct LineStatus: Sendable {
    public var name = ""
    public var counters = Counters(inputs: 0)
    public var inputs: [String] = []
    public var isReady = false
    public var partitionsLive = 0
    public var partitionsAwaiting = 0
    /// How far the restore that is going on, or was the last, has come.
    public var restore = RestoreShare()
    /// Records of the published topics read and to be read before the shop is known.
    public var knowledgeShare = RestoreShare()
    /// Records between what is folded and the known end, over all live inputs.
    public var lag: Int64 = 0
    /// Lowest watermark of the live partitions.
    public var watermark = EventTime.unknown
    public var customers = 0
    public var products = 0
    /// Customers who are kept forgotten, and those who were too many to keep so.
    public var suppressions = 0
    public var suppressionsForgotten: UInt64 = 0
    public var stateBytes = 0
    /// Of those, what single customers and products take.
    public var customerBytes = 0
    public var productBytes = 0
    public var knowledgeRows = 0
    public var namesRefused: UInt64 = 0
    public var late: UInt64 = 0
    /// Customers who left because they had been away for longer than the retention.
    public var leftIdle: UInt64 = 0
    /// Alerts taken back because an event came late.
    public var corrected: UInt64 = 0
    /// Events of hot customers, and the busiest of those, by pseudonym.
    public var quieted: UInt64 = 0
    public var hot: [HotName] = []
    /// Smoothed, in ms.
    public var commitCost = 0.0
    public var commitInterval: Int64 = 0
    /// Wall time of the last turn, ms: a line that has lag and does not turn is stuck.
    public var turnedAt: Int64 = 0
    /// Wall time of the last step forward, ms: a commit, a record restored, or nothing to do.
    public var progressedAt: Int64 = 0
    /// The fault that stands in the line's way, in words with its remedy; nil when nothing does.
    public var trouble: String?
    /// Wall time of the last checkpoint that was committed, ms; zero before the first.
    public var checkpointedAt: Int64 = 0
    public var hasFinished = false

    public init() {}
}

extension LineStatus {
    /// A commit that takes longer, in ms, means a slow cluster: a transaction lasts a tenth of a second.
    private static let slowCommit = 1_000.0

    /// That the cluster is slow, in words with the remedy; nil when it is not.
    public var slowness: String? {
        guard commitCost > Self.slowCommit else { return nil }
        let tenths = Int(commitCost / 100)
        return
            "a commit of \(name) takes \(tenths / 10).\(tenths % 10) s: the cluster is slow; look at its disks, "
            + "network and request queues. Events come late, nothing is lost"
    }
}

extension Line {
    /// O(partitions).
    public func status() -> LineStatus {
        var status = LineStatus()
        status.name = settings.name
        status.counters = counters
        status.inputs = topology.inputs
        status.isReady = isReady
        status.partitionsLive = live.count
        status.partitionsAwaiting = awaiting
        status.restore = restorer?.share ?? RestoreShare()
        status.knowledgeShare = replica?.share ?? RestoreShare()
        status.knowledgeRows = commons.knowledge.products
        status.namesRefused = commons.names.refused
        status.leftIdle = desk.effects.leftIdle
        status.stateBytes = commons.names.bytesReserved + commons.knowledge.bytesReserved
        status.commitCost = pace.commitCost
        status.commitInterval = pace.interval
        status.turnedAt = clock.now()
        status.progressedAt = trouble.progressedAt
        status.trouble = trouble.last?.description
        status.checkpointedAt = checkpointedAt
        for shard in live { add(shard, to: &status) }
        return status
    }

    private func named(_ customer: HotCustomer) -> HotName {
        let pseudonym = customer.customer.withUnsafeBytes { settings.pseudonyms.current.text(of: Bytes($0)) }
        return HotName(pseudonym: pseudonym, events: customer.events)
    }

    private func add(_ shard: Shard, to status: inout LineStatus) {
        status.stateBytes += shard.bytesReserved
        switch shard.state {
        case .customers(let state):
            status.customers += state.count
            status.customerBytes += state.bytesReserved
            status.suppressions += state.suppressed
            status.suppressionsForgotten += state.suppressionsForgotten
            status.late += state.late
            status.corrected += state.corrected
            status.quieted += state.quieted
            status.hot += state.hotCustomers.map(named)
            if state.watermark != EventTime.unknown {
                let lowest = status.watermark == EventTime.unknown ? state.watermark : status.watermark
                status.watermark = min(lowest, state.watermark)
            }
        case .products(let state):
            status.products += state.count
            status.productBytes += state.bytesReserved
        }
        status.lag += lag(of: shard)
    }

    /// Records between what a shard has folded and the known ends of its inputs.
    func lag(of shard: Shard) -> Int64 {
        topology.inputs(of: shard.stage).enumerated().reduce(0) { lag, input in
            let end = inlet?.lastKnownEnd(of: TopicPartition(input.element, shard.partition)) ?? 0
            return lag + (shard.reached[input.offset] < end ? max(0, end - shard.positions[input.offset]) : 0)
        }
    }
}
