import Events
import Testing

/// Where producers differ from the specification and from each other.
@Suite struct QuirkTests {
    /// A view with these properties beside the product's id, without the part that all of them share.
    static func view(_ properties: String) -> String {
        String(
            told(track("Product Viewed", #""product_id":"p1","# + properties)).dropFirst(
                "productViewed u1 \(noonText) ".count
            )
        )
    }

    static func order(_ properties: String) -> String {
        String(told(track("Order Completed", properties)).dropFirst("orderCompleted u1 \(noonText) ".count))
    }

    static func review(_ properties: String) -> String {
        String(
            told(track("Product Reviewed", #""product_id":"p1","# + properties)).dropFirst(
                "productReviewed u1 \(noonText) [p1]".count
            )
        )
    }

    @Test(arguments: ["18.99", "\"18.99\"", "\" 18.99 \"", "1899e-2", "\"1899E-2\"", "18.990"])
    func `prices are numbers or strings`(price: String) {
        #expect(Self.view(#""price":\#(price)"#) == "[p1 @18.99]")
    }

    @Test(arguments: [
        "null", "\"\"", "\"free\"", "\"18,99\"", "\"$18.99\"", "true", "{}", "[18.99]", "-1", "\"NaN\"", "1e400",
        "1e10",
    ])
    func `what is no price is none`(price: String) {
        #expect(Self.view(#""price":\#(price)"#) == "[p1]")
    }

    @Test(arguments: [
        ("2", " x2.0"), ("\"3\"", " x3.0"), ("0", " x0.0"), ("-5", " x0.0"), ("\"-1\"", " x0.0"), ("0.5", " x0.5"),
        ("null", ""), ("\"two\"", ""), ("1e7", " x1000000.0"), ("1e400", " x1000000.0"), ("{}", ""),
    ])
    func `quantities are kept between nothing and a million and are one when absent`(quantity: String, shown: String) {
        #expect(Self.view(#""quantity":\#(quantity)"#) == "[p1\(shown)]")
    }

    @Test func `a line by which nothing is bought is no line of an order`() {
        let lines = #""products":[{"product_id":"a","quantity":0},{"product_id":"b"},{"product_id":"c","quantity":-2}]"#
        for event in ["Order Completed", "Order Refunded", "Order Cancelled"] {
            #expect(told(track(event, lines)).contains("[b]"), "\(event)")
        }
        #expect(told(track("Cart Viewed", lines)).contains("[a x0.0, b, c x0.0]"))
        #expect(!told(track("Order Completed", #""product_id":"a","quantity":0"#)).contains("["))
        #expect(told(track("Product Added", #""product_id":"a","quantity":0"#)).contains("[a x0.0]"))
    }

    @Test(arguments: [#"{"min":-1e308,"max":1e308}"#, #"{"min":0,"max":1e400}"#, #"{"min":0,"max":1e7}"#])
    func `a scale that nobody rates by is none`(scale: String) {
        let review = #""product_id":"p1","rating":5,"rating_scale":\#(scale)"#
        #expect(told(track("Product Reviewed", review)) == "rejected schema_violation")
    }

    @Test func `an event without any clock to hold it against can be refused`() {
        let when = #"{"event":"Cart Viewed","userId":"u1","timestamp":\#(noon)"#
        var decoder = Decoder(needsClock: true)
        let hear = { (text: String, time: EventTime, decoder: inout Decoder) in
            told(Array(text.utf8), recordTime: time, by: &decoder)
        }
        #expect(hear(when + "}", EventTime.unknown, &decoder) == "rejected bad_timestamp")
        #expect(hear(when + "}", noon, &decoder).hasPrefix("cartViewed"))
        #expect(hear(when + #","receivedAt":\#(noon)}"#, EventTime.unknown, &decoder).hasPrefix("cartViewed"))
        #expect(hear(when + #","receivedAt":"x"}"#, EventTime.unknown, &decoder) == "rejected bad_timestamp")
    }

    @Test func `a sku stands in for a missing product id`() {
        #expect(told(track("Product Viewed", #""sku":"s1""#)).hasSuffix("[s1]"))
        #expect(told(track("Product Viewed", #""sku":"s1","product_id":"p1""#)).hasSuffix("[p1]"))
        #expect(told(track("Product Viewed", #""product_id":"","sku":"s1""#)).hasSuffix("[s1]"))
        #expect(told(track("Product Viewed", #""product_id":null,"sku":4711"#)).hasSuffix("[4711]"))
        #expect(Self.order(#""products":[{"sku":"s1"},{"sku":"s2","product_id":"p2"}]"#) == "[s1, p2]")
    }

    @Test func `products come flat or as a list`() {
        let flat = #""product_id":"p1","category":"Games","brand":"Hasbro","price":"5","quantity":2"#
        #expect(told(track("Product Added", flat)).hasSuffix("[p1 x2.0 @5.0 in Games by Hasbro]"))
        #expect(
            told(track("Product Added", #""products":[{\#(flat)}]"#)).hasSuffix("[p1 x2.0 @5.0 in Games by Hasbro]")
        )
        #expect(Self.order(#""product_id":"p1""#) == "[p1]")
        #expect(Self.order(#""product_id":"p1","products":[]"#) == "[p1]")
        #expect(Self.order(#""product_id":"p1","products":null"#) == "[p1]")
        #expect(Self.order(#""products":[{"product_id":"p2"}],"product_id":"p1","price":3"#) == "[p2]")
    }

    @Test func `entries of products that name none are left out`() {
        let list =
            #"[null, 1, "p0", [], {}, {"name":"x"}, {"product_id":"p1"}, [{"product_id":"p2"}], {"product_id":""}]"#
        #expect(Self.order(#""products":\#(list)"#) == "[p1]")
    }

    @Test func `members inside a product do not leak into the next one`() {
        let list = #"[{"product_id":"p1","price":5,"category":"Games","quantity":2},{"product_id":"p2"}]"#
        #expect(Self.order(#""products":\#(list)"#) == "[p1 x2.0 @5.0 in Games, p2]")
    }

    @Test func `products beyond the limit are cut and counted`() {
        let list = (0..<300).map { #"{"product_id":"p\#($0)"}"# }.joined(separator: ",")
        var decoder = Decoder()
        let cut = withBytes(track("Order Completed", #""products":[\#(list)]"#)) { value in
            _ = decoder.decode(value, recordTime: EventTime.unknown)
            return (decoder.fact.items.count, decoder.fact.items.last?.product.text)
        }
        #expect(cut == (256, "p255"))
        #expect(decoder.itemsCut == 44)
    }

    @Test func `properties may be null or missing where no product is needed`() {
        let envelope = #"{"type":"track","event":"Cart Viewed","userId":"u1","timestamp":"\#(noonText)""#
        for rest in ["", #","properties":null"#, #","properties":[]"#, #","properties":"none""#, #","properties":{}"#] {
            #expect(told(envelope + rest + "}") == "cartViewed u1 \(noonText)")
        }
    }

    @Test func `a missing message id is empty`() {
        #expect(!told(track()).contains("id="))
        #expect(!told(viewed(#""messageId":null,"userId":"u1","timestamp":"\#(noonText)""#)).contains("id="))
    }

    @Test func `unknown members are passed over wherever they stand`() {
        let junk = #""traits":{"a":[1,{"b":null}],"c":"}"},"integrations":{"All":true},"x\"y":-0.5e-3"#
        let context = #""context":{"device":{"id":"x","sessionId":"no"},"sessionId":"s1","page":null},\#(junk)"#
        let line = told(viewed(#"\#(junk),"userId":"u1","timestamp":"\#(noonText)",\#(context)"#))
        #expect(line == "productViewed u1 \(noonText) [p1] session=s1")
        #expect(Self.view(#"\#(junk),"products_viewed":[[[]]],"price":1"#) == "[p1 @1.0]")
    }

    @Test(arguments: ["USD", "usd", "Usd", "uSd"])
    func `currencies are codes of any case`(currency: String) {
        #expect(Self.order(#""total":1,"currency":"\#(currency)""#) == "amount=1.0 USD")
    }

    @Test(arguments: ["US", "USDT", "U$D", "€", "", "12A", "[\\\\]"])
    func `what is no currency is none`(currency: String) {
        #expect(Self.order(#""total":1,"currency":"\#(currency)""#) == "amount=1.0")
    }

    @Test func `the sum is the total, else the revenue, else the value`() {
        #expect(Self.order(#""value":1,"revenue":2,"total":3"#) == "amount=3.0")
        #expect(Self.order(#""value":"1","revenue":"2""#) == "amount=2.0")
        #expect(Self.order(#""value":1"#) == "amount=1.0")
        #expect(Self.order(#""total":null,"revenue":"n/a","value":1"#) == "amount=1.0")
        #expect(Self.order(#""total":0,"revenue":2"#) == "amount=0.0")
        #expect(Self.order(#""total":-3,"revenue":2"#) == "", "a negative sum is a mistake, not another sum")
        #expect(Self.order(#""total":1e13"#) == "")
    }

    @Test(arguments: [("5", 1.0), ("\"5\"", 1), ("1", 0), ("3", 0.5), ("\" 2 \"", 0.25), ("4.5", 0.875)])
    func `ratings are stars from one to five, as numbers or strings`(rating: String, share: Double) {
        #expect(Self.review(#""rating":\#(rating)"#) == " rating=\(share)")
    }

    @Test(arguments: ["0", "6", "-1", "\"good\"", "null", "1e400"])
    func `a rating beyond its scale is none`(rating: String) {
        #expect(Self.review(#""rating":\#(rating),"review_body":"so so""#) == " review=so so")
    }

    @Test func `a rating has the scale that it names`() {
        #expect(Self.review(#""rating":8.5,"rating_scale":{"min":0,"max":10}"#) == " rating=0.85")
        #expect(Self.review(#""rating_scale":{"max":"10","min":"0","step":[1]},"rating":5"#) == " rating=0.5")
        #expect(Self.review(#""rating":60,"rating_scale":{"max":101}"#) == " rating=0.59")
        #expect(Self.review(#""rating":3,"rating_scale":null"#) == " rating=0.5")
        #expect(Self.review(#""rating":3,"rating_scale":{"min":5,"max":1},"review_body":"x""#) == " review=x")
    }

    @Test func `a review is its body, else its title`() {
        #expect(Self.review(#""review_title":"Not again","review_body":"Broken.""#) == " review=Broken.")
        #expect(Self.review(#""review_title":"Not again","review_body":null"#) == " review=Not again")
        let line = Self.review(#""review_id":"r1","review_body":"差","language":"zh-CN","verified_purchase":true"#)
        #expect(line == " review=差 reviewId=r1 locale=zh-CN")
    }

    @Test func `a long review is cut`() {
        let long = String(repeating: "long ", count: 4_000)
        #expect(Self.review(#""review_body":"\#(long)""#).utf8.count == " review=".utf8.count + Limits.review)
    }

    @Test func `a search is text or an object`() {
        #expect(told(track("Products Searched", #""query":"blue hotpants""#)).hasSuffix(" query=blue hotpants"))
        #expect(
            told(track("Products Searched", #""query":{"q":"blue","page":2}"#)) == "productsSearched u1 \(noonText)"
        )
    }

    @Test func `of members given twice the last one counts`() {
        #expect(told(viewed(#""userId":"u0","userId":"u1","timestamp":1,"timestamp":"\#(noonText)""#)) == told(track()))
        #expect(Self.view(#""price":1,"product_id":"p2","price":2"#) == "[p2 @2.0]")
        #expect(
            Self.order(#""products":[{"product_id":"p1"},{"product_id":"p2"}],"products":[{"sku":"s1"}]"#) == "[s1]"
        )
    }

    @Test func `objects given twice are read one after the other`() {
        let twice = track().dropLast() + #","properties":{"price":7}}"#
        #expect(told(String(twice)).hasSuffix("[p1 @7.0]"))
    }
}
