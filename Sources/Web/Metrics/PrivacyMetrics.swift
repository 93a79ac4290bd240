import Events

/// What was forgotten and what was left alone because customers wished it. Counts, never whom.
enum PrivacyMetrics {
    static func add(_ total: LineTotals, to text: inout MetricsText) {
        text.add(
            "shopstream_erasures_total",
            .counter,
            "Customers forgotten because they asked for it.",
            Double(total.erasures)
        )
        text.add(
            "shopstream_events_suppressed_total",
            .counter,
            "Events dropped because they are from before their customer's erasure.",
            Double(total.suppressed)
        )
        text.add("shopstream_suppressions", .gauge, "Customers kept forgotten here.", Double(total.suppressions))
        text.add(
            "shopstream_suppressions_dropped_total",
            .counter,
            "Customers who were too many to be kept forgotten: history folded again would bring them back.",
            Double(total.suppressionsForgotten)
        )
        text.add(
            "shopstream_events_consent_dropped_total",
            .counter,
            "Events of which less was used than they hold, by the purpose that was not agreed to.",
            zip(Purpose.allCases, total.consentDropped).map { purpose, count in
                MetricsText.Sample(Double(count), ("purpose", "\(purpose.name)"))
            }
        )
        text.add(
            "shopstream_recommendations_retracted_total",
            .counter,
            "Tombstones of recommendations: of customers who left or want none.",
            Double(total.retractions)
        )
    }
}
