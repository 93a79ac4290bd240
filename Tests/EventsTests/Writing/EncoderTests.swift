import Events
import Foundation
import Testing

/// What is written: valid JSON to the byte, whatever the names in it.
@Suite struct EncoderTests {
    @Test func `each kind has its golden bytes`() {
        let encoder = Samples.encoder
        let places = Samples.places()
        let entries = Samples.entries()
        let found = [
            Samples.text { encoder.encode(Samples.recommendation(), places: places, into: &$0) },
            Samples.text { encoder.encode(Samples.alert(), into: &$0) },
            Samples.text { encoder.encode(Samples.bareAlert, into: &$0) },
            Samples.text { encoder.encode(Samples.sentiment(), into: &$0) },
            Samples.text {
                encoder.encode(
                    Samples.sentiment(Bytes("Games"), subject: .category, shift: true, evidence: .none),
                    into: &$0
                )
            },
            Samples.text { encoder.encode(Samples.neighbours(), entries: entries, into: &$0) },
            Samples.text {
                encoder.encode(
                    Samples.neighbours(Bytes("Games"), subject: .category, category: .none),
                    entries: entries,
                    into: &$0
                )
            },
            Samples.text { encoder.encode(Samples.population, into: &$0) },
        ]
        let golden = GoldenOutcomes.lines
        #expect(found.count == golden.count)
        for (found, golden) in zip(found, golden) { #expect(found == golden) }
    }

    static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    static func properties(_ text: String) throws -> [String: Any] {
        try #require(try object(text)["properties"] as? [String: Any])
    }

    /// Names that try to break out of their string, and some that only look odd.
    static let hostile = [
        #"a"b"#, #"a\"#, #"\"}"#, "a\nb\r\tc", "\0", "\u{1}\u{1f}", "\u{7f}", "</script>", "差评", "é😀", "\u{2028}",
        "null", " ", "{}", "\\u0041",
        String(repeating: "\"", count: 512), "a\u{8}\u{c}b",
    ]

    /// Names are looked at eight bytes at a time: something to escape at each place of each length.
    @Test func `what needs an escape is found wherever it stands`() throws {
        for length in 1...18 {
            for place in 0..<length {
                for special in ["\"", "\\", "\n", "\u{1f}", " ", "é", "\u{7f}"] {
                    let before = String(repeating: "x", count: place)
                    let name = before + special + String(repeating: "y", count: length - place)
                    let text = withBytes(name) { name in
                        Samples.text { Samples.encoder.encode(Samples.alert(name), into: &$0) }
                    }
                    #expect(try Self.object(text)["userId"] as? String == name)
                }
            }
        }
    }

    @Test(arguments: hostile)
    func `names survive whatever they are`(name: String) throws {
        let encoder = Samples.encoder
        try withBytes(name) { name in
            let list = Samples.text {
                encoder.encode(Samples.recommendation(name, after: name), places: Samples.places(name, name), into: &$0)
            }
            #expect(try Self.object(list)["userId"] as? String == name.text)
            let properties = try Self.properties(list)
            #expect(properties["trigger_product_id"] as? String == name.text)
            let first = try #require((properties["products"] as? [[String: Any]])?.first)
            #expect(first["product_id"] as? String == name.text && first["evidence_product_id"] as? String == name.text)
            let alert = Samples.text { encoder.encode(Samples.alert(name), into: &$0) }
            #expect(try Self.object(alert)["userId"] as? String == name.text)
            let update = Samples.text { encoder.encode(Samples.sentiment(name), into: &$0) }
            #expect(try Self.properties(update)["product_id"] as? String == name.text)
            let row = Samples.text {
                encoder.encode(Samples.neighbours(name, category: name), entries: Samples.entries(name), into: &$0)
            }
            #expect(try Self.object(row)["product_id"] as? String == name.text)
            #expect(try Self.object(row)["category"] as? String == name.text)
        }
    }

    @Test(
        arguments: [
            ("", []), ("a", ["a"]), ("a\nb\nc", ["a", "b", "c"]), ("\na", ["a"]), ("a\n", ["a"]),
            ("\n\na\n\nb\n", ["a", "b"]), ("\n", []),
            ("say \"no\"\n差", ["say \"no\"", "差"]),
        ] as [(String, [String])]
    )
    func `evidence is a list of its lines`(evidence: String, words: [String]) throws {
        let text = withBytes(evidence) { evidence in
            Samples.text { Samples.encoder.encode(Samples.sentiment(evidence: evidence), into: &$0) }
        }
        #expect(try Self.properties(text)["evidence"] as? [String] == words)
    }

    @Test func `an anonymous customer is named as such`() throws {
        let list = Samples.text {
            Samples.encoder.encode(Samples.recommendation(anonymous: true), places: Samples.places(), into: &$0)
        }
        #expect(try Self.object(list)["anonymousId"] as? String == "u1")
        #expect(try Self.object(list)["userId"] == nil)
    }

    @Test func `a list without places is empty`() throws {
        var recommendation = Samples.recommendation()
        recommendation.places = 2..<2
        let list = Samples.text { Samples.encoder.encode(recommendation, places: Samples.places(), into: &$0) }
        #expect(try (Self.properties(list)["products"] as? [Any])?.isEmpty == true)
    }

    @Test func `positions and scores stand beside the products`() throws {
        let list = Samples.text {
            Samples.encoder.encode(Samples.recommendation(), places: Samples.places(), into: &$0)
        }
        let products = try #require(Self.properties(list)["products"] as? [[String: Any]])
        #expect(products.map { $0["position"] as? Int } == [1, 2])
        #expect(products.map { $0["product_id"] as? String } == ["p2", "p3"])
        #expect(products.map { $0["score"] as? Double } == [0.3127, 0.0415])
        #expect(products[1]["evidence_product_id"] == nil && products[1]["evidence_count"] == nil)
    }

    @Test func `every name is a word of the contract`() throws {
        let schema = { (topic: String) in
            try String(contentsOf: root.appending(path: "Topics/schemas/\(topic)-value.json"), encoding: .utf8)
        }
        let recommendations = try schema("insights.recommendations.v1")
        for reason in Reason.allCases { #expect(recommendations.contains("\"\(reason.name)\"")) }
        for trigger in [Trigger.view, .add, .order] { #expect(recommendations.contains("\"\(trigger.name)\"")) }
        let alerts = try schema("insights.churn-alerts.v1")
        for level in RiskLevel.allCases { #expect(alerts.contains("\"\(level.name)\"")) }
        for reason in ChurnReason.allCases { #expect(alerts.contains("\"\(reason.name)\"")) }
        for measure in [Measure.none, .reminder, .coupon, .personalCall] {
            #expect(alerts.contains("\"\(measure.name)\""))
        }
        let sentiment = try schema("insights.product-sentiment.v1")
        for polarity in Polarity.allCases { #expect(sentiment.contains("\"\(polarity.name)\"")) }
        for trend in [Trend.steady, .worse, .better] { #expect(sentiment.contains("\"\(trend.name)\"")) }
    }

    @Test func `outcomes are emptied as a whole`() {
        var outcomes = Outcomes()
        outcomes.recommendations.append(Samples.recommendation())
        outcomes.recommended = Samples.places()
        outcomes.alerts.append(Samples.alert())
        outcomes.sentiments.append(Samples.sentiment())
        outcomes.projections.append(Samples.neighbours())
        outcomes.neighbours = Samples.entries()
        outcomes.populations.append(Samples.population)
        outcomes.removeAll()
        #expect(outcomes.recommendations.isEmpty && outcomes.recommended.isEmpty && outcomes.alerts.isEmpty)
        #expect(
            outcomes.sentiments.isEmpty && outcomes.projections.isEmpty && outcomes.neighbours.isEmpty
                && outcomes.populations.isEmpty
        )
    }
}
