import Engine
import Events

/// What a line tells of itself, a few times a second. Plain values, copied out of the line's thread.
public struct LineStatus: Sendable {
    public var name = ""
    public var counters = Counters(inputs: 0)
    public var inputs: [String] = []
    public var isReady = false
    public var partitionsLive = 0
    public var partitionsAwaiting = 0
    public var recordsRestored: UInt64 = 0
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
    /// Smoothed, in ms.
    public var commitCost = 0.0
    public var commitInterval: Int64 = 0
    /// Wall time of the last turn, ms: a line that has lag and does not turn is stuck.
    public var turnedAt: Int64 = 0
    /// Wall time of the last checkpoint that was committed, ms; zero before the first.
    public var checkpointedAt: Int64 = 0
    public var hasFinished = false

    public init() {}
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
        status.recordsRestored = restorer?.recordsRead ?? 0
        status.knowledgeRows = commons.knowledge.products
        status.namesRefused = commons.names.refused
        status.stateBytes = commons.names.bytesReserved + commons.knowledge.bytesReserved
        status.commitCost = pace.commitCost
        status.commitInterval = pace.interval
        status.turnedAt = clock.now()
        status.checkpointedAt = checkpointedAt
        for shard in live { add(shard, to: &status) }
        return status
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
            if state.watermark != EventTime.unknown {
                let lowest = status.watermark == EventTime.unknown ? state.watermark : status.watermark
                status.watermark = min(lowest, state.watermark)
            }
        case .products(let state):
            status.products += state.count
            status.productBytes += state.bytesReserved
        }
        for (index, topic) in topology.inputs(of: shard.stage).enumerated() {
            let end = inlet?.lastKnownEnd(of: TopicPartition(topic, shard.partition)) ?? 0
            if shard.reached[index] < end { status.lag += max(0, end - shard.positions[index]) }
        }
    }
}
