import Events
import Testing
import Traffic
import Web

@testable import shopstream

/// What the demo says at the end.
@Suite struct DemoWordsTests {
    private func summary(_ grades: Grades, _ latency: DemoLatency = DemoLatency(median: 20.6, upper: 81)) -> String {
        DemoWords.summary(grades, LineTotals([.busy]), latency, days: 180, seconds: 31.2)
    }

    private func search(
        planted: Int,
        due: Int,
        found: Int,
        alerts: Int,
        right: Int,
        delay: Int64? = nil
    ) -> Grades.Search {
        var search = Grades().quietCustomers
        search.planted = planted
        search.due = due
        search.found = found
        search.alerts = alerts
        search.right = right
        search.medianDelay = delay.map { $0 * EventTime.day }
        return search
    }

    @Test func `found is compared with planted`() {
        var grades = Grades()
        grades.nextPurchase.judged = 1_000
        grades.nextPurchase.hits = 660
        grades.nextPurchase.popularHits = 310
        grades.nextPurchase.oracleHits = 860
        grades.quietCustomers = search(planted: 30, due: 29, found: 26, alerts: 53, right: 46, delay: 29)
        grades.badProducts = search(planted: 3, due: 3, found: 3, alerts: 3, right: 3)
        let text = summary(grades)
        #expect(
            text.contains(
                "66 % of 1,000 orders were for something on the list of 10 "
                    + "(the most bought: 31 %, knowing the truth: 86 %)"
            )
        )
        #expect(text.contains("26 of 29 customers found, half of them within 29.0 days; 87 % of 53 alerts right"))
        #expect(text.contains("3 of 3 products found; 100 % of 3 alerts right"))
    }

    @Test func `the work is counted and the limits are said`() {
        let text = summary(Grades())
        #expect(text.hasPrefix("180 days in 31 s: 110 events read, 5 duplicates dropped, 4 dead letters; 70 lists,"))
        #expect(text.contains("a list was back within 21 ms (p50), 81 ms (p99)"))
        #expect(text.contains("neither enforces transactions nor keeps state"))
    }

    @Test func `what cannot be judged is said so`() {
        var grades = Grades()
        grades.quietCustomers.planted = 4
        let text = summary(grades, DemoLatency())
        #expect(text.contains("no order could be judged yet"))
        #expect(text.contains("4 planted, too recently to be found; no alerts"))
        #expect(text.contains("turned bad      none planted"))
        #expect(!text.contains("p50"))
    }

    @Test func `whoever is served learns how to look in`() {
        let address = ListenAddress(host: "127.0.0.1", port: 8_081)
        let text = DemoWords.serving("127.0.0.1:4711", http: address, isAlive: true)
        #expect(text.contains("shopstream tail recommendations -b 127.0.0.1:4711"))
        #expect(text.contains("kcat -C -b 127.0.0.1:4711") && text.contains("http://127.0.0.1:8081/"))
        let bare = DemoWords.serving("127.0.0.1:4711", http: nil, isAlive: false)
        #expect(bare.contains("\n  shopstream run -b 127.0.0.1:4711\n  shopstream generate -b 127.0.0.1:4711"))
    }
}
