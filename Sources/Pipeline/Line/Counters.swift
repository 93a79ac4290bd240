import Events

/// What a line has seen and done, as plain numbers. Copied whole for whoever asks.
public struct Counters: Sendable {
    /// Facts by kind, over all inputs.
    public var facts = [UInt64](repeating: 0, count: FactKind.allCases.count)
    /// Rejections by reason, by input.
    public var rejections: [[UInt64]]
    /// Records folded, whatever became of them, by input.
    public var consumed: [UInt64]
    public var skipped: UInt64 = 0
    public var duplicates: UInt64 = 0
    /// Customers forgotten because they asked for it, and events dropped because they were from before that.
    public var erasures: UInt64 = 0
    public var suppressed: UInt64 = 0
    /// Events of which less was used than they hold, by the purpose that was not agreed to.
    public var consentDropped = [UInt64](repeating: 0, count: Purpose.allCases.count)
    /// Records without a key, and with a key that is not the customer's, by input.
    public var unkeyed: [UInt64]
    public var miskeyed: [UInt64]
    /// Records that the guard turned away: not ours any more, or seen before.
    public var guarded: UInt64 = 0
    public var signals: UInt64 = 0
    public var malformedSignals: UInt64 = 0
    public var outputs = [UInt64](repeating: 0, count: OutputTopic.allCases.count)
    public var alertsByLevel = [UInt64](repeating: 0, count: RiskLevel.allCases.count)
    public var reviewsByPolarity = [UInt64](repeating: 0, count: Polarity.allCases.count)
    /// Tombstones of recommendations: of customers who left, or who want none any more.
    public var retractions: UInt64 = 0
    /// Customers who left to stay within the memory budget.
    public var evicted: UInt64 = 0
    public var deadLetters: UInt64 = 0
    public var transactions: UInt64 = 0
    public var aborts: UInt64 = 0
    public var restarts: UInt64 = 0
    public var rebalances: UInt64 = 0
    public var checkpoints: UInt64 = 0
    public var restoredRecords: UInt64 = 0
    public var replayedRecords: UInt64 = 0
    /// Faults by the client's name for them: a finite set, that of Kafka's and librdkafka's codes and our own.
    public var faults: [String: UInt64] = [:]

    public init(inputs: Int) {
        rejections = Array(repeating: Array(repeating: 0, count: Rejection.allCases.count), count: inputs)
        consumed = Array(repeating: 0, count: inputs)
        unkeyed = Array(repeating: 0, count: inputs)
        miskeyed = Array(repeating: 0, count: inputs)
    }

    public var events: UInt64 { facts.reduce(0, +) }
    public var rejected: UInt64 { rejections.reduce(0) { $0 + $1.reduce(0, +) } }
}
