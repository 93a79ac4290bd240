import Events
import Pipeline

/// Renders a record as one line for people. Pure.
struct TailLine {
    private static let most = 5

    private let palette: Palette

    init(_ palette: Palette) { self.palette = palette }

    func render(_ record: TailRecord, as kind: TailKind) -> String {
        let time = palette.dim(clock(record))
        if kind == .deadLetters { return "\(time)  \(deadLetter(record))" }
        guard record.value != nil else { return "\(time)  \(palette.bold(record.key ?? "no key"))  removed" }
        guard !record.object.isEmpty else {
            return "\(time)  \(palette.red("unreadable")), \(record.bytes.counted("byte"))"
        }
        return "\(time)  \(text(record, kind))"
    }

    private func text(_ record: TailRecord, _ kind: TailKind) -> String {
        switch kind {
        case .recommendations: recommendation(record)
        case .churnAlerts: alert(record)
        case .sentiment: sentiment(record.object["properties"])
        case .neighbours: neighbours(record.object)
        case .clickstream, .reviews, .deadLetters: event(record)
        }
    }

    /// `2026-01-05 10:07:31` of the event, else of the record.
    private func clock(_ record: TailRecord) -> String {
        let text = record.object.text("timestamp") ?? record.object.text("as_of") ?? TimeStyle.text(record.timestamp)
        return text.count >= 19 ? String(text.prefix(19)).replacing("T", with: " ") : text
    }

    // MARK: customers

    /// `u000123  after view of p000045: p000046 0.31 bought after p000045 (12 of 40), …`
    private func recommendation(_ record: TailRecord) -> String {
        let properties = record.object["properties"]
        let products = properties.list("products")
        let shown = products.prefix(TailLine.most).map(place)
        let rest = products.count > TailLine.most ? ", and \(products.count - TailLine.most) more" : ""
        let trigger =
            "after \(properties.text("trigger") ?? "something") of \(properties.text("trigger_product_id") ?? "?")"
        return "\(name(record))  \(palette.dim(trigger)): \(shown.joined(separator: ", "))\(rest)"
    }

    private func place(_ product: JSONObject) -> String {
        let reason = [
            product.text("reason")?.replacing("-", with: " "), product.text("evidence_product_id"), evidence(product),
        ].compactMap(\.self).joined(separator: " ")
        let score = (product.number("score") ?? 0).fixed(2)
        return "\(palette.cyan(product.text("product_id") ?? "?")) \(score) \(palette.dim(reason))"
    }

    private func evidence(_ product: JSONObject) -> String? {
        guard let count = product.number("evidence_count"), let total = product.number("evidence_total") else {
            return nil
        }
        return "(\(count.fixed(1)) of \(total.fixed(1)))"
    }

    /// `u000123  high risk (was medium) 82 %: order gap, negative review; last order 74 days ago, usually every 28.5 …`
    private func alert(_ record: TailRecord) -> String {
        let properties = record.object["properties"]
        let level = properties.text("risk_level") ?? "?"
        let previous = properties.text("previous_risk_level") ?? "?"
        if level == "none" { return "\(name(record))  \(palette.green("is back")) (risk was \(previous))" }
        let share = ((properties.number("churn_probability") ?? 0) * 100).fixed(0)
        let reasons = properties.texts("reasons").map { $0.replacing("_", with: " ") }.joined(separator: ", ")
        let facts = history(properties).joined(separator: ", ")
        return "\(name(record))  \(risk(level)) (was \(previous)) \(share) %: \(reasons); \(facts)"
    }

    private func risk(_ level: String) -> String {
        switch level {
        case "high": palette.red("high risk")
        case "medium": palette.yellow("medium risk")
        default: "\(level) risk"
        }
    }

    private func history(_ properties: JSONObject) -> [String] {
        [
            properties.number("days_since_last_order").map { "last order \($0.fixed(0)) days ago" },
            properties.number("average_days_between_orders").map { "usually every \($0.fixed(1))" },
            properties.number("historic_number_of_orders").map { Int($0).counted("order") },
            properties.number("average_order_value").map { "\($0.fixed(2)) \(properties.text("currency") ?? "") each" },
            properties.text("suggested_measure").map { "try: \($0.replacing("_", with: " "))" },
        ].compactMap(\.self)
    }

    private func name(_ record: TailRecord) -> String { palette.bold(record.user ?? record.key ?? "nobody") }

    // MARK: products

    /// `p000045  worse  mean -0.31 of 120 reviews (40 good, 20 mixed, 60 bad); latest negative -0.80: broken, cheap`
    private func sentiment(_ properties: JSONObject) -> String {
        let subject = palette.bold(
            properties.text("product_id") ?? properties.text("category").map { "category \($0)" } ?? "?"
        )
        let counts = ["positive", "neutral", "negative"].map { "\(properties.text($0) ?? "0") \($0)" }.joined(
            separator: ", "
        )
        let mean = (properties.number("mean_polarity") ?? 0).fixed(2)
        let latest =
            "latest \(properties.text("latest_label") ?? "?") \((properties.number("latest_polarity") ?? 0).fixed(2))"
        let words = properties.texts("evidence").joined(separator: ", ")
        return
            "\(subject)  \(trend(properties.text("trend") ?? "?"))  mean \(mean)"
            + " of \(properties.text("reviews") ?? "0")"
            + " (\(counts)); \(latest)\(words.isEmpty ? "" : ": \(words)")"
    }

    private func trend(_ trend: String) -> String {
        switch trend {
        case "worse": palette.red(trend)
        case "better": palette.green(trend)
        default: palette.dim(trend)
        }
    }

    /// `p000045 c012  40 orders, 1200 views; bought after: p000046 12.3, …; viewed after: …`
    private func neighbours(_ row: JSONObject) -> String {
        let subject = palette.bold(row.text("product_id") ?? row.text("category").map { "category \($0)" } ?? "?")
        let home = row.text("product_id") == nil ? "" : row.text("category").map { " \(palette.dim($0))" } ?? ""
        let kinds = ["bought_after", "bought_after_view", "viewed_after"].compactMap { list(row, $0) }
        let counts = "\(row.text("orders") ?? "0") orders, \(row.text("views") ?? "0") views"
        return "\(subject)\(home)  \(([counts] + kinds).joined(separator: "; "))"
    }

    private func list(_ row: JSONObject, _ name: String) -> String? {
        let entries = row.list(name).prefix(TailLine.most).map { entry in
            "\(palette.cyan(entry.text("product_id") ?? "?")) \((entry.number("weight") ?? 0).fixed(1))"
        }
        return entries.isEmpty ? nil : "\(name.replacing("_", with: " ")): \(entries.joined(separator: ", "))"
    }

    // MARK: events

    /// `u000123  Product Viewed  p000045  19.90 EUR`
    private func event(_ record: TailRecord) -> String {
        let properties = record.object["properties"]
        let amount = properties.number("total") ?? properties.number("revenue") ?? properties.number("price")
        let parts = [
            name(record), palette.cyan(record.object.text("event") ?? record.object.text("type") ?? "?"),
            record.products.isEmpty ? nil : shortened(record.products),
            amount.map { "\($0.fixed(2)) \(properties.text("currency") ?? "")" },
            properties.text("rating").map { "\($0) stars" }, properties.text("review_body").map(quote),
        ]
        return parts.compactMap(\.self).joined(separator: "  ")
    }

    private func shortened(_ names: [String]) -> String {
        let rest = names.count > TailLine.most ? " and \(names.count - TailLine.most) more" : ""
        return names.prefix(TailLine.most).joined(separator: ", ") + rest
    }

    private func quote(_ text: String) -> String {
        let line = text.replacing("\n", with: " ")
        return "“\(line.prefix(80))\(line.count > 80 ? "…" : "")”"
    }

    private func deadLetter(_ record: TailRecord) -> String {
        let headers = record.headers.map { Header($0.key, $0.value) }
        guard let letter = DeadLetter(headers) else {
            let noted = record.headers[DeadLetter.Name.replayed]
            return noted.map { "the letters at \($0) were sent back" } ?? "\(record.topic): no dead letter of ours"
        }
        return DeadLetterText(palette).text(letter, bytes: record.bytes, isKeyed: record.key != nil)
    }
}
