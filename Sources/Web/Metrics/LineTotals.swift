public import Events
public import Pipeline

/// The counters of all lines of this process, added up. Pure.
public struct LineTotals: Sendable {
    public private(set) var inputs: [String] = []
    public private(set) var facts = [UInt64](repeating: 0, count: FactKind.allCases.count)
    /// By input: records folded, those without a key, with somebody else's, and rejections by reason.
    public private(set) var consumed: [UInt64] = []
    public private(set) var unkeyed: [UInt64] = []
    public private(set) var miskeyed: [UInt64] = []
    public private(set) var rejections: [[UInt64]] = []
    public private(set) var outputs = [UInt64](repeating: 0, count: OutputTopic.allCases.count)
    public private(set) var alertsByLevel = [UInt64](repeating: 0, count: RiskLevel.allCases.count)
    public private(set) var reviewsByPolarity = [UInt64](repeating: 0, count: Polarity.allCases.count)
    public private(set) var duplicates: UInt64 = 0
    public private(set) var skipped: UInt64 = 0
    public private(set) var erasures: UInt64 = 0
    public private(set) var suppressed: UInt64 = 0
    /// By purpose.
    public private(set) var consentDropped = [UInt64](repeating: 0, count: Purpose.allCases.count)
    public private(set) var retractions: UInt64 = 0
    public private(set) var suppressions = 0
    public private(set) var suppressionsForgotten: UInt64 = 0
    public private(set) var late: UInt64 = 0
    public private(set) var corrected: UInt64 = 0
    public private(set) var quieted: UInt64 = 0
    /// Busiest first, at most ``hotNames``.
    public private(set) var hot: [HotName] = []
    static let hotNames = 5
    public private(set) var transactions: UInt64 = 0
    public private(set) var aborts: UInt64 = 0
    public private(set) var restarts: UInt64 = 0
    public private(set) var rebalances: UInt64 = 0
    public private(set) var guarded: UInt64 = 0
    public private(set) var checkpoints: UInt64 = 0
    /// Faults by the client's name for them.
    public private(set) var faults: [String: UInt64] = [:]
    public private(set) var restoredRecords: UInt64 = 0
    public private(set) var replayedRecords: UInt64 = 0
    /// Customers who left: away for too long, or to make room.
    public private(set) var leftIdle: UInt64 = 0
    public private(set) var evicted: UInt64 = 0
    /// How far the restores that go on have come, and how much of the shop is known.
    public private(set) var restore = RestoreShare()
    public private(set) var knowledge = RestoreShare()
    public private(set) var namesRefused: UInt64 = 0
    public private(set) var lag: Int64 = 0
    public private(set) var customers = 0
    public private(set) var products = 0
    public private(set) var knowledgeRows = 0
    public private(set) var stateBytes = 0
    public private(set) var customerBytes = 0
    public private(set) var productBytes = 0
    /// Lowest of all lines; nil before the first event.
    public private(set) var watermark: EventTime?
    /// Wall time of the oldest of the lines' last checkpoints, ms; zero before the first.
    public private(set) var checkpointedAt: Int64 = 0
    /// Smoothed duration of a commit, ms; the slowest line's.
    public private(set) var commitCost = 0.0

    public init(_ statuses: [LineStatus]) {
        inputs = statuses.map(\.inputs).max { $0.count < $1.count } ?? []
        for status in statuses {
            add(status)
            add(status.counters)
        }
    }

    /// Records of ours with usable events.
    public var events: UInt64 { facts.reduce(0, +) }
    public var rejected: UInt64 { rejections.reduce(0) { $0 + $1.reduce(0, +) } }
    public func output(_ topic: OutputTopic) -> UInt64 { outputs[Int(topic.rawValue)] }

    private mutating func add(_ status: LineStatus) {
        late += status.late
        leftIdle += status.leftIdle
        restore.add(status.restore)
        knowledge.add(status.knowledgeShare)
        corrected += status.corrected
        quieted += status.quieted
        let busiest = (hot + status.hot).sorted { ($1.events, $0.pseudonym) < ($0.events, $1.pseudonym) }
        hot = Array(busiest.prefix(LineTotals.hotNames))
        namesRefused += status.namesRefused
        lag += status.lag
        customers += status.customers
        products += status.products
        suppressions += status.suppressions
        suppressionsForgotten += status.suppressionsForgotten
        knowledgeRows = max(knowledgeRows, status.knowledgeRows)
        stateBytes += status.stateBytes
        customerBytes += status.customerBytes
        productBytes += status.productBytes
        commitCost = max(commitCost, status.commitCost)
        if status.watermark != EventTime.unknown { watermark = min(watermark ?? .max, status.watermark) }
        if status.checkpointedAt > 0 {
            checkpointedAt = checkpointedAt == 0 ? status.checkpointedAt : min(checkpointedAt, status.checkpointedAt)
        }
    }

    private mutating func add(_ counters: Counters) {
        LineTotals.add(counters.facts, to: &facts)
        LineTotals.add(counters.consumed, to: &consumed)
        LineTotals.add(counters.unkeyed, to: &unkeyed)
        LineTotals.add(counters.miskeyed, to: &miskeyed)
        LineTotals.add(counters.outputs, to: &outputs)
        LineTotals.add(counters.alertsByLevel, to: &alertsByLevel)
        LineTotals.add(counters.reviewsByPolarity, to: &reviewsByPolarity)
        for (index, row) in counters.rejections.enumerated() {
            if index == rejections.count { rejections.append([]) }
            LineTotals.add(row, to: &rejections[index])
        }
        duplicates += counters.duplicates
        skipped += counters.skipped
        erasures += counters.erasures
        suppressed += counters.suppressed
        LineTotals.add(counters.consentDropped, to: &consentDropped)
        retractions += counters.retractions
        transactions += counters.transactions
        aborts += counters.aborts
        restarts += counters.restarts
        rebalances += counters.rebalances
        guarded += counters.guarded
        checkpoints += counters.checkpoints
        faults.merge(counters.faults, uniquingKeysWith: +)
        restoredRecords += counters.restoredRecords
        replayedRecords += counters.replayedRecords
        evicted += counters.evicted
    }

    private static func add(_ row: [UInt64], to sum: inout [UInt64]) {
        for (index, value) in row.enumerated() {
            if index < sum.count { sum[index] += value } else { sum.append(value) }
        }
    }
}
