import Engine
import Events
import Pipeline

/// CPU time by step, in ns.
struct StepTimes {
    var decodeTime: Int64 = 0
    var customersTime: Int64 = 0
    var productsTime: Int64 = 0
    var projectionTime: Int64 = 0
    var encodeTime: Int64 = 0

    var fold: Double { Double(customersTime + productsTime + projectionTime) }
    var encode: Double { Double(encodeTime) }
    var all: Double { Double(decodeTime) + fold + encode }
}

/// One partition of both stages, chunk by chunk as a line does it batch by batch, with a stopwatch around each step.
///
/// The rows reach the recommendations every so many events, about as often as a line's projections at this speed.
final class EngineFold {
    static let chunk = 1_024
    private static let rowsAtOnce = 2_000

    private let commons = Commons(configuration: EngineConfiguration(), partitions: 1)
    private let customers: CustomerState
    private let products: ProductState
    private let effects = Effects(partitions: 1)
    private let encoder = Encoder(version: Shopstream.version)
    private var facts = FactChunk()
    private var bytes = ByteBuffer(capacity: 1 << 20)
    private var offset: Int64 = 0
    private let between: Int64
    private var nextProjection: Int64
    private(set) var times = StepTimes()
    private(set) var recommendations = 0
    private(set) var alerts = 0
    private(set) var sentiments = 0
    private(set) var rows = 0

    init(between: Int64 = 128 * Int64(EngineFold.chunk)) {
        self.between = between
        nextProjection = between
        customers = CustomerState(partition: 0, commons: commons)
        products = ProductState(partition: 0, commons: commons)
    }

    func play(_ tape: BenchTape, _ count: Int) {
        var at = 0
        while at < count {
            let end = min(at + EngineFold.chunk, count)
            play(tape, at..<end)
            at = end
        }
    }

    private func play(_ tape: BenchTape, _ range: Range<Int>) {
        var last = Clock.threadNanoseconds()
        facts.decode(tape, range)
        times.decodeTime += EngineFold.lap(&last)
        foldCustomers()
        times.customersTime += EngineFold.lap(&last)
        foldProducts()
        times.productsTime += EngineFold.lap(&last)
        if offset >= nextProjection { project() }
        times.projectionTime += EngineFold.lap(&last)
        encode()
        times.encodeTime += EngineFold.lap(&last)
    }

    private static func lap(_ last: inout Int64) -> Int64 {
        let now = Clock.threadNanoseconds()
        defer { last = now }
        return now - last
    }

    private func foldCustomers() {
        for index in 0..<facts.count {
            let origin = Origin(topic: 0, partition: 0, offset: offset)
            offset += 1
            _ = customers.apply(facts[index], origin: origin, into: effects)
        }
    }

    private func foldProducts() {
        while effects.signals.bytes > 0 {
            effects.signals.drain { _, packed in
                var reader = SignalReader(packed)
                while let signal = reader.next() { products.apply(signal, into: effects) }
            }
        }
    }

    private func project() {
        nextProjection += between
        let before = effects.outcomes.projections.count
        products.project(limit: EngineFold.rowsAtOnce, into: effects)
        for row in effects.outcomes.projections[before...] {
            commons.knowledge.adopt(row, entries: effects.outcomes.neighbours)
        }
    }

    private func encode() {
        var outcomes = Outcomes()
        swap(&outcomes, &effects.outcomes)
        for one in outcomes.recommendations { encoder.encode(one, places: outcomes.recommended, into: &bytes) }
        for one in outcomes.alerts { encoder.encode(one, into: &bytes) }
        for one in outcomes.sentiments { encoder.encode(one, into: &bytes) }
        for one in outcomes.projections { encoder.encode(one, entries: outcomes.neighbours, into: &bytes) }
        recommendations += outcomes.recommendations.count
        alerts += outcomes.alerts.count
        sentiments += outcomes.sentiments.count
        rows += outcomes.projections.count
        bytes.removeAll()
        outcomes.removeAll()
        swap(&outcomes, &effects.outcomes)
    }

    /// Every state record there is.
    func everyone(_ body: (Stage, Bytes, Bytes) -> Void) {
        let encoders: [(Stage, (Int, inout ByteBuffer) -> Int?)] = [
            (.customers, { [customers] slot, out in customers.encode(everyone: slot, into: &out) }),
            (.products, { [products] slot, out in products.encode(everyone: slot, into: &out) }),
        ]
        for (stage, encode) in encoders {
            var slot = 0
            while let value = encode(slot, &bytes) {
                if value > 0 { body(stage, bytes.bytes(0..<value), bytes.bytes(from: value)) }
                bytes.removeAll()
                slot += 1
            }
        }
    }

    /// What belongs to the partition as a whole; answers where the value starts.
    func encodePartition(_ stage: Stage, into out: inout ByteBuffer) -> Int {
        stage == .customers ? customers.encodePartition(into: &out) : products.encodePartition(into: &out)
    }

    /// Every row there is, as it would be published now.
    func rowsNow() -> Outcomes {
        products.projectAll(into: effects)
        return effects.outcomes
    }
}

extension EngineFold {
    var bytesPerCustomer: Double { Double(customers.bytesReserved) / Double(max(1, customers.count)) }
    var bytesPerProduct: Double { Double(products.bytesReserved) / Double(max(1, products.count)) }
    var bytesPerKnownRow: Double {
        Double(commons.knowledge.bytesReserved) / Double(max(1, commons.knowledge.products))
    }
    var bytesPerName: Double { Double(commons.names.bytesReserved) / Double(max(1, commons.names.count)) }

    var outcomeText: String {
        "\(customers.count.counted("customer")), \(products.count.counted("product")); "
            + "\(recommendations.counted("recommendation")), \(alerts.counted("churn alert")), "
            + "\(sentiments.counted("sentiment update")), \(rows.counted("row"))"
    }
}

/// Facts of a few records, kept side by side: a decoder remembers only the last one.
struct FactChunk: ~Copyable {
    /// Line items of a fact that are kept; the stream has one each.
    private static let itemsEach = 4

    private var decoder = Decoder()
    private var facts: [Fact] = []
    private let items: UnsafeMutablePointer<LineItem>
    private(set) var count = 0

    init() {
        facts.reserveCapacity(EngineFold.chunk)
        items = .allocate(capacity: EngineFold.chunk * FactChunk.itemsEach)
    }

    deinit { items.deallocate() }

    subscript(index: Int) -> Fact { facts[index] }

    mutating func decode(_ tape: BenchTape, _ range: Range<Int>) {
        facts.removeAll(keepingCapacity: true)
        for index in range {
            let record = tape.records[index]
            if case .fact = decoder.decode(tape.value(record), recordTime: record.time) { keep(decoder.fact) }
        }
        count = facts.count
    }

    private mutating func keep(_ decoded: Fact) {
        var fact = decoded
        let place = items + facts.count * FactChunk.itemsEach
        let kept = min(decoded.items.count, FactChunk.itemsEach)
        for index in 0..<kept { (place + index).initialize(to: decoded.items[index]) }
        fact.items = UnsafeBufferPointer(start: place, count: kept)
        facts.append(fact)
    }
}
