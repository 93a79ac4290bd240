import Engine
public import Events
import Pipeline

/// Everything here that reads bytes which somebody else may have written.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// A record of the shop: decoded, folded by both stages, encoded and restored again.
    case events
    /// State records of the two changelogs.
    case customers, products
    /// Packed signals, decoded and folded.
    case signals
    /// What feeds the replica: rows, parameters, the catalogue.
    case feed
    /// Journals and checkpoints.
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

/// Both stages of one partition, and a second pair that state is restored into.
private struct FuzzWorld: ~Copyable {
    private var decoder = FuzzDecoder()
    private let effects = Effects(partitions: 1)
    private let customers: CustomerState
    private let products: ProductState
    private let copies: CustomerState
    private var offset: Int64 = 0

    init() {
        let commons = Commons(configuration: EngineConfiguration(), partitions: 1)
        customers = CustomerState(partition: 0, commons: commons)
        products = ProductState(partition: 0, commons: commons)
        let apart = Commons(configuration: EngineConfiguration(), partitions: 1)
        copies = CustomerState(partition: 0, commons: apart)
    }

    mutating func fold(event input: Bytes) -> FuzzVerdict {
        offset += 1
        if let broken = decoder.decode(input) { return .broken(broken) }
        guard decoder.isFact else { return .refused }
        let origin = Origin(topic: 1, partition: 0, offset: offset)
        _ = customers.apply(decoder.fact, origin: origin, into: effects)
        closeCircle()
        return comesBack() ?? .taken
    }

    mutating func fold(signals input: Bytes) -> FuzzVerdict {
        var reader = SignalReader(input)
        var size = 0
        while let signal = reader.next() {
            size += signal.subject.count + signal.object.count + signal.category.count + signal.text.count
            products.apply(signal, into: effects)
        }
        closeCircle()
        return size > input.count ? .broken("signals larger than their record") : reader.failed ? .refused : .taken
    }

    mutating func restore(customer input: Bytes) -> FuzzVerdict {
        attempt { () throws(StateFault) in try copies.restore(key: Bytes("customer/u1"), value: input) }
    }

    mutating func restore(product input: Bytes) -> FuzzVerdict {
        attempt { () throws(StateFault) in try products.restore(key: Bytes("product/p1"), value: input) }
    }

    private func attempt(_ body: () throws(StateFault) -> Void) -> FuzzVerdict {
        do {
            try body()
            return .taken
        } catch {
            return .refused
        }
    }

    /// Signals to the products, until none follow from signals.
    private func closeCircle() {
        while effects.signals.bytes > 0 {
            effects.signals.drain { _, packed in
                var reader = SignalReader(packed)
                while let signal = reader.next() { products.apply(signal, into: effects) }
            }
        }
        effects.outcomes.removeAll()
    }

    /// Whatever an event made of a customer, a restart finds it: what cannot be read back would stop the line for good.
    private func comesBack() -> FuzzVerdict? {
        defer {
            customers.clearChanges()
            products.clearChanges()
        }
        for index in 0..<customers.changes {
            if let broken = comesBack({ customers.encodeChange(index, into: &$0) }, copies.restore) { return broken }
        }
        for index in 0..<products.changes {
            if let broken = comesBack({ products.encodeChange(index, into: &$0) }, products.restore) { return broken }
        }
        return nil
    }

    private func comesBack(
        _ encode: (inout ByteBuffer) -> Int?,
        _ restore: (Bytes, Bytes) throws(StateFault) -> Void
    ) -> FuzzVerdict? {
        var out = ByteBuffer(capacity: 2_048)
        guard let value = encode(&out) else { return nil }
        do {
            try restore(out.bytes(0..<value), out.bytes(from: value))
            return nil
        } catch {
            return .broken("state that cannot be restored: \(error)")
        }
    }
}

/// The decoder, and what its facts promise.
private struct FuzzDecoder: ~Copyable {
    private var decoder = Decoder()
    private(set) var isFact = false

    var fact: Fact { decoder.fact }

    /// The first promise that is not kept; nil when all are.
    mutating func decode(_ input: Bytes) -> String? {
        isFact = false
        if case .fact = decoder.decode(input, recordTime: EventTime.unknown) { isFact = true }
        let most = max(1 << 16, 2 * input.count)
        if decoder.bytesReserved > most { return "\(decoder.bytesReserved) bytes of scratch for \(input.count)" }
        return isFact ? FuzzDecoder.broken(decoder.fact) : nil
    }

    private static func broken(_ fact: Fact) -> String? {
        if fact.customer.isEmpty || fact.customer.count > Limits.identifier { return "customer" }
        if !EventTime.plausible.contains(fact.time) { return "time" }
        if fact.items.count > Limits.lineItems || fact.kind.needsProduct && fact.items.isEmpty { return "items" }
        if fact.items.contains(where: isBroken) { return "item" }
        if !fact.amount.isNaN, !(0...1e12).contains(fact.amount) { return "amount" }
        if !fact.rating.isNaN, !(0...1).contains(fact.rating) { return "rating" }
        return fact.review.count > Limits.review ? "review" : nil
    }

    private static func isBroken(_ item: LineItem) -> Bool {
        item.product.isEmpty || item.product.count > Limits.identifier || item.category.count > Limits.identifier
            || !(0...1e6).contains(item.quantity) || (!item.price.isNaN && !(0...1e9).contains(item.price))
    }
}
