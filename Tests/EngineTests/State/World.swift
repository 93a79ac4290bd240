import Events
import Models

@testable import Engine

/// Both stages of one partition by themselves: folds records, keeps what was told, and can be copied through the codec.
final class World {
    let commons: Commons
    let customers: CustomerState
    let products: ProductState
    let effects = Effects(partitions: 1)
    /// Everything that was decided, encoded, and the signals on their way.
    private(set) var told: [UInt8] = []
    /// Whose recommendations were taken back.
    private(set) var retracted: [String] = []
    private var decoder = Decoder()
    private var offset: Int64 = 0
    private let encoder = Encoder(version: "test")

    /// - Parameter strangers: names that are known before, so that dense numbers differ from those of another world.
    init(
        strangers: Int = 0,
        pseudonyms: Pseudonyms = Pseudonyms(),
        configuration: EngineConfiguration = EngineConfiguration()
    ) {
        let names = Names(seed: UInt64(strangers))
        for number in 0..<strangers { Array("stranger-\(number)".utf8).withUnsafeBytes { _ = names.intern(Bytes($0)) } }
        commons = Commons(configuration: configuration, partitions: 1, names: names, pseudonyms: pseudonyms)
        customers = CustomerState(partition: 0, commons: commons)
        products = ProductState(partition: 0, commons: commons)
    }

    /// Folds a record and answers what was told because of it.
    @discardableResult
    func fold(_ record: [UInt8]) -> ArraySlice<UInt8> {
        let before = told.count
        record.withUnsafeBytes { value in
            guard case .fact = decoder.decode(Bytes(value), recordTime: EventTime.unknown) else { return }
            offset += 1
            _ = customers.apply(decoder.fact, origin: Origin(topic: 1, partition: 0, offset: offset), into: effects)
        }
        closeCircle()
        return told[before...]
    }

    /// The customer asks to be forgotten, with all that was before then: `d3 12:00`.
    @discardableResult
    func erase(_ customer: String, _ time: String) -> Applied? {
        var decoder = ErasureDecoder()
        let request = "{\"event\":\"User Deleted\",\"userId\":\"\(customer)\",\"timestamp\":\(Saying.time(time))}"
        let applied = Array(request.utf8).withUnsafeBytes { value -> Applied? in
            guard case .fact = decoder.decode(Bytes(value), recordTime: EventTime.unknown) else { return nil }
            return customers.apply(decoder.fact, origin: Origin(topic: 2, partition: 0, offset: 0), into: effects)
        }
        closeCircle()
        return applied
    }

    /// Folds the line of a story.
    @discardableResult
    func says(_ line: String) -> Applied? {
        var decoder = Decoder()
        let applied = Array(Saying(line, day: 0).json.utf8).withUnsafeBytes { value -> Applied? in
            guard case .fact = decoder.decode(Bytes(value), recordTime: EventTime.unknown) else { return nil }
            offset += 1
            return customers.apply(decoder.fact, origin: Origin(topic: 1, partition: 0, offset: offset), into: effects)
        }
        closeCircle()
        return applied
    }

    /// The customer leaves. False when nobody of that name is known.
    @discardableResult
    func remove(_ customer: String) -> Bool {
        let slot = Array(customer.utf8).withUnsafeBytes { customers.find(Bytes($0)) }
        guard let slot else { return false }
        customers.remove(slot, into: effects)
        listen()
        return true
    }

    func tick(_ time: EventTime) {
        customers.tick(time, into: effects)
        closeCircle()
    }

    /// Goes on where another world stands: ids depend on positions.
    func goOn(from other: World) {
        offset = other.offset
        told = []
        other.told = []
    }

    private func closeCircle() {
        listen()
        while effects.signals.bytes > 0 {
            effects.signals.drain { _, record in
                told += record.array
                var reader = SignalReader(record)
                while let signal = reader.next() { products.apply(signal, into: effects) }
            }
            listen()
        }
    }

    private func listen() {
        var out = ByteBuffer()
        let outcomes = effects.outcomes
        for retraction in outcomes.retractions { retracted.append(retraction.customer.text) }
        for list in outcomes.recommendations { encoder.encode(list, places: outcomes.recommended, into: &out) }
        for alert in outcomes.alerts { encoder.encode(alert, into: &out) }
        for update in outcomes.sentiments { encoder.encode(update, into: &out) }
        for population in outcomes.populations {
            encoder.encode(population, into: &out)
            customers.adopt(population)
        }
        told += out.bytes().array
        effects.outcomes.removeAll()
    }

    /// Tells the other worlds' replicas, and one's own, what product pages show.
    func publish(to worlds: [World]) {
        products.projectAll(into: effects)
        for world in worlds + [self] {
            for row in effects.outcomes.projections {
                world.commons.knowledge.adopt(row, entries: effects.outcomes.neighbours)
            }
        }
        effects.outcomes.removeAll()
    }
}

/// A changelog: the last value of each key counts. A nil value is a tombstone.
typealias Changelog = [String: [UInt8]?]

extension World {
    /// Writes what changed since the last time, as a checkpoint does.
    func checkpoint(into log: inout Changelog) {
        for index in 0..<customers.changes { World.add(&log) { customers.encodeChange(index, into: &$0) } }
        for index in 0..<products.changes {
            World.add(&log, "product stage ") { products.encodeChange(index, into: &$0) }
        }
        World.add(&log) { customers.encodePartition(into: &$0) }
        World.add(&log, "product stage ") { products.encodePartition(into: &$0) }
        var out = ByteBuffer()
        while let (key, value) = products.encodeNextModel(into: &out) {
            log["product stage " + out.bytes(key..<value).text] = .some(out.bytes(from: value).array)
            out.removeAll()
        }
        customers.clearChanges()
        products.clearChanges()
    }

    private static func add(_ log: inout Changelog, _ stage: String = "", _ encode: (inout ByteBuffer) -> Int?) {
        var out = ByteBuffer()
        guard let start = encode(&out) else {
            log[stage + out.bytes().text] = .some(nil)
            return
        }
        log[stage + out.bytes(0..<start).text] = .some(out.bytes(from: start).array)
    }

    func restore(_ log: Changelog) throws {
        for (key, value) in log.sorted(by: { $0.key < $1.key }) { try restore(key, value) }
        customers.finishRestore()
        products.finishRestore()
    }

    func restore(_ key: String, _ value: [UInt8]?) throws {
        let isProduct = key.hasPrefix("product stage ")
        let name = Array((isProduct ? key.dropFirst("product stage ".count) : Substring(key)).utf8)
        try name.withUnsafeBytes { name in
            try (value ?? []).withUnsafeBytes { bytes in
                let bytes = value == nil ? Bytes.none : Bytes(bytes)
                if isProduct {
                    try products.restore(key: Bytes(name), value: bytes)
                } else {
                    try customers.restore(key: Bytes(name), value: bytes)
                }
            }
        }
    }

    func suppressionRecords() -> Changelog {
        var log: Changelog = [:]
        var out = ByteBuffer()
        var places: [(Int, Int)] = []
        customers.encodeSuppressions(into: &out) { places.append(($0, $1)) }
        for (index, (key, value)) in places.enumerated() {
            let end = index + 1 < places.count ? places[index + 1].0 : out.count
            log[out.bytes(key..<value).text] = .some(out.bytes(value..<end).array)
        }
        return log
    }

    /// All there is, changed or not.
    func whole() -> Changelog {
        var log: Changelog = [:]
        for slot in 0..<customers.customers.slots where customers.customers.isLive(slot) {
            World.add(&log) { customers.encode(everyone: slot, into: &$0) ?? 0 }
        }
        for slot in 0..<products.products.slots {
            World.add(&log, "product stage ") { products.encode(everyone: slot, into: &$0) ?? 0 }
        }
        log.merge(suppressionRecords()) { $1 }
        World.add(&log) { customers.encodePartition(into: &$0) }
        World.add(&log, "product stage ") { products.encodePartition(into: &$0) }
        World.add(&log, "churn") { out in
            products.churnOwner?.encode(into: &out)
            return 0
        }
        World.add(&log, "sentiment") { out in
            products.sentimentOwner?.encode(into: &out)
            for chunk in 0..<SentimentModel.chunkCount { products.sentimentOwner?.encode(chunk, into: &out) }
            return 0
        }
        return log
    }
}
