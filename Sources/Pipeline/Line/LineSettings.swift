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
    /// Stop once everything is handled that the inputs held at the start.
    public var untilEnd = false
    /// Outcomes about earlier event times are not written.
    public var outputsSince = EventTime.unknown
    /// Give up the membership when stopping, instead of keeping it for a quick return.
    public var leaves = false

    public init() {}

    /// Longest time that polling may wait for records, in ms.
    static let longestWait: Int64 = 50
    /// A journal beyond this size makes a checkpoint due.
    static let journalBytes = 64 << 10

    public var transactionalId: String { "shopstream-\(group)-\(name)" }

    var configurationHash: UInt64 { engine.stateHash }
}

/// Milliseconds of wall time. Injected, so that tests own time.
public struct WallClock: Sendable {
    public var now: @Sendable () -> Int64

    public init(now: @escaping @Sendable () -> Int64) { self.now = now }
}
