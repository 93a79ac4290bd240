import Events
import Foundation
import Testing

/// The moment in which most tests play.
let noon: EventTime = 1_446_033_600_000  // 2015-10-28T12:00:00Z
let noonText = "2015-10-28T12:00:00.000Z"

/// Lends the bytes of a text, or of anything.
func withBytes<Result>(_ bytes: [UInt8], _ body: (Bytes) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes { try body(Bytes($0)) }
}

func withBytes<Result>(_ text: String, _ body: (Bytes) throws -> Result) rethrows -> Result {
    try withBytes(Array(text.utf8), body)
}

/// A record as shops send it; `properties` and `envelope` are the inside of the JSON objects.
func track(
    _ event: String = "Product Viewed",
    _ properties: String = #""product_id":"p1""#,
    envelope: String = #""userId":"u1","timestamp":"\#(noonText)""#
) -> String {
    #"{"type":"track","event":"\#(event)",\#(envelope),"properties":{\#(properties)}}"#
}

/// A view whose envelope has something more, or something else.
func viewed(_ envelope: String) -> String { track(envelope: envelope) }

/// What the decoder makes of a record, in one line: the fact with everything it carries, `skipped`, or the rejection.
func told(_ bytes: [UInt8], recordTime: EventTime = EventTime.unknown) -> String {
    var decoder = Decoder()
    return told(bytes, recordTime: recordTime, by: &decoder)
}

func told(_ text: String, recordTime: EventTime = EventTime.unknown) -> String {
    told(Array(text.utf8), recordTime: recordTime)
}

func told(_ bytes: [UInt8], recordTime: EventTime, by decoder: inout Decoder) -> String {
    withBytes(bytes) { value in
        switch decoder.decode(value, recordTime: recordTime) {
        case .fact: line(of: decoder.fact)
        case .skipped: "skipped"
        case .rejected(let rejection): "rejected \(rejection.code)"
        }
    }
}

/// `productViewed u1 2015-10-28T12:00:00.000Z [p1] …`: what is absent is left out.
func line(of fact: Fact) -> String {
    var words = ["\(fact.kind)", (fact.isAnonymous ? "?" : "") + fact.customer.text, text(of: fact.time)]
    if fact.items.count > 0 { words.append("[" + fact.items.map(line).joined(separator: ", ") + "]") }
    if !fact.amount.isNaN { words.append("amount=\(fact.amount)") }
    if fact.currency != .none { words.append(letters(of: fact.currency)) }
    if !fact.rating.isNaN { words.append("rating=\(fact.rating)") }
    let named = [
        ("id", fact.messageId), ("session", fact.session), ("order", fact.order), ("review", fact.review),
        ("reviewId", fact.reviewId), ("query", fact.query), ("locale", fact.locale),
    ]
    for (name, bytes) in named where !bytes.isEmpty { words.append("\(name)=\(bytes.text)") }
    return words.joined(separator: " ")
}

private func line(of item: LineItem) -> String {
    var words = [item.product.text]
    if item.quantity != 1 { words.append("x\(item.quantity)") }
    if !item.price.isNaN { words.append("@\(item.price)") }
    if !item.category.isEmpty { words.append("in \(item.category.text)") }
    if !item.brand.isEmpty { words.append("by \(item.brand.text)") }
    return words.joined(separator: " ")
}

func text(of time: EventTime) -> String {
    var buffer = ByteBuffer()
    buffer.append(time: time)
    return buffer.bytes().text
}

func letters(of currency: Currency) -> String {
    let (a, b, c) = currency.letters
    return String(decoding: [a, b, c], as: UTF8.self)
}

/// The repository, three folders above this file, wherever a link to it may lie.
let root = URL(filePath: #filePath).resolvingSymlinksInPath().appending(path: "../../..").standardizedFileURL

/// The tests' own randomness: SplitMix64 (Steele, Lea, Flood 2014), always from a seed.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0 ..< bound.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
