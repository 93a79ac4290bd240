import Events
import Histogram
import Pipeline
import Traffic
import Web

/// Latency in ms, as far as it was measured.
struct DemoLatency: Equatable {
    var median: Double?
    var upper: Double?

    init(median: Double? = nil, upper: Double? = nil) {
        self.median = median
        self.upper = upper
    }

    /// - Parameter histogram: in µs.
    init(_ histogram: Histogram<UInt32>) {
        guard histogram.totalCount > 0 else { return }
        median = Double(histogram.valueAtPercentile(50)) / 1_000
        upper = Double(histogram.valueAtPercentile(99)) / 1_000
    }
}

/// Turns counters into rates, from look to look.
struct DemoGauge {
    private struct Sample {
        var at: Int64
        var sent: UInt64
        var written: UInt64
    }

    /// Rates are taken over about a second and a half.
    private static let span = 6
    private static let historyEvery: Int64 = 1_000

    private let plan: DemoPlan
    private let start: Int64
    private let http: String?
    private var samples: [Sample]
    private var history: [Double] = []
    private var nextHistory: Int64

    init(_ plan: DemoPlan, start: Int64, http: String?) {
        self.plan = plan
        self.start = start
        self.http = http
        samples = [Sample(at: start, sent: 0, written: 0)]
        nextHistory = start + DemoGauge.historyEvery
    }

    mutating func figures(_ total: LineTotals, _ board: DemoBoard, at now: Int64) -> DemoFigures {
        var figures = DemoFigures()
        var latency = DemoLatency()
        var time = plan.shop.start
        board.update { state in
            figures.sent = state.sent
            figures.headlines = state.headlines
            latency = DemoLatency(state.latency)
            time = state.eventTime
        }
        note(Sample(at: now, sent: figures.sent, written: DemoGauge.insights(total)))
        figures.day = min(plan.day(of: time), plan.dayCount)
        figures.days = plan.dayCount
        figures.share = Double(now - start) / Double(max(1, plan.seconds * 1_000))
        figures.secondsLeft = max(0, plan.seconds - Int((now - start) / 1_000))
        figures.rateIn = rate(\.sent)
        figures.rateOut = rate(\.written)
        figures.lag = total.lag
        figures.medianLatency = latency.median
        figures.upperLatency = latency.upper
        figures.customers = total.customers
        figures.products = total.products
        figures.stateBytes = Int64(total.stateBytes)
        figures.history = history
        figures.http = http
        return figures
    }

    static func insights(_ total: LineTotals) -> UInt64 {
        [OutputTopic.recommendations, .churnAlerts, .productSentiment, .productNeighbours]
            .reduce(0) { $0 + total.output($1) }
    }

    private mutating func note(_ sample: Sample) {
        samples.append(sample)
        if samples.count > DemoGauge.span { samples.removeFirst() }
        guard sample.at >= nextHistory else { return }
        nextHistory = sample.at + DemoGauge.historyEvery
        history.append(rate(\.sent))
        if history.count > 60 { history.removeFirst() }
    }

    private func rate(_ count: KeyPath<Sample, UInt64>) -> Double {
        guard let first = samples.first, let last = samples.last, last.at > first.at else { return 0 }
        return Double(last[keyPath: count] - min(first[keyPath: count], last[keyPath: count])) * 1_000
            / Double(last.at - first.at)
    }
}
