import Events
public import Pipeline

/// What the lines count, under the names that dashboards and alerts know. No label ever holds a customer.
public enum LineMetrics {
    private typealias Sample = MetricsText.Sample

    /// - Parameter librdkafka: its version, where Kafka is spoken.
    public static func text(
        _ statuses: [LineStatus],
        _ condition: ClusterCondition,
        _ health: Health,
        process: ProcessFigures,
        librdkafka: String? = nil,
        at now: Int64
    ) -> String {
        let total = LineTotals(statuses)
        var text = MetricsText()
        let versions = [("version", "\(Shopstream.version)"), ("librdkafka", librdkafka)]
        let labels = versions.compactMap { name, version in version.map { (name: name, value: $0) } }
        text.add("shopstream_build_info", .gauge, "The running versions.", [Sample(1, labels)])
        let isReady = !statuses.isEmpty && statuses.allSatisfy(\.isReady)
        text.add("shopstream_ready", .gauge, "1 when all assigned partitions fold.", isReady ? 1 : 0)
        addEvents(total, &text)
        addOutputs(total, &text)
        PrivacyMetrics.add(total, to: &text)
        addState(total, &text)
        addTime(total, now, &text)
        addAnomalies(total, &text)
        addLine(total, &text)
        ClusterMetrics.add(statuses, total, condition, health, at: now, to: &text)
        addRestore(total, &text)
        process.add(to: &text)
        return text.text
    }

    private static func addEvents(_ total: LineTotals, _ text: inout MetricsText) {
        text.add(
            "shopstream_events_consumed_total",
            .counter,
            "Usable events by name.",
            zip(FactKind.allCases, total.facts)
                .map { Sample(Double($1), ("event", "\($0.name)")) }
        )
        text.add(
            "shopstream_records_consumed_total",
            .counter,
            "Records read, usable or not.",
            byTopic(total, total.consumed)
        )
        text.add(
            "shopstream_events_rejected_total",
            .counter,
            "Records that could not be used.",
            rejections(total) { $0 }
        )
        text.add("shopstream_events_skipped_total", .counter, "Events without a meaning here.", Double(total.skipped))
        text.add("shopstream_events_duplicate_total", .counter, "Events seen before.", Double(total.duplicates))
        text.add("shopstream_events_late_total", .counter, "Events behind the watermark.", Double(total.late))
        text.add("shopstream_events_unkeyed_total", .counter, "Records without a key.", byTopic(total, total.unkeyed))
        text.add(
            "shopstream_events_miskeyed_total",
            .counter,
            "Records whose key is not the customer.",
            byTopic(total, total.miskeyed)
        )
    }

    private static func addOutputs(_ total: LineTotals, _ text: inout MetricsText) {
        text.add(
            "shopstream_dlq_records_total",
            .counter,
            "Dead letters by the topic they came from.",
            rejections(total) { $0 }
        )
        text.add(
            "shopstream_recommendations_emitted_total",
            .counter,
            "Lists sent.",
            Double(total.output(.recommendations))
        )
        text.add(
            "shopstream_churn_alerts_emitted_total",
            .counter,
            "Alerts sent; none is the all-clear.",
            zip(RiskLevel.allCases, total.alertsByLevel).map { Sample(Double($1), ("risk_level", "\($0.name)")) }
        )
        text.add(
            "shopstream_reviews_scored_total",
            .counter,
            "Reviews judged.",
            zip(Polarity.allCases, total.reviewsByPolarity).map { Sample(Double($1), ("sentiment", "\($0.name)")) }
        )
        let own = zip(OutputTopic.allCases, total.outputs).map { Sample(Double($1), ("topic", $0.name)) }
        let dead = zip(total.inputs, total.rejections).map { input, row in
            Sample(Double(row.reduce(0, +)), ("topic", Topology.deadLetters(of: input)))
        }
        text.add("shopstream_records_produced_total", .counter, "Records written.", own + dead)
    }

    private static func addState(_ total: LineTotals, _ text: inout MetricsText) {
        text.add("shopstream_profiles", .gauge, "Customers known here.", Double(total.customers))
        text.add("shopstream_products", .gauge, "Products and categories known here.", Double(total.products))
        text.add("shopstream_knowledge_rows", .gauge, "Products known of the whole shop.", Double(total.knowledgeRows))
        text.add(
            "shopstream_state_bytes",
            .gauge,
            "Memory reserved for state.",
            [
                Sample(Double(total.customerBytes), ("store", "customers")),
                Sample(Double(total.productBytes), ("store", "products")),
                Sample(Double(total.stateBytes - total.customerBytes - total.productBytes), ("store", "knowledge")),
            ]
        )
        text.add(
            "shopstream_customers_evicted_total",
            .counter,
            "Customers who left: away for longer than the retention, or to stay within the memory budget.",
            [Sample(Double(total.leftIdle), ("reason", "idle")), Sample(Double(total.evicted), ("reason", "budget"))]
        )
        text.add("shopstream_names_refused_total", .counter, "Products beyond the bound.", Double(total.namesRefused))
    }

    /// Nothing waits: then nothing is late, however long ago the last event was.
    private static func addTime(_ total: LineTotals, _ now: Int64, _ text: inout MetricsText) {
        text.add("shopstream_lag_records", .gauge, "Records that wait to be read.", Double(total.lag))
        if let watermark = total.watermark {
            let late = total.lag > 0 ? max(0, Double(now - watermark) / 1_000) : 0
            text.add(
                "shopstream_event_time_lag_seconds",
                .gauge,
                "How far the slowest partition's watermark is behind the clock; 0 when nothing waits.",
                late
            )
        }
        if total.checkpointedAt > 0 {
            text.add(
                "shopstream_snapshot_last_success_timestamp_seconds",
                .gauge,
                "The last checkpoint.",
                Double(total.checkpointedAt) / 1_000
            )
        }
    }

    private static func addRestore(_ total: LineTotals, _ text: inout MetricsText) {
        text.add(
            "shopstream_restore_ratio",
            .gauge,
            "How much of the state that is being restored is back; 1 when all is.",
            total.restore.fraction
        )
        text.add(
            "shopstream_knowledge_ratio",
            .gauge,
            "How much of what was published about the shop before the start is known.",
            total.knowledge.fraction
        )
        text.add(
            "shopstream_restored_records_total",
            .counter,
            "Records of the changelogs read to restore.",
            Double(total.restoredRecords)
        )
        text.add(
            "shopstream_replayed_records_total",
            .counter,
            "Records folded again to restore.",
            Double(total.replayedRecords)
        )
    }

    /// Customers who are no people, and clocks that are wrong.
    private static func addAnomalies(_ total: LineTotals, _ text: inout MetricsText) {
        let future = total.rejections.map { $0[Int(Rejection.futureTimestamp.rawValue)] }
        text.add(
            "shopstream_events_future_total",
            .counter,
            "Events ahead of their record by more than five minutes: quarantined.",
            byTopic(total, future)
        )
        text.add(
            "shopstream_corrections_total",
            .counter,
            "Alerts taken back because an event came late.",
            Double(total.corrected)
        )
        text.add(
            "shopstream_hot_events_total",
            .counter,
            "Events of hot customers: kept in their profile, not told to products.",
            Double(total.quieted)
        )
        text.add(
            "shopstream_hot_customers",
            .gauge,
            "Events of the hour of the busiest customers beyond what a person makes, by pseudonym.",
            total.hot.map { Sample(Double($0.events), ("pseudonym", $0.pseudonym)) }
        )
    }

    private static func addLine(_ total: LineTotals, _ text: inout MetricsText) {
        text.add("shopstream_transactions_total", .counter, "Transactions committed.", Double(total.transactions))
        text.add("shopstream_aborts_total", .counter, "Transactions aborted.", Double(total.aborts))
        text.add("shopstream_restarts_total", .counter, "Lines begun anew after a fault.", Double(total.restarts))
        text.add("shopstream_rebalances_total", .counter, "Changes of the assignment.", Double(total.rebalances))
        text.add("shopstream_guarded_total", .counter, "Records that were not ours any more.", Double(total.guarded))
        text.add("shopstream_checkpoints_total", .counter, "Checkpoints written.", Double(total.checkpoints))
        text.add("shopstream_commit_seconds", .gauge, "Smoothed duration of a commit.", total.commitCost / 1_000)
    }

    private static func byTopic(_ total: LineTotals, _ row: [UInt64]) -> [Sample] {
        zip(total.inputs, row).map { Sample(Double($1), ("topic", $0)) }
    }

    private static func rejections(_ total: LineTotals, topic: (String) -> String) -> [Sample] {
        zip(total.inputs, total.rejections).flatMap { input, row in
            zip(Rejection.allCases, row).map {
                Sample(Double($1), ("topic", topic(input)), ("reason", "\($0.code)"))
            }
        }
    }
}
