import Events
import Models
import Testing

@testable import Engine

/// State records that are cut, spoiled or newer than this program: a fault that says so, never a crash.
@Suite struct StateFaultTests {
    static let log = StateCodecTests.past(40, events: 500).1

    /// The stage's partition alone, without the shop-wide models.
    static func stage() -> (CustomerState, ProductState) {
        let commons = Commons(configuration: EngineConfiguration(), partitions: 8)
        let owners = [ModelKey.sentiment, ModelKey.churn].map { Hash.partition(of: Bytes($0), among: 8) }
        let partition = (0..<8 as Range<Int32>).first { !owners.contains($0) } ?? 0
        return (
            CustomerState(partition: partition, commons: commons), ProductState(partition: partition, commons: commons)
        )
    }

    static func restore(_ key: String, _ value: [UInt8], _ stage: (CustomerState, ProductState)) throws(StateFault) {
        let isProduct = key.hasPrefix("product stage ")
        let name = Array((isProduct ? key.dropFirst("product stage ".count) : Substring(key)).utf8)
        let buffer = name + value
        var fault: StateFault?
        buffer.withUnsafeBytes { raw in
            let bytes = Bytes(raw)
            let key = Bytes(start: bytes.start, count: name.count)
            let value = Bytes(start: bytes.start.map { $0 + name.count }, count: value.count)
            do throws(StateFault) {
                if isProduct {
                    try stage.1.restore(key: key, value: value)
                } else {
                    try stage.0.restore(key: key, value: value)
                }
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
    }

    /// A record of each kind that a stage without models takes back.
    static let records: [(String, [UInt8])] = [
        "customer/c1", "customer/c7", "partition", "product stage product/p3", "product stage category/k4",
        "product stage partition",
    ]
    .compactMap { key in log[key].flatMap { $0 }.map { (key, $0) } }

    @Test func `there is a record of each kind`() {
        #expect(Self.records.count == 6)
        for (key, value) in Self.records { #expect(throws: Never.self) { try Self.restore(key, value, Self.stage()) } }
    }

    @Test func `a cut record is malformed, wherever it is cut`() {
        for (key, value) in Self.records {
            for count in 0..<value.count {
                #expect(throws: StateFault.self, "\(key) \(count)") {
                    try Self.restore(key, Array(value.prefix(count)), Self.stage())
                }
            }
        }
    }

    @Test func `a record with something behind it is malformed`() {
        for (key, value) in Self.records {
            #expect(throws: StateFault.self, "\(key)") { try Self.restore(key, value + [0], Self.stage()) }
        }
    }

    @Test func `a newer version is named, and not guessed at`() {
        for (key, value) in Self.records {
            for version in [StateCodec.version + 1, StateCodec.version + 2, 255] {
                #expect(throws: StateFault.newerVersion(version)) {
                    try Self.restore(key, [version] + value.dropFirst(), Self.stage())
                }
            }
            #expect(throws: StateFault.malformed("empty state record")) {
                try Self.restore(key, [0] + value.dropFirst(), Self.stage())
            }
            #expect(throws: StateFault.malformed("empty state record")) { try Self.restore(key, [], Self.stage()) }
        }
    }

    @Test func `keys too long for an identifier are malformed`() {
        let long = String(repeating: "x", count: Limits.identifier + 1)
        let customer = Self.records[0].1
        #expect(throws: StateFault.self) { try Self.restore("customer/" + long, customer, Self.stage()) }
        #expect(throws: Never.self) { try Self.restore("customer/" + long.dropLast(), customer, Self.stage()) }
        let stage = Self.stage()
        #expect(throws: Never.self) { try Self.restore("product stage product/" + long, Self.records[3].1, stage) }
        #expect(stage.1.count == 0, "a product without a name is none")
    }

    @Test func `models of another partition are malformed`() throws {
        for key in ["product stage model/churn", "product stage model/sentiment/whole"] {
            let value = try #require(Self.log[key].flatMap { $0 })
            #expect(throws: StateFault.self) { try Self.restore(key, value, Self.stage()) }
        }
    }

    @Test func `spoiled models are malformed or taken, never a crash`() throws {
        let world = World()
        var random = SeededRandom(seed: 41)
        let chunk = try #require(
            Self.log.keys.first { $0.hasPrefix("product stage model/sentiment/") && !$0.hasSuffix("whole") }
        )
        for key in ["product stage model/churn", "product stage model/sentiment/whole", chunk] {
            let value = try #require(Self.log[key].flatMap { $0 })
            var faults = 0
            for _ in 0..<300 {
                do { try world.restore(key, Self.spoiled(value, &random)) } catch { faults += 1 }
            }
            #expect(faults > 30, "\(key)")
        }
        for name in ["-1", "256", "x", "", "1e2"] {
            #expect(throws: StateFault.self) {
                try world.restore("product stage model/sentiment/\(name)", Self.log[chunk].flatMap { $0 } ?? [])
            }
        }
        world.fold(Array(Saying("d900 10:00 u1 reviews p1 stars 3 saying good", day: 0).json.utf8))
    }

    static func spoiled(_ value: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = value
        for _ in 0...random.nextIndex(below: 3) {
            let at = random.nextIndex(below: max(1, bytes.count))
            switch random.nextIndex(below: 5) {
            case 0: bytes[at] ^= 1 << UInt8(random.nextIndex(below: 8))
            case 1: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 2: bytes.remove(at: at)
            case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
            default:
                for index in at..<min(at + 8, bytes.count) {
                    bytes[index] = random.nextIndex(below: 2) == 0 ? 0xFF : 0x7F
                }
            }
            if bytes.isEmpty { return [1] }
        }
        return bytes
    }

    /// Whatever a spoiled record is taken for, life goes on with it.
    @Test(arguments: 50...53 as ClosedRange<UInt64>)
    func `a spoiled record is malformed, or a state to go on with`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var faults = 0
        for _ in 0..<1_000 {
            let stage = Self.stage()
            let (key, value) = Self.records[random.nextIndex(below: Self.records.count)]
            do {
                try Self.restore("partition", Self.records[2].1, stage)
                try Self.restore(key, Self.spoiled(value, &random), stage)
                Self.goOn(stage)
            } catch {
                faults += 1
            }
        }
        #expect(faults > 100 && faults < 900, "\(faults)")
    }

    static let life = [
        "d700 10:00 c1 views p3", "d700 10:01 c1 buys p3/k4@5 p4", "d700 10:02 c7 reviews p3 stars 2 saying bad",
        "d700 10:03 c7 returns p3 for 5",
        "d700 10:04 c7 adds p3/k4@3 as m1 in s1",
    ].map { Array(Saying($0, day: 0).json.utf8) }

    static func goOn(_ stage: (CustomerState, ProductState)) {
        let effects = Effects(partitions: 8)
        var decoder = Decoder()
        stage.0.finishRestore()
        stage.1.finishRestore()
        for record in life {
            record.withUnsafeBytes { value in
                guard case .fact = decoder.decode(Bytes(value), recordTime: EventTime.unknown) else { return }
                _ = stage.0.apply(decoder.fact, origin: Origin(topic: 1, partition: 0, offset: 1), into: effects)
            }
        }
        stage.0.tick(Saying.time("d900"), into: effects)
        for kind in [Signal.Kind.viewed, .ordered, .boughtAfter, .viewedAfter, .boughtAfterView, .judged] {
            for number in 0..<3 as Range<Int64> {
                stage.1.apply(
                    SignalFields(kind, time: Saying.time("d700") + number, subject: Bytes("p3"), object: Bytes("new")),
                    into: effects
                )
            }
        }
        stage.1.projectAll(into: effects)
        var out = ByteBuffer()
        let encoder = Encoder(version: "test")
        for alert in effects.outcomes.alerts { encoder.encode(alert, into: &out) }
        for update in effects.outcomes.sentiments { encoder.encode(update, into: &out) }
        for row in effects.outcomes.projections {
            encoder.encode(row, entries: effects.outcomes.neighbours, into: &out)
        }
        for index in 0..<stage.0.changes { _ = stage.0.encodeChange(index, into: &out) }
        for index in 0..<stage.1.changes { _ = stage.1.encodeChange(index, into: &out) }
        for customer in [Bytes("c1"), Bytes("c7")] { _ = stage.0.view(of: customer) }
        _ = stage.1.view(of: Bytes("p3"))
    }
}
