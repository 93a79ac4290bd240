import Events

/// What comes in where anybody may write.
enum HostileInputs {
    static let all: [(title: String, inputs: [HostileInput])] = [
        ("Bytes", bytes), ("Shape", shape), ("Identifiers", identifiers), ("Numbers", numbers), ("Time", time),
        ("Keys", keys), ("Repeats", repeats), ("Size", size),
    ]

    fileprivate typealias Input = HostileInput

    private static let bytes: [HostileInput] = [
        Input("no value at all (a tombstone)", .unsupportedEncoding) { nil },
        Input("a value of no bytes", .unsupportedEncoding) { [] },
        Input("a JSON text cut short", .malformedJSON, "", String(Input.view().dropLast(9))),
        Input("two JSON texts in one record", .malformedJSON, "", Input.view() + "\n" + Input.view()),
        Input("a page of HTML", .unsupportedEncoding, "", "<html>502 Bad Gateway</html>"),
        Input("broken UTF-8 in a member that is used", .malformedJSON) { spoiled("p1") },
        Input("broken UTF-8 in a member that is not", .malformedJSON) { spoiled("spoil") },
        Input("an overlong UTF-8 form", .malformedJSON) { replaced("spoil", by: [0xC0, 0xAF]) },
        Input("UTF-16", .unsupportedEncoding) { [0xFF, 0xFE] + Input.view().utf8.flatMap { [$0, 0] } },
        Input("a byte order mark before the JSON", nil, "taken off") { [0xEF, 0xBB, 0xBF] + Array(Input.view().utf8) },
        Input("half a surrogate pair as an escape", nil, "read as U+FFFD", Input.view(#","brand":"\ud800""#)),
        Input("a schema registry's frame (0x00, 4-byte id) around JSON", nil, "taken off") {
            [0, 0, 0, 0, 7] + Array(Input.view().utf8)
        },
        Input("the same with an 8-byte id", nil, "taken off") {
            [0, 0, 0, 0, 0, 0, 0, 0, 7] + Array(Input.view().utf8)
        },
        Input("the newer frame (0x01, a GUID) around JSON", nil, "taken off") {
            [1] + [UInt8](repeating: 7, count: 16) + Array(Input.view().utf8)
        },
        Input("Avro behind a registry's frame", .unsupportedEncoding) { [0, 0, 0, 0, 7, 0x12, 0x75, 0x31, 2] },
        Input("Protobuf behind the newer frame", .unsupportedEncoding) {
            [1] + [UInt8](repeating: 7, count: 16) + [0x0A, 2, 0x75, 0x31]
        },
        Input("gzip", .unsupportedEncoding) { [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] },
    ]

    private static let shape: [HostileInput] = [
        Input("nesting 10,000 deep", .malformedJSON, "", Input.view(deep(10_000))),
        Input("nesting 60 deep", nil, "the bound is 64", Input.view(deep(60))),
        Input("an array instead of an event", .unknownEnvelope, "", "[\(Input.view())]"),
        Input("a JSON text that is no object", .unsupportedEncoding, "", "\"event\""),
        Input("an empty object", .unknownEnvelope, "", "{}"),
        Input("an event that nobody has heard of", nil, "counted", Input.event("Coupon Devoured", "")),
        Input("`type` and `event` as objects", .unknownEnvelope, "", #"{"type":{},"event":{},"userId":"mallory"}"#),
        Input("`properties` as an array", .schemaViolation, "", rawProperties("[]")),
        Input("`properties` null", .schemaViolation, "", rawProperties("null")),
        Input("`context` as an array", nil, "ignored", #"{"context":[1],"# + Input.view().dropFirst()),
        Input("`product_id` as an object", .schemaViolation, "", Input.event("Product Viewed", #""product_id":{}"#)),
        Input("`products` as an object", nil, "an order without products", products("{}")),
        Input("`products` holding numbers", nil, "an order without products", products("[1,null,[2]]")),
        Input("members twice", nil, "the last one counts", Input.view(#","product_id":"p2""#)),
        Input("`userId` twice", nil, "the last one counts", #"{"userId":"first","# + Input.view().dropFirst()),
        Input("a review without words or stars", .schemaViolation, "", Input.event("Product Reviewed", product)),
    ]

    private static let identifiers: [HostileInput] = [
        Input("nobody", .missingIdentity, "", Input.view(user: "null")),
        Input("`userId` an object", .missingIdentity, "", Input.view(user: #"{"id":"mallory"}"#)),
        Input("`userId` an array", .missingIdentity, "", Input.view(user: #"["mallory"]"#)),
        Input("`userId` a number", nil, "as it is written", Input.view(user: "4711")).with { $0.customer = "4711" },
        Input("`userId` of 100,000 characters", .oversize, "", Input.view(user: "\"\(Input.long(100_000))\"")),
        Input("`messageId` of 100,000 characters", .oversize, "", wrapped("messageId")),
        Input("`product_id` of 100,000 characters", .oversize, "", property("Product Viewed", "product_id")),
        Input(
            "`category` of 100,000 characters",
            .oversize,
            "",
            Input.view(",\"category\":\"\(Input.long(100_000))\"")
        ),
        Input("`order_id` of 100,000 characters", .oversize, "", property("Order Completed", "order_id")),
        Input("`query` of 100,000 characters", nil, "not kept", property("Products Searched", "query")),
        Input(
            "`review_id` of 100,000 characters",
            nil,
            "kept as a hash",
            Input.review("\"rating\":5,\"review_id\":\"\(Input.long(100_000))\"")
        ),
    ]

    private static let numbers: [HostileInput] = [
        Input("NaN as a bare word", .malformedJSON, "", Input.view(#","price":NaN"#)),
        Input("NaN in a string", nil, "no price", Input.view(#","price":"NaN""#)),
        Input("a price of 1e400", nil, "no price", Input.view(#","price":1e400"#)),
        Input("a price of 1e-320", nil, "no price", Input.view(#","price":1e-320"#)),
        Input("a price of −5", nil, "no price", Input.view(#","price":-5"#)),
        Input("a number of 100,000 digits", nil, "no price", Input.view(",\"price\":1" + digits(100_000))),
        Input("an order line with quantity 0", nil, "no line of the order", Input.order(line("p1", 0))),
        Input("an order line with quantity −3", nil, "no line of the order", Input.order(line("p1", -3))),
        Input(
            "an order line with quantity 1e400",
            nil,
            "a million pieces; in demand at most five count",
            Input.order(#"{"product_id":"p1","quantity":1e400}"#)
        ),
        Input("10,000 order lines", nil, "the first 256 are read", Input.order(lines(10_000), #","total":9"#)),
        Input("an order of −100", nil, "no sum", Input.order(line("p1", 1), #","total":-100"#)),
        Input("an order of 1e300", nil, "no sum", Input.order(line("p1", 1), #","total":1e300"#)),
        Input(
            "a refund of what was never bought",
            nil,
            "counted; what the customer spent goes below zero",
            Input.event("Order Refunded", #""total":1000000000000,"currency":"EUR""#)
        ),
        Input("eleven stars of five", .schemaViolation, "", Input.review(#""rating":11"#)),
        Input("stars in words", .schemaViolation, "", Input.review(#""rating":"five""#)),
        Input(
            "stars on a scale without end",
            .schemaViolation,
            "",
            Input.review(#""rating":5,"rating_scale":{"min":-1e308,"max":1e308}"#)
        ),
    ]
}

/// Times, keys, repeats and sizes.
extension HostileInputs {
    fileprivate static let time: [HostileInput] = [
        Input("the year 1600", .badTimestamp, "", at("1600-01-01T00:00:00Z")),
        Input("the year 9999", .badTimestamp, "", at("9999-12-31T23:59:59Z")),
        Input("the year 10000", .badTimestamp, "", at("10000-01-01T00:00:00Z")),
        Input("the 30th of February", .badTimestamp, "", at("2026-02-30T00:00:00Z")),
        Input("a time as an array", .badTimestamp, "", Input.view(time: #""timestamp":[2026]"#)),
        Input("no time", nil, "the record's own", Input.view(time: #""timestamp":null"#)),
        Input("a time six minutes ahead of its record", .futureTimestamp, "", ahead(6 * EventTime.minute)),
        Input("a time in 2099 under a record of today", .futureTimestamp, "", at("2099-12-31T23:59:59Z")),
        Input("a time four minutes ahead of its record", nil, "clocks differ", ahead(4 * EventTime.minute)),
        Input(
            "a time ahead of its own `receivedAt`",
            .futureTimestamp,
            "",
            Input.view(time: #"\#(Input.when),"receivedAt":"2026-03-01T00:00:00Z""#)
        ),
        Input("the year 1980", nil, "late: counted, moves no time", at("1980-01-01T00:00:00Z")),
    ]

    fileprivate static let keys: [HostileInput] = [
        Input("a record without key", nil, "counted as unkeyed", Input.view()).with { $0.key = nil },
        Input("a key of no bytes", nil, "counted as miskeyed", Input.view()).with { $0.key = [] },
        Input("the key of somebody else", nil, "counted as miskeyed; the body counts", Input.view()).with {
            $0.key = Array("alice".utf8)
        },
        Input("a key of 100,000 bytes", nil, "counted as miskeyed", Input.view()).with {
            $0.key = [UInt8](repeating: 120, count: 100_000)
        },
    ]

    fileprivate static let repeats: [HostileInput] = [
        Input("the same `messageId` again", nil, "a duplicate: counts once", wrapped("m1"), wrapped("m1")),
        Input(
            "a review again under its `review_id`",
            nil,
            "an edit: the last version counts, once",
            Input.review(#""rating":1,"review_id":"r1""#),
            Input.review(#""rating":5,"review_id":"r1""#)
        ),
    ]

    fileprivate static let size: [HostileInput] = [
        Input("20 MB of zeros", .oversize) { [UInt8](repeating: 0, count: 20 << 20) },
        Input("an event of 20 MB", .oversize) { Array(Input.review(words(20 << 20)).utf8) },
        Input("a review of 3 MB", nil, "the first 16 KB are read") { Array(Input.review(words(3 << 20)).utf8) },
        Input("20 MB where the dead-letter topic takes 1 MB", .tooLarge) { [UInt8](repeating: 0, count: 20 << 20) }
            .with { $0.room = 1 << 20 },
        Input("nonsense under 2 MB of headers there", .tooLarge, "", "nonsense").with {
            $0.room = 1 << 20
            $0.header = 2 << 20
        },
        Input("nonsense under a key of 2 MB there", .tooLarge, "", "nonsense").with {
            $0.room = 1 << 20
            $0.key = [UInt8](repeating: 120, count: 2 << 20)
        },
    ]
}

/// Parts of the inputs above.
extension HostileInputs {
    private static let product = #""product_id":"p1""#

    /// A view, with bytes that are no UTF-8 in place of a word in it.
    private static func spoiled(_ word: String) -> [UInt8] { replaced(word, by: [0xFF, 0xFE]) }

    private static func replaced(_ word: String, by bytes: [UInt8]) -> [UInt8] {
        let view = HostileInput.view(#","nonsense":"spoil""#)
        let parts = view.split(separator: word, maxSplits: 1)
        return Array(parts[0].utf8) + bytes + Array(parts[1].utf8)
    }

    private static func deep(_ levels: Int) -> String {
        #","nonsense":"# + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }

    private static func rawProperties(_ value: String) -> String {
        #"{"event":"Product Viewed","userId":"mallory",\#(HostileInput.when),"properties":\#(value)}"#
    }

    private static func products(_ value: String) -> String {
        HostileInput.event("Order Completed", #""total":9,"products":\#(value)"#)
    }

    private static func wrapped(_ message: String) -> String {
        let id = message == "messageId" ? HostileInput.long(100_000) : message
        return #"{"messageId":"\#(id)","# + HostileInput.view().dropFirst()
    }

    private static func property(_ event: String, _ name: String) -> String {
        HostileInput.event(event, "\"\(name)\":\"\(HostileInput.long(100_000))\"")
    }

    private static func digits(_ count: Int) -> String { String(repeating: "0", count: count) }

    private static func line(_ product: String, _ quantity: Int) -> String {
        #"{"product_id":"\#(product)","price":9,"quantity":\#(quantity)}"#
    }

    private static func lines(_ count: Int) -> String {
        (0..<count).map { line("p\($0)", 1) }.joined(separator: ",")
    }

    private static func at(_ time: String) -> String { HostileInput.view(time: #""timestamp":"\#(time)""#) }

    private static func ahead(_ lead: Int64) -> String {
        HostileInput.view(time: #""timestamp":\#(HostileInput.noon + lead)"#)
    }

    private static func words(_ count: Int) -> String { "\"review_body\":\"\(HostileInput.long(count))\"" }
}
