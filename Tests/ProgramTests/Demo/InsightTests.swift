import Events
import Testing

@testable import shopstream

/// Insights as a reader of the topics gets them.
@Suite struct InsightTests {
    private func insight(_ json: String) throws -> Insight {
        try #require(Array(json.utf8).withUnsafeBytes { Insight(Bytes($0)) })
    }

    @Test func `a list`() throws {
        let insight = try insight(
            """
            {"type":"track","event":"Products Recommended","messageId":"rec-1","timestamp":"2026-01-01T00:00:01.000Z",
             "userId":"u000001","properties":{"trigger":"view","trigger_product_id":"p000002","products":[
             {"product_id":"p000003","position":1,"score":0.3125,"reason":"bought-after","evidence_product_id":"p000004",
              "evidence_count":4,"evidence_total":9}]}}
            """
        )
        #expect(insight.recommendationTitle == "u000001 viewed p000002" && insight.time == 1_767_225_601_000)
        let headline = try #require(insight.properties.products?.first?.headline)
        #expect(headline == .init(product: "p000003", score: 0.3125, reason: "bought-after p000004 (4.0 of 9.0)"))
    }

    @Test func `an alert and a shift`() throws {
        let alert = try insight(
            """
            {"event":"Churn Risk Detected","timestamp":"2026-01-01T00:00:00.000Z","userId":"u000009","properties":
            {"churn_probability":0.912,"risk_level":"high","primary_reason":"order_gap","suggested_measure":"coupon",
            "days_since_last_order":31.2}}
            """
        )
        #expect(alert.alertTitle == "u000009 high risk (0.91): order_gap after 31 days → coupon")
        let shift = try insight(
            """
            {"event":"Product Sentiment Shifted","timestamp":"2026-01-01T00:00:00.000Z","properties":{"product_id":"p000034",
            "trend":"worse","mean_polarity":-0.41,"reviews":38,"evidence":["broken"]}}
            """
        )
        #expect(shift.shiftTitle == "p000034 turned worse: mean -0.41 over 38 reviews, lately “broken”")
    }

    @Test(arguments: ["", "{}", "[1]", #"{"event":1}"#])
    func `what is no insight is passed over`(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { Insight(Bytes($0)) == nil })
    }
}
