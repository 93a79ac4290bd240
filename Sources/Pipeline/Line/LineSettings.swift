public import Engine
public import Events

/// How a line runs: names, intervals, bounds.
public struct LineSettings: Sendable {
    public var group = "shopstream"
    /// Static name of this member: `group.instance.id`, and part of the `transactional.id`.
    public var name = "shopstream-0"
    public var engine = EngineConfiguration()
    /// Keys of the hashes that stand for customers.
    public var pseudonyms = Pseudonyms()
    /// Between these a transaction's interval adapts to what a commit costs, in ms.
    public var commitInterval: ClosedRange<Int64> = 10...100
    /// A transaction is closed early at this many records or bytes.
    public var recordsPerTransaction = 100_000
    public var bytesPerTransaction = 16 << 20
    /// Between two checkpoints of a partition, in ms; partitions take turns.
    public var checkpointInterval: Int64 = 30_000
    /// Changed records that make a checkpoint due early.
    public var changesPerCheckpoint = 20_000
    /// Between two projections, in ms, and how many rows one publishes at most.
    public var projectionInterval: Int64 = 1_000
    public var rowsPerProjection = 2_000
    /// Records taken from the client in one poll.
    public var recordsPerPoll = 1_024
    /// Bytes of state that the line may reserve; the least valuable customers leave to stay below. Zero: any number.
    public var memoryBudget = 0
    /// Stop once everything is handled that the inputs held at the start.
    public var untilEnd = false
    /// Outcomes about earlier event times are not written.
    public var outputsSince = EventTime.unknown
    /// Give up the membership when stopping, instead of keeping it for a quick return.
    public var leaves = false
    /// A stop that cannot drain, because the cluster is away, gives up after this time, in ms: nothing is lost.
    public var drainTime: Int64 = 30_000
    /// Between two looks at the topics, in ms.
    public var surveyInterval: Int64 = 15_000
    /// A topic that is gone for so long does not come back by itself, in ms. Brokers that start may say less than they
    /// know.
    public var topicPatience: Int64 = 30_000

    public init() {}

    /// Longest time that polling may wait for records, in ms.
    static let longestWait: Int64 = 50
    /// Polled records may wait for a commit for so long, in ms; well below any `max.poll.interval.ms`.
    static let longestHold: Int64 = 5_000
    /// A journal beyond this size makes a checkpoint due.
    static let journalBytes = 64 << 10

    public var transactionalId: String { "shopstream-\(group)-\(name)" }
}

/// Milliseconds of wall time. Injected, so that tests own time.
public struct WallClock: Sendable {
    public var now: @Sendable () -> Int64

    public init(now: @escaping @Sendable () -> Int64) { self.now = now }
}
