import Events
import Testing

/// Who did what: names of events, and identities.
@Suite struct EnvelopeTests {
    static let names: [(FactKind, [String])] = [
        (.productViewed, ["Product Viewed", "Viewed Product"]),
        (.productClicked, ["Product Clicked", "Clicked Product"]),
        (.productListViewed, ["Product List Viewed", "Product List Filtered", "Viewed Product Category"]),
        (.productsSearched, ["Products Searched", "Searched Products"]),
        (.productAdded, ["Product Added", "Added Product"]),
        (.productRemoved, ["Product Removed", "Removed Product"]),
        (.cartViewed, ["Cart Viewed", "Viewed Cart"]),
        (.checkoutStarted, ["Checkout Started", "Started Order", "Started Checkout"]),
        (.orderCompleted, ["Order Completed", "Completed Order"]),
        (.orderCancelled, ["Order Cancelled", "Order Canceled", "Cancelled Order"]),
        (.orderRefunded, ["Order Refunded", "Refunded Order"]),
        (.productWishlisted, ["Product Added to Wishlist", "Added Product to Wishlist"]),
        (.productReviewed, ["Product Reviewed", "Reviewed Product"]),
    ]

    /// As written, lower, upper and mixed case, and with white space at both ends.
    static func spellings(_ name: String) -> [String] {
        let mixed = String(
            name.enumerated().map { $0 % 2 == 0 ? Character($1.lowercased()) : Character($1.uppercased()) }
        )
        return [
            name, name.lowercased(), name.uppercased(), mixed, "  \(name) ", "\\t\(name)\\n", " \(name.lowercased())",
        ]
    }

    @Test func `every name and alias is understood in any case and with white space around it`() {
        for (kind, names) in Self.names {
            for spelling in names.flatMap(Self.spellings) {
                let line = told(track(spelling, #""product_id":"p1","rating":5"#))
                #expect(line == "\(kind) u1 \(noonText) [p1] rating=1.0", "\(spelling)")
            }
        }
    }

    @Test func `every kind of fact has a name that leads to it`() {
        let tried = Set(Self.names.map(\.0))
        #expect(Set(FactKind.allCases).subtracting(tried) == [.identified, .consentUpdated, .erased])
        for kind in FactKind.allCases where kind != .identified && kind != .erased {
            #expect(told(track("\(kind.name)", #""product_id":"p1","rating":5"#)).hasPrefix("\(kind) "))
        }
    }

    @Test(arguments: ["identify", "Identify", " IDENTIFY "])
    func `identify is a type, not an event`(type: String) {
        let line = told(#"{"type":"\#(type)","userId":"u1","timestamp":"\#(noonText)","traits":{"plan":"gold"}}"#)
        #expect(line == "identified u1 \(noonText)")
    }

    @Test(arguments: ["track", "Track", " TRACK", ""])
    func `track may be written in any case or be missing`(type: String) {
        let event = #""event":"Cart Viewed","userId":"u1","timestamp":"\#(noonText)""#
        #expect(told(#"{"type":"\#(type)",\#(event)}"#) == "cartViewed u1 \(noonText)")
        #expect(told("{\(event)}") == "cartViewed u1 \(noonText)")
    }

    @Test(arguments: [
        "Coupon Applied", "Promotion Viewed", "Product Shared", "Product", "Product Viewe", "Product Viewed 2",
        "ProductViewed", "Product  Viewed", "Виден товар", "",
    ])
    func `unknown events are skipped, not rejected`(event: String) {
        #expect(told(track(event)) == "skipped")
    }

    @Test(arguments: ["page", "screen", "group", "alias", "tracks", "identity"])
    func `other types are skipped whatever event they name`(type: String) {
        #expect(told(#"{"type":"\#(type)","event":"Product Viewed","userId":"u1"}"#) == "skipped")
    }

    @Test func `a track call without an event is skipped`() {
        #expect(told(#"{"type":"track","userId":"u1"}"#) == "skipped")
        #expect(told(#"{"type":"track","event":null,"userId":"u1"}"#) == "skipped")
    }

    @Test func `userId goes before anonymousId`() {
        let time = #""timestamp":"\#(noonText)""#
        #expect(told(viewed(#""userId":"u1","anonymousId":"a1",\#(time)"#)) == "productViewed u1 \(noonText) [p1]")
        #expect(told(viewed(#""anonymousId":"a1","userId":"u1",\#(time)"#)) == "productViewed u1 \(noonText) [p1]")
        for nobody in ["null", "\"\"", "{}", "[]", "true"] {
            let line = told(viewed(#""userId":\#(nobody),"anonymousId":"a1",\#(time)"#))
            #expect(line == "productViewed ?a1 \(noonText) [p1]", "\(nobody)")
        }
    }

    @Test func `numbers are identifiers as they stand`() {
        let line = told(
            track(
                "Order Completed",
                #""order_id":1e3,"products":[{"product_id":0017.5e-1},{"sku":-4}]"#,
                envelope: #""userId":4711,"messageId":12,"timestamp":"\#(noonText)""#
            ).replacing("0017", with: "17")
        )
        #expect(line == "orderCompleted 4711 \(noonText) [17.5e-1, -4] id=12 order=1e3")
    }

    @Test func `message id, session and locale are carried`() {
        let context = #""context":{"library":{"name":"x"},"sessionId":"s1","locale":"de-DE","ip":"::1"}"#
        let line = told(viewed(#""messageId":"m1","userId":"u1","timestamp":"\#(noonText)",\#(context)"#))
        #expect(line == "productViewed u1 \(noonText) [p1] id=m1 session=s1 locale=de-DE")
        #expect(
            told(viewed(#""userId":"u1","timestamp":"\#(noonText)","context":{"session_id":77}"#)).hasSuffix(
                "session=77"
            )
        )
    }
}
