import Events
import Foundation
import Pipeline

/// An outcome as it went out, and the line it is heard as.
struct Outcome {
    let topic: Int32
    let value: String
    let json: [String: Any]
    let line: String

    var id: String { json["messageId"] as? String ?? "" }
    var properties: [String: Any] { json["properties"] as? [String: Any] ?? [:] }

    init(topic: Int32, value: String, of record: Outgoing, in outbox: borrowing Outbox) {
        self.topic = topic
        self.value = value
        let json = (try? JSONSerialization.jsonObject(with: Data(value.utf8))) as? [String: Any] ?? [:]
        self.json = json
        let reason =
            record.headers < 0 ? nil : outbox.headers[Int(record.headers)].first { $0.name.hasSuffix(".exception") }
        if record.valueCount < 0 {
            line = "retracted from \(outbox.key(of: record).text)"
            return
        }
        line =
            switch OutputTopic(rawValue: topic) {
            case .recommendations: Outcome.recommendation(json)
            case .churnAlerts: Outcome.alert(json)
            case .productSentiment: Outcome.sentiment(json)
            case .productNeighbours: Outcome.neighbours(json)
            case .models: "population"
            default: "dead letter " + String(decoding: reason?.value ?? [], as: UTF8.self)
            }
    }

    private static func text(_ json: [String: Any], _ name: String) -> String { json[name] as? String ?? "" }

    private static func recommendation(_ json: [String: Any]) -> String {
        let properties = json["properties"] as? [String: Any] ?? [:]
        let places = (properties["products"] as? [[String: Any]] ?? []).map { place in
            let evidence = text(place, "evidence_product_id")
            return "\(text(place, "product_id")) because \(text(place, "reason"))"
                + (evidence.isEmpty ? "" : " \(evidence)")
        }
        let who = json["userId"] as? String ?? "?" + text(json, "anonymousId")
        let cause = "\(text(properties, "trigger")) \(text(properties, "trigger_product_id"))"
        return "recommendation for \(who) after \(cause): \(places.joined(separator: ", "))"
    }

    private static func alert(_ json: [String: Any]) -> String {
        let properties = json["properties"] as? [String: Any] ?? [:]
        let time = Array(text(json, "timestamp").utf8).withUnsafeBytes { TimeText.parse(Bytes($0)) } ?? 0
        let levels = "\(text(properties, "risk_level")) after \(text(properties, "previous_risk_level"))"
        if text(json, "event") == "Churn Risk Cleared" {
            return "cleared on \(Saying.day(of: time)) for \(text(json, "userId")): \(levels)"
        }
        let reasons = (properties["reasons"] as? [String] ?? []).joined(separator: " ")
        return "alert on \(Saying.day(of: time)) for \(text(json, "userId")): \(levels) because \(reasons), "
            + "suggests \(text(properties, "suggested_measure"))"
    }

    private static func sentiment(_ json: [String: Any]) -> String {
        let properties = json["properties"] as? [String: Any] ?? [:]
        let subject = properties["product_id"] as? String ?? "category " + text(properties, "category")
        let counts = ["negative", "neutral", "positive"].map { "\(properties[$0] as? Int ?? -1) \($0)" }
        let shift = text(json, "event") == "Product Sentiment Shifted" ? ", shifted" : ""
        return "sentiment of \(subject): \(counts.joined(separator: ", ")), \(text(properties, "trend"))\(shift)"
    }

    private static func neighbours(_ json: [String: Any]) -> String {
        let rows = ["bought_after", "viewed_after", "bought_after_view"].map { name in
            let entries = (json[name] as? [[String: Any]] ?? []).map {
                "\(text($0, "product_id")) \($0["weight"] as? Double ?? -1)"
            }
            return entries.isEmpty ? "" : " \(name): \(entries.joined(separator: ", "));"
        }
        let subject = json["product_id"] as? String ?? "category " + text(json, "category")
        return "neighbours of \(subject):\(rows.joined())"
    }
}
