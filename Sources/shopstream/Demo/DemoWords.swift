import Events
import Pipeline
import Traffic
import Web

/// What the demo says at the end. Pure.
enum DemoWords {
    static func summary(
        _ grades: Grades,
        _ total: LineTotals,
        _ latency: DemoLatency,
        days: Int,
        seconds: Double
    ) -> String {
        """
        \(days.counted("day")) in \(seconds.fixed(0)) s: \(work(total, latency))

        Compared with what was planted in the shop:
          next purchases  \(purchases(grades))
          gone quiet      \(search(grades.quietCustomers, "customer"))
          turned bad      \(search(grades.badProducts, "product"))

        The cluster inside this process neither enforces transactions nor keeps state: exactly once and \
        restarts need a real one.
        """
    }

    private static func work(_ total: LineTotals, _ latency: DemoLatency) -> String {
        let delay: String =
            if let median = latency.median, let upper = latency.upper {
                "; a list was back within \(median.fixed(0)) ms (p50), \(upper.fixed(0)) ms (p99)"
            } else {
                ""
            }
        return "\(total.events.counted("event")) read, \(total.duplicates.counted("duplicate")) dropped, "
            + "\(total.rejected.counted("dead letter")); "
            + "\(total.output(.recommendations).counted("list")), "
            + "\(total.output(.churnAlerts).counted("churn message")) and "
            + "\(total.output(.productSentiment).counted("sentiment update")) written\(delay)."
    }

    private static func purchases(_ grades: Grades) -> String {
        let next = grades.nextPurchase
        guard let rate = next.rate, let popular = next.popularRate, let oracle = next.oracleRate else {
            return "no order could be judged yet"
        }
        return "\(percent(rate)) of \(next.judged.counted("order")) were for something on the list of "
            + "\(grades.listLength) (the most bought: \(percent(popular)), knowing the truth: \(percent(oracle)))"
    }

    private static func search(_ search: Grades.Search, _ noun: String) -> String {
        guard search.planted > 0 else { return "none planted" }
        let found: String =
            if search.due > 0 {
                "\(search.found) of \(search.due.counted(noun)) found" + delay(search)
            } else {
                "\(search.planted) planted, too recently to be found"
            }
        guard let precision = search.precision else { return found + "; no alerts" }
        return found + "; \(percent(precision)) of \(search.alerts.counted("alert")) right"
    }

    private static func delay(_ search: Grades.Search) -> String {
        guard let delay = search.medianDelay else { return "" }
        return ", half of them within \((Double(delay) / Double(EventTime.day)).fixed(1)) days"
    }

    private static func percent(_ share: Double) -> String { "\((share * 100).fixed(0)) %" }

    /// - Parameter isAlive: the shop and the line go on; otherwise the cluster is empty.
    static func serving(_ servers: String, http: ListenAddress?, isAlive: Bool) -> String {
        let page = http.map { "\n  http://\($0)/" } ?? ""
        let bare = """
              shopstream run -b \(servers)
              shopstream generate -b \(servers) --speed 100000\n
            """
        return """

            The cluster stays up at \(servers) until Ctrl-C. From another terminal:
            \(isAlive ? "" : bare)\
              shopstream tail recommendations -b \(servers)
              kcat -C -b \(servers) -t insights.churn-alerts.v1 -o beginning -e\(page)
            """
    }
}
