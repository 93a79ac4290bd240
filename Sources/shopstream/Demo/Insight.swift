import Events
import Foundation

/// An insight as a reader of the topics gets it: the members that the demo looks at.
struct Insight: Decodable {
    struct Place: Decodable {
        var product: String
        var score: Double
        var reason: String
        var evidence: String?
        var count: Double?
        var total: Double?

        enum CodingKeys: String, CodingKey {
            case product = "product_id"
            case score, reason
            case evidence = "evidence_product_id"
            case count = "evidence_count"
            case total = "evidence_total"
        }
    }

    struct Properties: Decodable {
        var products: [Place]?
        var trigger: String?
        var triggerProduct: String?
        var probability: Double?
        var level: String?
        var reason: String?
        var measure: String?
        var silentDays: Double?
        var product: String?
        var category: String?
        var trend: String?
        var mean: Double?
        var reviews: Int?
        var evidence: [String]?

        enum CodingKeys: String, CodingKey {
            case products, trigger, trend, reviews, evidence, category
            case triggerProduct = "trigger_product_id"
            case probability = "churn_probability"
            case level = "risk_level"
            case reason = "primary_reason"
            case measure = "suggested_measure"
            case silentDays = "days_since_last_order"
            case product = "product_id"
            case mean = "mean_polarity"
        }
    }

    var event: String
    var timestamp: String
    var userId: String?
    var properties: Properties

    /// Nil for bytes that are no insight.
    init?(_ value: Bytes) {
        guard let found = try? JSONDecoder().decode(Insight.self, from: Data(value.raw)) else { return nil }
        self = found
    }

    var time: EventTime { Array(timestamp.utf8).withUnsafeBytes { TimeText.parse(Bytes($0)) } ?? EventTime.unknown }

    /// `u000123 viewed p000045`
    var recommendationTitle: String {
        let verbs = ["view": "viewed", "add": "put into the cart", "order": "bought"]
        return "\(userId ?? "a visitor") \(verbs[properties.trigger ?? ""] ?? "saw") \(properties.triggerProduct ?? "")"
    }

    /// `u000912 high risk (0.91): order_gap after 31 days → coupon`
    var alertTitle: String {
        let days = Int((properties.silentDays ?? 0).rounded())
        return "\(userId ?? "") \(properties.level ?? "") risk (\((properties.probability ?? 0).fixed(2))): "
            + "\(properties.reason ?? "") after \(days.counted("day")) → \(properties.measure ?? "")"
    }

    /// `p000034 turned worse: mean −0.41 over 38 reviews ("broken", "refund")`
    var shiftTitle: String {
        let words = (properties.evidence ?? []).map { "“\($0)”" }.joined(separator: ", ")
        return "\(properties.product ?? properties.category ?? "") turned \(properties.trend ?? ""): "
            + "mean \((properties.mean ?? 0).fixed(2)) over \((properties.reviews ?? 0).counted("review"))"
            + (words.isEmpty ? "" : ", lately \(words)")
    }
}

extension Insight.Place {
    /// `bought-after p000012 (8 of 31)`
    var headline: Headlines.Place {
        var words = reason
        if let evidence { words += " \(evidence)" }
        if let count, let total { words += " (\(count.fixed(1)) of \(total.fixed(1)))" }
        return Headlines.Place(product: product, score: score, reason: words)
    }
}
