import Events
import Foundation
import Histogram
import Kafka
import Pipeline
import Traffic

/// Reads what Shopstream says, as a storefront and a marketing tool would, and tells the grader.
final class DemoAudience: Sendable {
    static let topics = [OutputTopic.recommendations, .churnAlerts, .productSentiment]

    private let cluster: KafkaCluster
    private let board: DemoBoard
    private let isStopping = StopFlag()
    private let hasEnded = StopFlag()

    init(_ cluster: KafkaCluster, _ board: DemoBoard) {
        self.cluster = cluster
        self.board = board
    }

    func start() {
        let thread = Thread { self.run() }
        thread.name = "audience"
        thread.start()
    }

    func stop() { isStopping.set() }
    var isDone: Bool { hasEnded.isSet }

    private func run() {
        defer { hasEnded.set() }
        do throws(Fault) {
            let reader = try cluster.makeReader(topics: DemoAudience.topics.map(\.name))
            defer { reader.close() }
            var positions: [TopicPartition: Int64] = [:]
            for topic in DemoAudience.topics {
                for partition in 0..<DemoTraffic.partitions {
                    positions[TopicPartition(topic.name, partition)] = Position.beginning
                }
            }
            try reader.fetch(from: positions)
            try listen(to: reader)
        } catch {
            board.update { $0.fault = "\(error)" }
        }
    }

    private func listen(to reader: any Fetching) throws(Fault) {
        var records: [Record] = []
        while !isStopping.isSet {
            records.removeAll(keepingCapacity: true)
            do throws(Fault) {
                _ = try reader.poll(into: &records, limit: 512, wait: 50)
            } catch  where error.recovery == .retry {}
            let now = Clock.monotonicNanoseconds() / 1_000
            for record in records { hear(record, of: reader.topics[Int(record.topic)], at: now) }
        }
    }

    private func hear(_ record: Record, of topic: String, at now: Int64) {
        guard let insight = Insight(record.value) else { return }
        switch topic {
        case OutputTopic.recommendations.name: hear(recommendation: insight, at: now)
        case OutputTopic.churnAlerts.name: hear(alert: insight)
        default: hear(sentiment: insight)
        }
    }

    private func hear(recommendation insight: Insight, at now: Int64) {
        let customer = insight.userId.flatMap { ShopName.index(ofCustomer: $0) }
        let places = insight.properties.products ?? []
        let products = places.compactMap { ShopName.index(ofProduct: $0.product) }
        board.update { state in
            state.headlines.recommendations += 1
            if let sent = state.marks.sent(insight.time) { state.latency.record(UInt64(max(0, now - sent))) }
            guard let customer else { return }
            state.grader.recommend(customer: customer, products: products, at: insight.time)
            state.headlines.recommendationFor = insight.recommendationTitle
            state.headlines.places = places.prefix(3).map(\.headline)
        }
    }

    private func hear(alert insight: Insight) {
        guard let customer = insight.userId.flatMap({ ShopName.index(ofCustomer: $0) }) else { return }
        let isCleared = insight.event == "Churn Risk Cleared"
        board.update { state in
            state.grader.churn(isCleared ? .cleared : .detected, customer: customer, at: insight.time)
            guard !isCleared else { return }
            state.headlines.alerts += 1
            state.headlines.alert = insight.alertTitle
        }
    }

    private func hear(sentiment insight: Insight) {
        guard insight.event == "Product Sentiment Shifted", let trend = insight.properties.trend else { return }
        let product = insight.properties.product.flatMap { ShopName.index(ofProduct: $0) }
        board.update { state in
            if let product {
                state.grader.shift(trend == "worse" ? .worse : .better, product: product, at: insight.time)
            }
            state.headlines.shifts += 1
            state.headlines.shift = insight.shiftTitle
        }
    }
}

extension ShopName {
    static func index(ofCustomer name: String) -> Int? { read(name, customerIndex) }
    static func index(ofProduct name: String) -> Int? { read(name, productIndex) }

    private static func read(_ name: String, _ index: (Bytes) -> Int?) -> Int? {
        Array(name.utf8).withUnsafeBytes { index(Bytes($0)) }
    }
}
