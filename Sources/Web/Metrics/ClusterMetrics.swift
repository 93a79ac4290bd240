import Pipeline

/// What stands between the lines and their work.
enum ClusterMetrics {
    private typealias Sample = MetricsText.Sample

    static func add(
        _ statuses: [LineStatus],
        _ total: LineTotals,
        _ condition: ClusterCondition,
        _ health: Health,
        at now: Int64,
        to text: inout MetricsText
    ) {
        let isReachable = condition.health.isReachable
        text.add("shopstream_cluster_reachable", .gauge, "0 when no broker answers.", isReachable ? 1 : 0)
        text.add(
            "shopstream_broker_up",
            .gauge,
            "Whether a broker that was spoken to can be spoken to.",
            condition.health.brokers.sorted { $0.key < $1.key }.map { Sample($0.value ? 1 : 0, ("broker", $0.key)) }
        )
        let leaderless = Double(condition.leaderless.count)
        text.add("shopstream_partitions_without_leader", .gauge, "Of our topics.", leaderless)
        text.add("shopstream_topics_missing", .gauge, "Topics of ours that are gone.", Double(condition.missing.count))
        text.add(
            "shopstream_line_stalled",
            .gauge,
            "1 when a line has work and does not get on.",
            statuses.map { Sample(Stall($0, at: now, limit: health.longestStall) == nil ? 0 : 1, ("line", $0.name)) }
        )
        text.add(
            "shopstream_faults_total",
            .counter,
            "What the lines met, by the client's name for it.",
            total.faults.sorted { $0.key < $1.key }.map { Sample(Double($0.value), ("code", $0.key)) }
        )
    }
}
