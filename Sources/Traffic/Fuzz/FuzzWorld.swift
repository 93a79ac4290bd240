import Engine
import Events
import Pipeline

/// Both stages of one partition, and a second pair that state is restored into.
struct FuzzWorld: ~Copyable {
    private var decoder = FuzzDecoder()
    private var probes = FuzzProbes()
    private let effects = Effects(partitions: 1)
    private let live = FuzzStages()
    private let restored = FuzzStages()
    private let soundProduct = FuzzStages.productRecord()
    private var offset: Int64 = 0

    mutating func fold(event input: Bytes) -> FuzzVerdict {
        if let broken = decoder.decode(event: input) { return .broken(broken) }
        return decoder.isFact ? fold(decoder.fact) : .refused
    }

    mutating func fold(erasure input: Bytes) -> FuzzVerdict {
        if let broken = decoder.decode(erasure: input) { return .broken(broken) }
        return decoder.isFact ? fold(decoder.erasure) : .refused
    }

    private mutating func fold(_ fact: Fact) -> FuzzVerdict {
        _ = live.customers.apply(fact, origin: nextOrigin(), into: effects)
        live.closeCircle(effects)
        return live.comesBack(in: restored).map(FuzzVerdict.broken) ?? .taken
    }

    private mutating func nextOrigin() -> Origin {
        offset += 1
        return Origin(topic: 1, partition: 0, offset: offset)
    }

    mutating func fold(signals input: Bytes) -> FuzzVerdict {
        var reader = SignalReader(input)
        var size = 0
        while let signal = reader.next() {
            size += signal.subject.count + signal.object.count + signal.category.count + signal.text.count
            live.products.apply(signal, into: effects)
        }
        live.closeCircle(effects)
        if size > input.count { return .broken("signals larger than their record") }
        if let broken = live.comesBack(in: restored) { return .broken(broken) }
        return reader.failed ? .refused : .taken
    }

    mutating func restore(customer input: Bytes) -> FuzzVerdict {
        let record = FuzzRecord(input)
        let stages = restored.withFreshCustomers()
        do {
            try stages.customers.restore(key: record.key, value: record.value)
        } catch {
            return .refused
        }
        stages.customers.finishRestore()
        return live(on: stages, as: StateKey.suffix(record.key, after: StateKey.customer) ?? FuzzWorld.somebody)
            .map(FuzzVerdict.broken) ?? .taken
    }

    mutating func restore(product input: Bytes) -> FuzzVerdict {
        let record = FuzzRecord(input)
        do {
            try restored.products.restore(key: record.key, value: record.value)
        } catch {
            // It may have been read halfway: a line would stop here, this goes on with a sound one in its place.
            soundProduct.withUnsafeBytes { try? restored.products.restore(key: record.key, value: Bytes($0)) }
            return .refused
        }
        let isCategory = StateKey.suffix(record.key, after: StateKey.category)
        guard let name = isCategory ?? StateKey.suffix(record.key, after: StateKey.product) else { return .taken }
        for signal in FuzzProbes.signals(of: name, isCategory: isCategory != nil) {
            restored.products.apply(signal, into: effects)
        }
        restored.closeCircle(effects)
        return restored.comesBack(in: restored).map(FuzzVerdict.broken) ?? .taken
    }

    private static var somebody: Bytes { Bytes("somebody") }

    /// Goes on from what was restored. Answers what does not hold.
    private mutating func live(on stages: FuzzStages, as customer: Bytes) -> String? {
        guard !customer.isEmpty else { return nil }
        let origin = nextOrigin()
        let isRead = probes.forEachFact(of: customer) { fact in
            _ = stages.customers.apply(fact, origin: origin, into: effects)
        }
        stages.closeCircle(effects)
        return isRead ? stages.comesBack(in: restored) : "a probe that is no fact"
    }

    /// What a journal says beside its records, which are not at hand here.
    mutating func replay(_ journal: Journal) -> String? {
        let stages = restored.withFreshCustomers()
        if let broken = live(on: stages, as: FuzzWorld.somebody) { return broken }
        var records: UInt64 = 0
        for entry in journal.entries {
            switch entry {
            case .run(_, let count):
                let (sum, overflows) = records.addingReportingOverflow(count)
                if overflows { return "a journal of more records than can be counted" }
                records = sum
            case .tick(let time): stages.customers.tick(time, into: effects)
            case .adopted(let population): stages.customers.adopt(population)
            case .evicted(let eviction): _ = stages.customers.evict(eviction, into: effects)
            }
        }
        stages.closeCircle(effects)
        return stages.comesBack(in: restored)
    }
}

/// A state record as the fuzzer gives it: key, a zero byte, value. Without the zero byte it is a tombstone.
private struct FuzzRecord {
    let key: Bytes
    let value: Bytes

    init(_ input: Bytes) {
        guard let zero = (0..<input.count).first(where: { input[$0] == 0 }), let start = input.start else {
            (key, value) = (input, .none)
            return
        }
        key = Bytes(start: start, count: zero)
        value = Bytes(start: start + zero + 1, count: input.count - zero - 1)
    }
}

/// Customers and products of one partition.
private struct FuzzStages {
    let customers: CustomerState
    let products: ProductState

    private let commons: Commons

    init() {
        commons = Commons(configuration: EngineConfiguration(), partitions: 1)
        customers = CustomerState(partition: 0, commons: commons)
        products = ProductState(partition: 0, commons: commons)
    }

    private init(freshCustomersOf other: FuzzStages) {
        commons = other.commons
        customers = CustomerState(partition: 0, commons: commons)
        products = other.products
    }

    /// The same products, and nobody who knows them.
    func withFreshCustomers() -> FuzzStages { FuzzStages(freshCustomersOf: self) }

    /// Value of the record of a product that was viewed once.
    static func productRecord() -> [UInt8] {
        let stages = FuzzStages()
        stages.products.apply(FuzzProbes.signals(of: Bytes("p1"), isCategory: false)[0], into: Effects(partitions: 1))
        var out = ByteBuffer(capacity: 512)
        let start = stages.products.encodeChange(0, into: &out)
        return out.bytes(from: start).array
    }

    /// Signals to the products, until none follow from signals.
    func closeCircle(_ effects: Effects) {
        while effects.signals.bytes > 0 {
            effects.signals.drain { _, packed in
                var reader = SignalReader(packed)
                while let signal = reader.next() { products.apply(signal, into: effects) }
            }
        }
        effects.outcomes.removeAll()
    }

    /// Whatever came of a customer or a product, a restart finds it: what cannot be read back would stop the line for
    /// good. Answers what does not come back.
    func comesBack(in other: FuzzStages) -> String? {
        defer {
            customers.clearChanges()
            products.clearChanges()
        }
        let takesCustomer = other.customers.restore, takesProduct = other.products.restore
        for index in 0..<customers.changes {
            if let broken = comesBack({ customers.encodeChange(index, into: &$0) }, takesCustomer) { return broken }
        }
        for index in 0..<products.changes {
            if let broken = comesBack({ products.encodeChange(index, into: &$0) }, takesProduct) { return broken }
        }
        return comesBack({ customers.encodePartition(into: &$0) }, takesCustomer)
            ?? comesBack({ products.encodePartition(into: &$0) }, takesProduct)
    }

    private func comesBack(
        _ encode: (inout ByteBuffer) -> Int?,
        _ restore: (Bytes, Bytes) throws(StateFault) -> Void
    ) -> String? {
        var out = ByteBuffer(capacity: 2_048)
        let value = encode(&out)
        let key = out.bytes(0..<(value ?? out.count))
        do {
            try restore(key, value.map { out.bytes(from: $0) } ?? .none)
            return nil
        } catch {
            return "\(key.text) cannot be restored: \(error)"
        }
    }
}
