import Events
import Testing

@testable import shopstream

@Suite("Lines of tail")
struct TailTests {
    private func line(_ kind: TailKind, _ value: String?, key: String? = "k", headers: [String: String] = [:]) -> String
    {
        let record = TailRecord(
            topic: "t",
            offset: 7,
            timestamp: 1_767_225_600_000,
            key: key,
            value: value,
            headers: headers
        )
        return TailLine(.plain).render(record, as: kind)
    }

    @Test func aRecommendationTellsWhy() {
        let value = """
            {"type":"track","event":"Products Recommended","timestamp":"2026-01-05T10:07:31.042Z","userId":"u1",\
            "properties":{"trigger":"view","trigger_product_id":"p1","products":[\
            {"product_id":"p2","position":1,"score":0.31,"reason":"bought-after","evidence_product_id":"p1",\
            "evidence_count":12,"evidence_total":40.25},{"product_id":"p3","score":0.1,"reason":"popular"}]}}
            """
        #expect(
            line(.recommendations, value)
                == "2026-01-05 10:07:31  u1  after view of p1: p2 0.31 bought after p1 (12.0 of 40.3), p3 0.10 popular"
        )
    }

    @Test func aLongListIsCut() {
        let products = (1...9).map { "{\"product_id\":\"p\($0)\",\"score\":0.5,\"reason\":\"popular\"}" }
        let value = """
            {"timestamp":"2026-01-05T10:07:31Z","anonymousId":"a1","properties":{"trigger":"order","trigger_product_id":"p0",\
            "products":[\(products.joined(separator: ","))]}}
            """
        #expect(line(.recommendations, value).hasSuffix("p5 0.50 popular, and 4 more"))
        #expect(line(.recommendations, value).contains("  a1  after order of p0"))
    }

    @Test func anAlertTellsRiskReasonsAndMeasure() {
        let value = """
            {"event":"Churn Risk Detected","timestamp":"2026-03-01T00:00:00.000Z","userId":"u1","properties":{\
            "churn_probability":0.824,"risk_level":"high","previous_risk_level":"medium","days_since_last_order":74.2,\
            "historic_number_of_orders":6,"average_days_between_orders":28.5,"average_order_value":46.94,"currency":"USD",\
            "reasons":["order_gap","negative_review"],"suggested_measure":"coupon"}}
            """
        #expect(
            line(.churnAlerts, value)
                == "2026-03-01 00:00:00  u1  high risk (was medium) 82 %: order gap, negative review; "
                + "last order 74 days ago, usually every 28.5, 6 orders, 46.94 USD each, try: coupon"
        )
    }

    @Test func aClearedAlertSaysWhoIsBack() {
        let value = """
            {"timestamp":"2026-03-01T00:00:00Z","userId":"u1","properties":{"risk_level":"none","previous_risk_level":"high"}}
            """
        #expect(line(.churnAlerts, value) == "2026-03-01 00:00:00  u1  is back (risk was high)")
    }

    @Test func sentimentTellsCountsTrendAndWords() {
        let value = """
            {"timestamp":"2026-03-01T00:00:00Z","properties":{"product_id":"p1","reviews":120,"positive":40,"neutral":20,\
            "negative":60,"mean_polarity":-0.31,"trend":"worse","latest_polarity":-0.8,"latest_label":"negative",\
            "evidence":["broken","cheap"]}}
            """
        #expect(
            line(.sentiment, value) == "2026-03-01 00:00:00  p1  worse  mean -0.31 of 120 "
                + "(40 positive, 20 neutral, 60 negative); latest negative -0.80: broken, cheap"
        )
    }

    @Test func neighboursNameTheStrongest() {
        let value = """
            {"product_id":"p1","category":"c1","as_of":"2026-03-01T00:00:00Z","views":12,"orders":3,\
            "bought_after":[{"product_id":"p2","weight":12.34}],"viewed_after":[],"bought_after_view":[]}
            """
        #expect(line(.neighbours, value) == "2026-03-01 00:00:00  p1 c1  3 orders, 12 views; bought after: p2 12.3")
    }

    @Test func aDeadLetterTellsNothingOfItsPayload() {
        let headers = [
            "__dlq.errors.topic": "storefront.clickstream.v1", "__dlq.errors.partition": "3",
            "__dlq.errors.offset": "12",
            "__dlq.errors.exception": "bad_timestamp", "__dlq.errors.message": "the timestamp cannot be read",
        ]
        let text = line(.deadLetters, "{\"userId\":\"secret\"}", headers: headers)
        #expect(
            text
                == "2026-01-01 00:00:00  storefront.clickstream.v1[3] at 12  bad_timestamp: the timestamp cannot be read; "
                + "keyed, 19 bytes"
        )
    }

    @Test func inputsAreShownToo() {
        let view = """
            {"event":"Product Viewed","userId":"u1","timestamp":"2026-03-01T00:00:00Z",\
            "properties":{"product_id":"p1","price":19.9,"currency":"EUR"}}
            """
        #expect(line(.clickstream, view) == "2026-03-01 00:00:00  u1  Product Viewed  p1  19.90 EUR")
        let review = """
            {"event":"Product Reviewed","userId":"u1","timestamp":"2026-03-01T00:00:00Z",\
            "properties":{"product_id":"p1","rating":"4","review_body":"用起来\\n舒服"}}
            """
        #expect(line(.reviews, review) == "2026-03-01 00:00:00  u1  Product Reviewed  p1  4 stars  “用起来 舒服”")
    }

    @Test func removalsAndRubbishAreSaid() {
        #expect(line(.recommendations, nil) == "2026-01-01 00:00:00  k  removed")
        #expect(line(.recommendations, "x") == "2026-01-01 00:00:00  unreadable, 1 byte")
    }

    @Test func coloursAreOnlyForTerminals() {
        let record = TailRecord(topic: "t", key: "k", value: nil)
        #expect(TailLine(Palette(isOn: true)).render(record, as: .sentiment).contains("\u{1B}["))
        #expect(!line(.sentiment, nil).contains("\u{1B}["))
    }

    @Test func theFilterLooksAtKeyAndBody() {
        let record = TailRecord(
            topic: "t",
            key: "u1",
            value: "{\"userId\":\"u1\",\"properties\":{\"products\":[{\"product_id\":\"p9\"}]}}"
        )
        #expect(TailFilter(user: "u1").admits(record) && !TailFilter(user: "u2").admits(record))
        #expect(TailFilter(product: "p9").admits(record) && !TailFilter(product: "p1").admits(record))
        #expect(TailFilter(user: "u1", product: "p9").admits(record))
    }

    @Test func theEnvelopeHoldsEverything() {
        let record = TailRecord(topic: "dlq.t", partition: 2, offset: 5, key: nil, value: "x\"y", headers: ["h": "v"])
        #expect(
            record.envelope
                == #"{"headers":{"h":"v"},"key":null,"offset":5,"partition":2,"topic":"dlq.t","value":"x\"y"}"#
        )
    }

    @Test func deadLettersAreAllTopicsOfTheirKind() {
        let known: [String: Int32] = ["dlq.b": 1, "dlq.a": 1, "storefront.clickstream.v1": 8]
        #expect(TailKind.deadLetters.topics(of: known) == ["dlq.a", "dlq.b"])
        #expect(TailKind.clickstream.topics(of: known) == ["storefront.clickstream.v1"])
        #expect(TailKind.reviews.topics(of: known) == ["storefront.reviews.v1"])
    }
}
