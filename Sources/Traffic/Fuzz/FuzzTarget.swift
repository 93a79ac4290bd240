import Engine
public import Events
import Pipeline

/// Everything here that reads bytes which somebody else may have written.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// A record of the shop: decoded, folded by both stages, encoded and restored again.
    case events
    /// A request to forget somebody: decoded, followed, and restored again.
    case erasures
    /// State records of the two changelogs: key, a zero byte, value. Restored, and folded on.
    case customers, products
    /// Packed signals, decoded and folded.
    case signals
    /// What feeds the replica: rows, parameters, the catalogue.
    case feed
    /// Journals and checkpoints; what a journal tells a stage is done.
    case journal
}

/// What became of an input.
public enum FuzzVerdict: Equatable, Sendable {
    case taken, refused
    /// Something that must hold for every input does not.
    case broken(String)
}

/// Gives inputs to the code under test and looks at what must hold for all of them. Crashes are for the caller to see.
public final class FuzzBody {
    /// Names and customers of made-up records are forgotten after so many inputs.
    private static let generation = 20_000

    private var world = FuzzWorld()
    private var feed = FeedDecoder()
    private var count = 0

    public init() {}

    /// O(length of the input).
    public func run(_ target: FuzzTarget, _ input: Bytes) -> FuzzVerdict {
        count += 1
        if count % FuzzBody.generation == 0 {
            world = FuzzWorld()
            feed = FeedDecoder()
        }
        switch target {
        case .events: return world.fold(event: input)
        case .erasures: return world.fold(erasure: input)
        case .customers: return world.restore(customer: input)
        case .products: return world.restore(product: input)
        case .signals: return world.fold(signals: input)
        case .feed: return read(feed: input)
        case .journal: return read(journal: input)
        }
    }

    private func read(feed input: Bytes) -> FuzzVerdict {
        let isRow = feed.neighbours(input) != nil
        if feed.entries.count > input.count / 2 { return .broken("more entries than the row has room for") }
        let isModel = feed.population(input) != nil
        let isProduct = feed.product(input) != nil
        return isRow || isModel || isProduct ? .taken : .refused
    }

    private func read(journal input: Bytes) -> FuzzVerdict {
        if let journal = try? Journal(input) {
            // Version 1 had no tags; only what has them is ever written.
            guard journal.inputs.count == journal.base.count else { return .taken }
            if let broken = world.replay(journal) { return .broken(broken) }
            return FuzzBody.lasts(journal, journal.encode) { bytes in try Journal(bytes).encode }
        }
        guard let checkpoint = try? Checkpoint(input) else { return .refused }
        guard case .settings = checkpoint.shape else { return .taken }
        return FuzzBody.lasts(checkpoint, checkpoint.encode) { bytes in try Checkpoint(bytes).encode }
    }

    /// What was read and written can be read, and is written the same.
    private static func lasts<Value>(
        _ value: Value,
        _ encode: (inout ByteBuffer) -> Void,
        _ again: (Bytes) throws -> (inout ByteBuffer) -> Void
    ) -> FuzzVerdict {
        var once = ByteBuffer(capacity: 256)
        var twice = ByteBuffer(capacity: 256)
        encode(&once)
        guard let repeated = try? again(once.bytes()) else { return .broken("\(Value.self) cannot be read back") }
        repeated(&twice)
        return once.bytes() == twice.bytes() ? .taken : .broken("\(Value.self) changes by being written")
    }
}
