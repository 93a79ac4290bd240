import Foundation
import Testing

@testable import Events

/// Spoiled records: never a crash, never memory without bound, and whatever is accepted keeps its promises.
@Suite struct DecoderFuzzTests {
    static let rounds = 200_000

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `whatever comes in, a fact keeps its promises`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var decoder = Decoder()
        var other = Decoder()
        var tally: [String: Int] = [:]
        for round in 0..<Self.rounds / 4 {
            let bytes = Mutation.mutated(&dice)
            let recordTime = dice.below(8) == 0 ? Int64(bitPattern: dice.next()) : EventTime.unknown
            let outcome = withBytes(bytes) { Self.outcome($0, recordTime, &decoder) }
            tally[outcome.name, default: 0] += 1
            if let broken = outcome.broken {
                Issue.record("seed \(seed) round \(round): \(broken) in \(Data(bytes).base64EncodedString())")
            }
            guard round % 16 == 0 else { continue }
            // A decoder that has seen other things before says the same.
            if told(bytes, recordTime: recordTime, by: &other) != told(bytes, recordTime: recordTime, by: &decoder) {
                Issue.record(
                    "seed \(seed) round \(round): two decoders disagree on \(Data(bytes).base64EncodedString())"
                )
            }
        }
        let elsewhere: [Rejection] = [.oversize, .keyMismatch, .tooLarge]
        let reached = ["fact", "skipped"] + Rejection.allCases.filter { !elsewhere.contains($0) }.map { "\($0.code)" }
        for name in reached { #expect(tally[name, default: 0] > 20, "\(name) is hardly ever reached: \(tally)") }
        #expect(decoder.unescaped.capacity <= 1 << 16, "scratch grew to \(decoder.unescaped.capacity)")
    }

    static func outcome(_ value: Bytes, _ recordTime: EventTime, _ decoder: inout Decoder) -> (
        name: String, broken: String?
    ) {
        switch decoder.decode(value, recordTime: recordTime) {
        case .fact: ("fact", broken(decoder.fact, recordTime))
        case .skipped: ("skipped", nil)
        case .rejected(let rejection): ("\(rejection.code)", nil)
        }
    }

    /// The first promise that a fact does not keep.
    static func broken(_ fact: Fact, _ recordTime: EventTime) -> String? {
        if fact.customer.isEmpty || fact.customer.count > Limits.identifier { return "customer" }
        if !EventTime.plausible.contains(fact.time) { return "time" }
        if recordTime != EventTime.unknown, fact.time - 5 * EventTime.minute > recordTime { return "future" }
        if fact.items.count > Limits.lineItems || fact.kind.needsProduct && fact.items.isEmpty { return "items" }
        if fact.items.contains(where: isBroken) { return "item" }
        if !fact.amount.isNaN, !(0...1e12).contains(fact.amount) { return "amount" }
        if !fact.rating.isNaN, !(0...1).contains(fact.rating) { return "rating" }
        if fact.review.count > Limits.review { return "review" }
        if fact.kind == .productReviewed, fact.review.isEmpty, fact.rating.isNaN { return "empty review" }
        for text in [fact.customer, fact.messageId, fact.session, fact.order, fact.query] where !isText(text) {
            return "UTF-8"
        }
        return nil
    }

    static func isBroken(_ item: LineItem) -> Bool {
        item.product.isEmpty || item.product.count > Limits.identifier || item.category.count > Limits.identifier
            || !(0...1e6).contains(item.quantity) || (!item.price.isNaN && !(0...1e9).contains(item.price))
            || !isText(item.product)
    }

    static func isText(_ bytes: Bytes) -> Bool { String(validating: bytes.buffer, as: UTF8.self) != nil }

    @Test func `scratch is as large as the largest record, not as all of them`() {
        var decoder = Decoder()
        let escapes = String(repeating: #"\n"#, count: 500_000)
        for _ in 0..<5 {
            let line = told(
                Array(track("Product Reviewed", #""product_id":"p1","review_body":"\#(escapes)""#).utf8),
                recordTime: noon,
                by: &decoder
            )
            #expect(line.hasPrefix("productReviewed"))
        }
        #expect(decoder.unescaped.capacity < 3_000_000)
        let many = (0..<100_000).map { #""review_body":"\u0041\#($0)""# }.joined(separator: ",")
        #expect(
            told(Array(track("Product Reviewed", #""product_id":"p1",\#(many)"#).utf8), recordTime: noon, by: &decoder)
                .hasSuffix("review=A99999")
        )
        #expect(decoder.unescaped.capacity < 8 << 20)
    }

    @Test func `random bytes are rejected`() {
        var dice = Dice(seed: 13)
        for _ in 0..<20_000 {
            let line = told([0x7B, 0x22] + dice.bytes(dice.below(40)))
            #expect(line == "rejected malformed_json")
        }
    }
}
