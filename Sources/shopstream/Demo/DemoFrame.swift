import Events

/// The numbers of one look at the show. Plain values, so that what is drawn from them can be tested.
struct DemoFigures: Equatable {
    var day = 1
    var days = 1
    var secondsLeft = 0
    var share = 0.0
    var rateIn = 0.0
    var rateOut = 0.0
    var sent: UInt64 = 0
    var lag: Int64 = 0
    /// In ms; nil before the first list came back.
    var medianLatency: Double?
    var upperLatency: Double?
    var customers = 0
    var products = 0
    var stateBytes: Int64 = 0
    /// Events a second, oldest first.
    var history: [Double] = []
    var headlines = Headlines()
    var http: String?
}

/// Draws the show: a frame for terminals, a line for everything else. Pure.
struct DemoFrame {
    let palette: Palette
    var width = 100

    func lines(_ figures: DemoFigures) -> [String] {
        [title(figures), bar(figures), ""] + numbers(figures) + [""] + news(figures.headlines)
    }

    /// `day 30 of 75  3,512 events/s in  2,310 records/s out …`
    func plain(_ figures: DemoFigures) -> String {
        let latency = figures.medianLatency.map {
            "  p50 \($0.fixed(0)) ms  p99 \((figures.upperLatency ?? $0).fixed(0)) ms"
        }
        return "day \(figures.day) of \(figures.days)  \(rate(figures.rateIn)) events/s in  "
            + "\(rate(figures.rateOut)) insights/s out  \(figures.lag.grouped) waiting\(latency ?? "")  "
            + "\(figures.customers.counted("customer"))  \(figures.headlines.alerts.counted("alert"))  "
            + figures.headlines.shifts.counted("shift")
    }

    private func title(_ figures: DemoFigures) -> String {
        let http = figures.http.map { palette.dim("  ·  \($0)") } ?? ""
        return palette.bold("Shopstream") + palette.dim("  ·  ") + "day \(figures.day) of \(figures.days)"
            + palette.dim("  ·  ") + "\(figures.secondsLeft) s left" + http
    }

    private func bar(_ figures: DemoFigures) -> String {
        let full = Int((min(max(figures.share, 0), 1) * 60).rounded())
        return palette.green(String(repeating: "━", count: full))
            + palette.dim(String(repeating: "─", count: 60 - full))
    }

    private func numbers(_ figures: DemoFigures) -> [String] {
        let latency: String =
            if let median = figures.medianLatency, let upper = figures.upperLatency {
                "p50 \(palette.bold("\(median.fixed(0)) ms"))  p99 \(palette.bold("\(upper.fixed(0)) ms"))"
                    + palette.dim("  from the event sent to the list read")
            } else {
                palette.dim("no list yet")
            }
        return [
            row(
                "in",
                "\(palette.bold(rate(figures.rateIn))) events/s  \(sparkline(figures.history))  "
                    + palette.dim("\(figures.sent.grouped) so far")
            ),
            row("out", "\(palette.bold(rate(figures.rateOut))) insights/s"),
            row("waiting", "\(figures.lag.counted("record"))"),
            row("latency", latency),
            row(
                "known",
                "\(figures.customers.counted("customer")), \(figures.products.counted("product")), "
                    + "\(ByteStyle.text(figures.stateBytes)) of state"
            ),
        ]
    }

    private func news(_ headlines: Headlines) -> [String] {
        let places = (0..<3).map { index -> String in
            guard index < headlines.places.count else { return "" }
            let place = headlines.places[index]
            return "             \(index + 1)  \(palette.cyan(place.product))  \(place.score.fixed(3))  "
                + palette.dim(place.reason)
        }
        return [row("list", headlines.recommendationFor ?? palette.dim("none yet"))] + places + [
            row(counted("churn", headlines.alerts), headlines.alert.map(palette.yellow) ?? palette.dim("nobody yet")),
            row(counted("mood", headlines.shifts), headlines.shift.map(palette.red) ?? palette.dim("steady")),
        ]
    }

    private func row(_ name: String, _ text: String) -> String {
        "  " + palette.dim(name + String(repeating: " ", count: max(1, 11 - name.count))) + text
    }

    private func counted(_ name: String, _ count: Int) -> String { count > 0 ? "\(name) \(count)" : name }

    private func rate(_ value: Double) -> String { Int(max(0, value).rounded()).grouped }

    /// The last values as eighths of a line's height.
    func sparkline(_ values: [Double]) -> String {
        let blocks = Array("▁▂▃▄▅▆▇█")
        guard let most = values.max(), most > 0 else { return "" }
        return String(values.suffix(24).map { blocks[min(7, Int(max(0, $0) / most * 7.99))] })
    }
}
