import ArgumentParser
import Events
import Foundation

/// Our decoder beside Foundation's, on the same records.
struct BenchDecode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Records to facts, and the same with Foundation's JSONDecoder."
    )

    @OptionGroup var options: BenchOptions

    /// Foundation's is too slow for all of them.
    private static let mostForFoundation = 50_000

    func run() throws {
        let tape = try BenchTape(options.plan)
        var bench = DecodeBench(tape: tape, count: options.measured)
        var report = BenchReport(commandLine: options.commandLine("decode"))
        let own = (0..<options.runs).map { _ in bench.measureOwn() }
        let count = min(options.measured, BenchDecode.mostForFoundation)
        let theirs = try (0..<options.runs).map { _ in try bench.measureFoundation(count) }
        report.figures = [
            Figure(name: "decoder", values: own.map { 1e9 / $0 }, unit: "events/s of CPU"),
            Figure(name: "", values: own, unit: "ns an event"),
            Figure(name: "", values: own.map { tape.meanBytes(options.measured) / $0 * 1_000 }, unit: "MB/s"),
            Figure(name: "Foundation", values: theirs.map { 1e9 / $0 }, unit: "events/s of CPU"),
            Figure(name: "", values: theirs, unit: "ns an event"),
            Figure(name: "ratio", values: zip(theirs, own).map { $0 / $1 }, unit: "times", places: 1),
            Figure(name: "record", values: [tape.meanBytes(options.measured)], unit: "bytes on average"),
            try AllocationCount.figure("decode", options),
        ]
        let disagreements = try bench.compare(count)
        report.notes = ["\(count.counted("record")) decoded by both, \(disagreements.counted("difference"))"]
        try report.print(json: options.json)
    }
}

/// Plays a tape into decoders.
struct DecodeBench {
    let tape: BenchTape
    let count: Int

    /// CPU time an event, in ns.
    func measureOwn() -> Double {
        var decoder = Events.Decoder()
        var facts = 0
        let start = Clock.threadNanoseconds()
        for record in tape.records.prefix(count) {
            if case .fact = decoder.decode(tape.value(record), recordTime: record.time) { facts += 1 }
        }
        let end = Clock.threadNanoseconds()
        return facts > 0 ? Double(end - start) / Double(count) : .nan
    }

    func measureFoundation(_ count: Int) throws -> Double {
        let values = tape.records.prefix(count).map { Data(tape.value($0).buffer) }
        let decoder = JSONDecoder()
        let start = Clock.threadNanoseconds()
        for value in values { _ = try decoder.decode(CodableEnvelope.self, from: value) }
        return Double(Clock.threadNanoseconds() - start) / Double(max(1, count))
    }

    /// Records in which the two do not see the same customer, product and price.
    mutating func compare(_ count: Int) throws -> Int {
        var own = Events.Decoder()
        let foundation = JSONDecoder()
        var differences = 0
        for record in tape.records.prefix(count) {
            let value = tape.value(record)
            let theirs = try foundation.decode(CodableEnvelope.self, from: Data(value.buffer))
            guard case .fact = own.decode(value, recordTime: record.time), theirs.agrees(with: own.fact) else {
                differences += 1
                continue
            }
        }
        return differences
    }
}

/// The same fields as a Swift programmer would write them down for Foundation.
struct CodableEnvelope: Decodable {
    struct Properties: Decodable {
        var productId: String?
        var category: String?
        var brand: String?
        var price: Double?
        var quantity: Double?
        var currency: String?
        var rating: Double?
        var reviewBody: String?

        enum CodingKeys: String, CodingKey {
            case productId = "product_id", category, brand, price, quantity, currency, rating
            case reviewBody = "review_body"
        }
    }

    struct Context: Decodable {
        var locale: String?
    }

    var type: String
    var event: String
    var messageId: String?
    var userId: String?
    var anonymousId: String?
    var timestamp: String
    var properties: Properties?
    var context: Context?

    func agrees(with fact: Fact) -> Bool {
        guard let item = fact.items.first else { return properties?.productId == nil }
        return item.product.text == properties?.productId && fact.customer.text == userId
            && (item.price == properties?.price || item.price.isNaN && properties?.price == nil)
            && fact.review.text == properties?.reviewBody ?? ""
    }
}
