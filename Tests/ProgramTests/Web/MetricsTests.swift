import Events
import Foundation
import Pipeline
import Testing

@testable import Web

/// The text that scrapers read.
@Suite struct MetricsTests {
    private let process = ProcessFigures(
        cpuSeconds: 1.25,
        residentBytes: 1_024,
        peakBytes: 2_048,
        openFiles: 7,
        startSeconds: 1_700_000_000
    )

    private func text(_ statuses: [LineStatus], _ condition: ClusterCondition = ClusterCondition()) -> String {
        LineMetrics.text(statuses, condition, Health(), process: process, at: 2_000_000)
    }

    @Test func `faults, brokers and stalls have their series`() {
        var stalled = LineStatus.busy
        stalled.progressedAt = 2_000_000 - 30_001
        stalled.counters.faults = ["_TIMED_OUT": 3]
        var condition = ClusterCondition()
        condition.health.isReachable = false
        condition.health.brokers = ["kafka:9092/1": false, "kafka:9092/2": true]
        condition.leaderless = [TopicPartition("shop", 1)]
        condition.missing = ["gone"]
        let text = text([stalled, .busy], condition)
        for line in [
            "shopstream_line_stalled{line=\"shop-0\"} 1", "shopstream_faults_total{code=\"_TIMED_OUT\"} 3",
            "shopstream_cluster_reachable 0", "shopstream_broker_up{broker=\"kafka:9092/1\"} 0",
            "shopstream_broker_up{broker=\"kafka:9092/2\"} 1", "shopstream_partitions_without_leader 1",
            "shopstream_topics_missing 1",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
        #expect(self.text([.busy]).contains("shopstream_line_stalled{line=\"shop-0\"} 0\n"))
    }

    @Test func `families have help, type and samples`() {
        var text = MetricsText()
        text.add("a_total", .counter, "What a is.", [.init(3, ("x", "1")), .init(0.5)])
        text.add("b", .gauge, "Nothing known.", [])
        #expect(text.text == "# HELP a_total What a is.\n# TYPE a_total counter\na_total{x=\"1\"} 3\na_total 0.5\n")
    }

    @Test func `the build tells its versions`() {
        #expect(text([]).contains("shopstream_build_info{version=\"\(Shopstream.version)\"} 1\n"))
        let spoken = LineMetrics.text(
            [],
            ClusterCondition(),
            Health(),
            process: process,
            librdkafka: "2.0.2",
            at: 0
        )
        #expect(spoken.contains("shopstream_build_info{version=\"\(Shopstream.version)\",librdkafka=\"2.0.2\"} 1\n"))
    }

    @Test func `labels are escaped`() {
        var text = MetricsText()
        text.add("a", .gauge, "A.", [.init(1, ("x", "q\"b\\n\n"))])
        #expect(text.text.contains(#"a{x="q\"b\\n\n"} 1"#))
    }

    @Test func `counters of all lines are added up`() {
        let text = text([.busy, .busy])
        #expect(text.contains("shopstream_events_consumed_total{event=\"Product Viewed\"} 200\n"))
        #expect(text.contains("shopstream_records_consumed_total{topic=\"storefront.reviews.v1\"} 24\n"))
        let rejected = "{topic=\"storefront.clickstream.v1\",reason=\"malformed_json\"} 8\n"
        #expect(text.contains("shopstream_events_rejected_total" + rejected))
        #expect(text.contains("shopstream_dlq_records_total" + rejected))
        #expect(text.contains("shopstream_churn_alerts_emitted_total{risk_level=\"high\"} 4\n"))
        #expect(text.contains("shopstream_reviews_scored_total{sentiment=\"negative\"} 18\n"))
        #expect(text.contains("shopstream_records_produced_total{topic=\"insights.recommendations.v1\"} 140\n"))
        #expect(text.contains("shopstream_profiles 2468\n") && text.contains("shopstream_ready 1\n"))
        #expect(text.contains("shopstream_state_bytes{store=\"knowledge\"} 1048576\n"))
    }

    @Test func `nothing waits, so nothing is late`() {
        #expect(text([.busy]).contains("shopstream_event_time_lag_seconds 1000\n"))
        var idle = LineStatus.busy
        idle.lag = 0
        #expect(text([idle]).contains("shopstream_event_time_lag_seconds 0\n"))
    }

    @Test func `what is not known is left out`() {
        let text = text([LineStatus()])
        #expect(text.contains("shopstream_ready 0\n"))
        #expect(!text.contains("shopstream_event_time_lag_seconds") && !text.contains("shopstream_snapshot"))
    }

    @Test func `who is no person is named by pseudonym, the busiest five of all lines`() {
        var one = LineStatus.busy
        one.hot = (0..<4).map { HotName(pseudonym: "u_k1_\($0)", events: 1_000 + UInt64($0)) }
        var other = LineStatus.busy
        other.hot = [HotName(pseudonym: "u_k1_x", events: 90_000), HotName(pseudonym: "u_k1_y", events: 601)]
        let text = text([one, other])
        #expect(text.contains("shopstream_hot_customers{pseudonym=\"u_k1_x\"} 90000\n"))
        #expect(text.contains("shopstream_hot_customers{pseudonym=\"u_k1_0\"} 1000\n"))
        #expect(!text.contains("u_k1_y"))
        #expect(!self.text([.busy]).contains("shopstream_hot_customers"))
    }

    @Test func `the process tells of itself`() {
        let text = text([])
        #expect(text.contains("process_cpu_seconds_total 1.25\n") && text.contains("process_open_fds 7\n"))
        let own = ProcessFigures.read()
        #expect(
            own.cpuSeconds > 0 && own.residentBytes > 1e6 && own.peakBytes >= own.residentBytes && own.openFiles > 2
        )
        #expect(abs(own.startSeconds - Date().timeIntervalSince1970) < 86_400)
    }

    @Test(arguments: ["Deploy/prometheus/alerts.yml", "Deploy/grafana/shopstream.json"])
    func `alerts and dashboard ask only for what there is`(path: String) throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
        let file = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        let wanted = Set(file.matches(of: /\b(?:shopstream|process)_[a-z_]+\b/).map { String($0.output) })
        var troubled = LineStatus.busy
        troubled.counters.faults = ["_TIMED_OUT": 1]
        troubled.hot = [HotName(pseudonym: "u_k1_a", events: 700)]
        var condition = ClusterCondition()
        condition.health.brokers = ["kafka:9092/1": true]
        let served = Set(text([troubled], condition).matches(of: /(?m)^# TYPE (\S+)/).map { String($0.output.1) })
        #expect(!wanted.isEmpty && wanted.isSubset(of: served), "\(wanted.subtracting(served).sorted())")
    }
}
