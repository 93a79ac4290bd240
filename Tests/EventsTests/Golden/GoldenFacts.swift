/// Records and the facts they become: each record stands on a line of its own, its fact on the next one. A `·` at the
/// end of a line joins it with the next. Change a line only together with the wire contract.
enum GoldenFacts {
    static let table = #"""
        # Segment's own examples, envelope and all
        {"type":"track","event":"Product Viewed","messageId":"ajs-f8ca1e4de5024d9430b3928bd8ac6b96",·
        "userId":"AiUGstSDIg",·
        "anonymousId":"23adfd82-aa0f-45a7-a756-24f2a7a4c895","timestamp":"2015-12-12T19:11:01.249Z",·
        "originalTimestamp":"2015-12-12T19:11:01.152Z","sentAt":"2015-12-12T19:11:01.169Z",·
        "receivedAt":"2015-12-12T19:11:01.266Z",·
        "context":{"library":{"name":"analytics.js","version":"2.11.1"},"page":{"path":"/","search":"","title":"",·
        "url":""},·
        "ip":"108.0.78.21","userAgent":"Mozilla/5.0","locale":"en-US","campaign":{},"traits":{}},·
        "integrations":{"All":true},·
        "properties":{"product_id":"507f1f77bcf86cd799439011","sku":"G-32","category":"Games","name":"Monopoly: 3rd ·
        Edition",·
        "brand":"Hasbro","variant":"200 pieces","price":18.99,"quantity":1,"coupon":"MAYDEALS","currency":"usd",·
        "position":3,·
        "value":18.99,"url":"https://www.example.com/product/path",·
        "image_url":"https://www.example.com/product/path.jpg"}}
        → productViewed AiUGstSDIg 2015-12-12T19:11:01.249Z [507f1f77bcf86cd799439011 @18.99 in Games by Hasbro] ·
        amount=18.99 USD ·
        id=ajs-f8ca1e4de5024d9430b3928bd8ac6b96 locale=en-US

        {"userId":"019mr8mf4r","event":"Order Completed","timestamp":1449947461249,·
        "properties":{"checkout_id":"fksdjfsdjfisjf9sdfjsd9f",·
        "order_id":"50314b8e9bcf000000000000","affiliation":"Google Store","total":27.5,"subtotal":22.5,·
        "revenue":25,"shipping":3,·
        "tax":2,"discount":2.5,"coupon":"hasbros","currency":"USD",·
        "products":[{"product_id":"507f1f77bcf86cd799439011","sku":"45790-32",·
        "name":"Monopoly: 3rd Edition","price":19,"quantity":1,"category":"Games",·
        "url":"https://www.example.com/product/path"},·
        {"product_id":"505bd76785ebb509fc183733","sku":"46493-32","name":"Uno Card Game","price":3,"quantity":2,·
        "category":"Games"}]}}
        → orderCompleted 019mr8mf4r 2015-12-12T19:11:01.249Z [507f1f77bcf86cd799439011 @19.0 in Games, ·
        505bd76785ebb509fc183733 x2.0 @3.0 in Games] amount=27.5 USD order=50314b8e9bcf000000000000

        {"type":"track","event":"Product Reviewed","userId":"u7","timestamp":"2015-12-12T20:11:01+01:00","properties":·
        {"product_id":"507f1f77bcf86cd799439011","review_id":"kdfjrj39fj39jf3","review_body":"I love this product",·
        "rating":"5"}}
        → productReviewed u7 2015-12-12T19:11:01.000Z [507f1f77bcf86cd799439011] rating=1.0 review=I love this product ·
        reviewId=kdfjrj39fj39jf3

        # Version 1 names, RudderStack's white space, numbers as text, sku alone, anonymous
        {"event":" added PRODUCT ","anonymousId":"a-1","timestamp":"1449947461","properties":{"sku":4711,·
        "price":"12.50","quantity":"3"}}
        → productAdded ?a-1 2015-12-12T19:11:01.000Z [4711 x3.0 @12.5]

        {"type":"track","event":"Completed Order","userId":12,"messageId":34,"timestamp":"2015-12-12","properties":·
        {"revenue":"1.0e2","currency":"Eur","products":[{"id":"x"},{"sku":"s","price":"n/a","quantity":-1}]}}
        → orderCompleted 12 2015-12-12T00:00:00.000Z amount=100.0 EUR id=34

        {"type":"track","event":"Order Refunded","userId":"u","timestamp":"2015-12-12 19:11:01,5",·
        "properties":{"order_id":1,"total":null,"value":5}}
        → orderRefunded u 2015-12-12T19:11:01.500Z amount=5.0 order=1

        {"type":"identify","anonymousId":"a\/b\u00e9\ud83d\ude00","timestamp":"2015-12-12T19:11:01.2495Z",·
        "traits":{"email":"x@example.com"}}
        → identified ?a/bé😀 2015-12-12T19:11:01.249Z

        {"event":"Product List Viewed","userId":"u","timestamp":1449947461249000,"context":{"session_id":"s-1"},·
        "properties":{"list_id":"hot","category":"Games","products":[{"product_id":"p1"},{"product_id":"p2"}]}}
        → productListViewed u 2015-12-12T19:11:01.249Z [p1, p2] session=s-1

        {"event":"Products Searched","userId":"u","timestamp":1449947461249,"properties":{"query":"差 评"}}
        → productsSearched u 2015-12-12T19:11:01.249Z query=差 评

        # Not for us
        {"type":"page","name":"Home","userId":"u","timestamp":1449947461249}
        → skipped

        {"client_id":"x","events":[{"name":"view_item","params":{"currency":"USD"}}]}
        → rejected unknown_envelope

        {"type":"track","event":"Product Clicked","userId":"u","timestamp":1449947461249,"properties":{"list_id":"hot"}}
        → rejected schema_violation

        {"type":"track","event":"Cart Viewed","traits":{"userId":"u"},"timestamp":1449947461249}
        → rejected missing_identity

        {"type":"track","event":"Cart Viewed","userId":"u","timestamp":"12/12/2015 19:11"}
        → rejected bad_timestamp

        {"type":"track","event":"Cart Viewed","userId":"u","timestamp":1449947461249
        → rejected malformed_json
        """#

    /// Records with their facts.
    static var rows: [(record: String, fact: String)] {
        let lines = table.replacing("·\n", with: "").split(separator: "\n").filter { !$0.hasPrefix("#") }
        return zip(lines, lines.dropFirst()).filter { $1.hasPrefix("→ ") }.map { (String($0), String($1.dropFirst(2))) }
    }
}
