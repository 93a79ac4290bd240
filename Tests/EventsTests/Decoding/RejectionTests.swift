import Events
import Testing

/// Each way not to be an event, with an input as small as it can be.
@Suite struct RejectionTests {
    static let who = #""userId":"u1""#
    static let when = #""timestamp":"\#(noonText)""#

    @Test(arguments: [
        (Rejection.malformedJSON, "{"),
        (.unknownEnvelope, "{}"),
        (.unsupportedEncoding, ""),
        (.schemaViolation, #"{"event":"Product Added",\#(who),\#(when)}"#),
        (.missingIdentity, #"{"event":"Cart Viewed",\#(when)}"#),
        (.badTimestamp, #"{"event":"Cart Viewed",\#(who)}"#),
        (.oversize, #"{"event":"Cart Viewed","userId":"\#(String(repeating: "x", count: 513))",\#(when)}"#),
        (.futureTimestamp, #"{"event":"Cart Viewed",\#(who),\#(when),"receivedAt":1}"#),
    ])
    func `every reason has its record`(reason: Rejection, record: String) {
        #expect(told(record) == "rejected \(reason.code)")
    }

    @Test func `codes, stages and messages tell reasons apart`() {
        #expect(Set(Rejection.allCases.map { "\($0.code)" }).count == Rejection.allCases.count)
        #expect(Set(Rejection.allCases.map { "\($0.message)" }).count == Rejection.allCases.count)
        let atDecoding = Rejection.allCases.filter { "\($0.stage)" == "decode" }
        #expect(atDecoding == [.malformedJSON, .unknownEnvelope, .unsupportedEncoding])
        #expect(Rejection.allCases.allSatisfy { ["decode", "validate", "produce"].contains("\($0.stage)") })
    }

    @Test(arguments: FactKind.allCases)
    func `what is about a product needs one`(kind: FactKind) {
        let line = told(track(kind == .identified ? "Cart Viewed" : "\(kind.name)", #""rating":5,"name":"nameless""#))
        #expect(line.hasPrefix("rejected schema_violation") == kind.needsProduct, "\(line)")
    }

    @Test func `a review says something in words or stars`() {
        #expect(told(track("Product Reviewed")) == "rejected schema_violation")
        #expect(told(track("Product Reviewed", #""product_id":"p1","rating":9"#)) == "rejected schema_violation")
        #expect(told(track("Product Reviewed", #""product_id":"p1","review_body":"""#)) == "rejected schema_violation")
        #expect(told(track("Product Reviewed", #""product_id":"p1","review_title":"ok""#)).hasSuffix("review=ok"))
    }

    @Test(arguments: [
        "", #""userId":null,"#, #""userId":"","#, #""userId":"","anonymousId":"","#, #""anonymousId":{},"#,
    ])
    func `somebody must have done it`(identity: String) {
        #expect(told(viewed(identity + Self.when)) == "rejected missing_identity")
    }

    @Test(arguments: ["messageId", "userId", "anonymousId"])
    func `identifiers of the envelope are bounded`(member: String) {
        for (length, isAccepted) in [(511, true), (512, true), (513, false), (5_000, false)] {
            let id = String(repeating: "i", count: length)
            let others = ["messageId": "", "userId": "", "anonymousId": ""].merging(["userId": "u1"]) { $1 }
            let envelope = others.merging([member: id]) { $1 }.filter { member != "anonymousId" || $0.key != "userId" }
            let record = viewed(envelope.map { #""\#($0.key)":"\#($0.value)","# }.sorted().joined() + Self.when)
            #expect(told(record).hasPrefix("productViewed") == isAccepted, "\(member) \(length)")
            #expect(isAccepted || told(record) == "rejected oversize")
        }
    }

    @Test(arguments: ["product_id", "category", "brand", "order_id"])
    func `identifiers of the properties are bounded`(member: String) {
        for (length, isAccepted) in [(512, true), (513, false)] {
            let id = String(repeating: "é", count: length / 2) + String(repeating: "i", count: length % 2)
            let flat =
                #""sku":"s1","\#(member)":"\#(id)""#
            #expect(told(track("Product Viewed", flat)).hasPrefix("productViewed") == isAccepted)
            let listed = #""products":[{"sku":"s0"},{\#(flat)}]"#
            let isInItems = member != "order_id"
            #expect(told(track("Order Completed", listed)).hasPrefix("orderCompleted") == (isAccepted || !isInItems))
        }
    }

    @Test func `a session id is bounded, a query is not`() {
        let long = String(repeating: "s", count: 600)
        let context = #"\#(Self.who),\#(Self.when),"context":{"sessionId":"\#(long)"}"#
        #expect(told(viewed(context)) == "rejected oversize")
        #expect(told(track("Products Searched", #""query":"\#(long)""#)).hasSuffix(long))
    }

    @Test func `a record is bounded`() {
        let filler = String(repeating: " ", count: Limits.value - track().utf8.count)
        #expect(told(track() + filler).hasPrefix("productViewed"))
        #expect(told(track() + filler + " ") == "rejected oversize")
    }

    @Test(arguments: [
        "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{,}", "{\"a\":1,}", "{\"a\" 1}", "{a:1}",
        "{'a':1}",
        "{\"a\":}", "{\"a\":1 \"b\":2}", "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":[}", "{\"a\":]}",
        "{]", "[", "[}",
        "{\"a\":tru}", "{\"a\":True}", "{\"a\":nul}", "{\"a\":nulll}", "{\"a\":undefined}", "{} {}", "{},", "[]]",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\t\"}", "{\"a\":\"\u{1}\"}", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":\"\\\"}", " ", "\n\t ",
    ])
    func `broken JSON is malformed`(record: String) {
        #expect(told(record) == "rejected malformed_json", "\(record)")
    }

    @Test(arguments: [
        "NaN", "Infinity", "-Infinity", "-", "+1", ".5", "1.", "-.5", "1e", "1e+", "1.e1", "0x10", "1_000", "01", "-01",
        "00", "--1",
        "1.2.3", "1e1.5", "1e5e5", "1-", "1+1",
    ])
    func `what is no JSON number makes a record malformed`(number: String) {
        for record in [
            track("Product Viewed", #""product_id":"p1","price":\#(number)"#),
            viewed(#""x":\#(number),\#(Self.who),\#(Self.when)"#),
        ] {
            #expect(told(record) == "rejected malformed_json", "\(record)")
        }
    }

    @Test func `no truncation of a record is accepted`() {
        let record = Array(
            track("Order Completed", #""products":[{"product_id":"\u00e9","price":1.5}],"ok":true"#).utf8
        )
        for count in 1..<record.count {
            #expect(told(Array(record.prefix(count))) == "rejected malformed_json", "\(count)")
        }
        for garbage in ["}", "x", "\0", "{}", "\"\"", ","] {
            #expect(told(record + Array(garbage.utf8)) == "rejected malformed_json")
        }
        #expect(told(record + Array(" \r\n\t".utf8)).hasPrefix("orderCompleted"))
    }
}
