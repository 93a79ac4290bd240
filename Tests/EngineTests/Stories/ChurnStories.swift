import Engine
import Events
import Testing

/// Customers who stay away: alerts without any event, one a level and silence, cleared by the return.
@Suite struct ChurnStories {
    /// u1 orders every ten days, six times, the last time on day 50.
    static func regular(_ shop: Shop = Shop(), _ customer: String = "u1") -> Shop {
        for order in 0..<6 { shop.says("d\(order * 10) 10:00 \(customer) buys p\(order)@20") }
        return shop
    }

    @Test func `silence is noticed without any event, each level once`() {
        let shop = Self.regular()
        let heard = shop.waits(until: "d400 0:00")
        #expect(heard.count == 3 && heard.allSatisfy { $0.hasPrefix("alert on ") && $0.contains(" for u1: ") })
        #expect(heard.map { $0.contains("low after none") } == [true, false, false])
        #expect(heard[1].contains("medium after low") && heard[2].contains("high after medium"))
        #expect(shop.waits(until: "d800 0:00") == [], "who is lost is lost once")
    }

    @Test func `the days of the alerts do not depend on how time goes on`() {
        let one = Self.regular()
        let two = Self.regular()
        let three = Self.regular()
        let heard = one.waits(until: "d300 0:00")
        for day in 50..<300 { two.waits(until: "d\(day) 13:00") }
        for day in 51..<300 { three.says("d\(day) 20:00 other searches") }
        two.waits(until: "d300 0:00")
        three.waits(until: "d300 0:00")
        #expect(!heard.alerts.isEmpty)
        let alerts = { (shop: Shop) in shop.outcomes.filter { $0.line.hasPrefix("alert") }.map(\.value) }
        #expect(alerts(one) == alerts(two) && alerts(one) == alerts(three))
    }

    @Test func `an alert says what the silence is measured by`() throws {
        let shop = Self.regular()
        shop.waits(until: "d400 0:00")
        let alert = try #require(shop.outcomes.first { $0.line.hasPrefix("alert") })
        let properties = alert.properties
        #expect(properties["historic_number_of_orders"] as? Int == 6)
        #expect(properties["average_days_between_orders"] as? Double == 10)
        #expect(properties["average_order_value"] as? Double == 20)
        #expect(properties["expected_date_of_next_order"] as? String == "2026-05-01")
        #expect(properties["primary_reason"] as? String == "order_gap")
        #expect(properties["suggested_measure"] as? String == "reminder")
        let days = try #require(properties["days_since_last_order"] as? Double)
        #expect(days > 10 && days < 60)
    }

    @Test func `the return clears what was detected, and silence counts anew`() {
        let shop = Self.regular()
        #expect(shop.waits(until: "d200 0:00").alerts.count == 3)
        #expect(shop.says("d200 12:00 u1 views p1").alerts == ["cleared on d200 for u1: none after high"])
        #expect(shop.says("d200 12:10 u1 views p2").alerts == [], "cleared once")
        let again = shop.waits(until: "d400 0:00").alerts
        #expect(again.count == 1 && again[0].contains("high after none"), "straight to where the risk stands: \(again)")
        #expect(shop.says("d400 12:00 u1 buys p1").alerts == ["cleared on d400 for u1: none after high"])
    }

    @Test func `an order that ends a silence is part of what is told`() throws {
        let shop = Self.regular()
        shop.waits(until: "d200 0:00")
        #expect(shop.says("d200 12:00 u1 buys p1@20").alerts == ["cleared on d200 for u1: none after high"])
        let properties = try #require(shop.outcomes.last { $0.line.hasPrefix("cleared") }).properties
        #expect(properties["days_since_last_order"] as? Double == 0)
        #expect(properties["historic_number_of_orders"] as? Int == 7)
        let before = try #require(shop.outcomes.last { $0.line.hasPrefix("alert") }).properties
        let risks = try [before, properties].map { try #require($0["churn_probability"] as? Double) }
        #expect(risks[1] < risks[0] - 0.3, "\(risks)")
    }

    @Test func `a late event clears nothing`() {
        let shop = Self.regular()
        #expect(shop.waits(until: "d200 0:00").alerts.count == 3)
        #expect(shop.says("d40 12:00 u1 views p1").alerts == [])
        #expect(shop.says("d50 10:00:30 u1 views p1").alerts == ["cleared on d50 for u1: none after high"])
    }

    @Test func `who visits without ordering is not silent`() {
        let shop = Self.regular()
        var heard: [String] = []
        for day in stride(from: 55, to: 300, by: 5) { heard += shop.says("d\(day) 10:00 u1 searches") }
        #expect(heard == [])
        heard = shop.waits(until: "d310 0:00").alerts
        #expect(heard.count == 1 && heard[0].hasPrefix("alert on d305 for u1: high after none"), "\(heard)")
    }

    @Test func `who never ordered is never missed`() {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1", "10:01 u1 adds p1", "10:02 u2 searches")
        #expect(shop.waits(until: "d1000 0:00") == [])
    }

    @Test func `nobody anonymous is alerted about, or cleared`() {
        let shop = Shop()
        for order in 0..<6 { shop.says("d\(order * 10) 10:00 ?v1 buys p1@20") }
        #expect(shop.waits(until: "d300 0:00") == [])
        #expect(shop.says("d300 10:00 ?v1 searches").alerts == [])
    }

    @Test func `who ordered once is missed after a while`() {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys p1")
        let heard = shop.waits(until: "d1500 0:00")
        #expect(heard.count >= 1 && heard.allSatisfy { $0.contains("for u1") }, "beyond the wheel's reach too")
        #expect(heard.first?.contains("because inactivity") == true)
    }

    @Test func `outputs begin where they are asked to, the levels are those of the whole history`() {
        let shop = Self.regular(Shop(since: "d150 0:00"))
        #expect(shop.waits(until: "d149 0:00") == [])
        #expect(shop.waits(until: "d300 0:00") == [], "all levels were reached before")
        #expect(shop.says("d300 10:00 u1 views p1").alerts == ["cleared on d300 for u1: none after high"])
    }

    @Test func `what spoiled the mood is among the reasons`() {
        let shop = Self.regular()
        shop.says("d50 11:00 u1 reviews p1 stars 1", "11:01 u1 returns p1", "11:02 u1 returns p2")
        let heard = shop.waits(until: "d300 0:00")
        #expect(heard.allSatisfy { $0.contains("because order_gap negative_review returned") })
        #expect(heard.last?.contains("inactivity") == true)
    }

    @Test func `the dearer the customer and the higher the risk, the more is suggested`() {
        let shop = Shop()
        for order in 0..<12 { shop.says("d\(order * 5) 10:00 u1 buys p1@20") }
        let heard = shop.waits(until: "d500 0:00")
        #expect(heard.map { $0.split(separator: " ").last } == ["reminder", "coupon", "personal_call"])
        let few = Self.regular().waits(until: "d400 0:00")
        #expect(few.map { $0.split(separator: " ").last } == ["reminder", "coupon", "coupon"])
    }

    @Test func `ids are those of the silence`() {
        let one = Self.regular()
        let two = Self.regular()
        two.says("d50 10:00 other searches")
        one.waits(until: "d300 0:00")
        two.waits(until: "d300 0:00")
        let ids = { (shop: Shop) in shop.outcomes.filter { $0.line.hasPrefix("alert") }.map(\.id) }
        #expect(ids(one) == ids(two) && Set(ids(one)).count == 3, "another record's position does not matter")
        #expect(ids(one).allSatisfy { $0.hasPrefix("churn-") && $0.count == 38 })
        one.says("d300 0:00 u1 searches")
        one.waits(until: "d600 0:00")
        #expect(Set(ids(one)).count == 4, "the next silence is another one")
    }

    @Test func `those who are due together come by name`() {
        let shop = Shop()
        for order in 0..<6 {
            for customer in ["zoe", "abe", "mia"] { shop.says("d\(order * 10) 10:00 \(customer) buys p1@20") }
        }
        let heard = shop.waits(until: "d400 0:00").map { $0.split(separator: " ")[4] }
        #expect(heard == Array(repeating: ["abe:", "mia:", "zoe:"], count: 3).flatMap { $0 })
    }

    @Test func `money that went back makes no order worth less than nothing`() throws {
        let shop = Self.regular()
        shop.says("d50 11:00 u1 returns for 500")
        shop.waits(until: "d300 0:00")
        let properties = try #require(shop.outcomes.first { $0.line.hasPrefix("alert") }).properties
        let value = try #require(properties["average_order_value"] as? Double)
        #expect(value >= 0, "the schema says so")
    }
}
