import Engine
import Events
import Pipeline
import Testing

/// Clocks that are wrong and events that come late.
@Suite struct ClockStories {
    @Test func `a time in the future is quarantined and moves nothing`() throws {
        let shop = ChurnStories.regular()
        shop.says("d51 10:00 other views p1")
        let newest = shop.customers.newest
        let far = Saying("d400 10:00 u1 views p1", day: 0).json
        shop.fold(far, recordTime: Saying.time("d51 10:00"))
        #expect(shop.outcomes.last?.line == "dead letter future_timestamp")
        #expect(shop.customers.newest == newest && shop.outcomes.filter { $0.line.hasPrefix("alert") }.isEmpty)
        let reason = Int(Rejection.futureTimestamp.rawValue)
        #expect(shop.replayer.counters.rejections[0][reason] == 1)
        #expect(try shop.profile("u1").views == 0)
    }

    @Test func `late events are counted, and count`() throws {
        let shop = Shop()
        shop.says("d10 10:00 u1 views p1", "d10 9:50 u2 views p2", "d3 10:00 u2 views p2", "d10 10:01 u3 views p3")
        #expect(shop.customers.late == 2)
        #expect(try shop.profile("u2").views == 2)
        #expect(try shop.product("p2").views == 2)
        #expect(shop.customers.watermark == Saying.time("d10 10:01") - 5 * EventTime.minute)
    }

    /// The order was made before the alert and came after it.
    @Test func `an order that comes late takes the alert back`() throws {
        let shop = ChurnStories.regular()
        #expect(shop.waits(until: "d130 0:00").alerts.count >= 1)
        let level = try #require(shop.outcomes.last { $0.line.hasPrefix("alert") }?.properties["risk_level"] as? String)
        let heard = shop.says("d98 10:00 u1 buys p1@20")
        #expect(heard.alerts.first == "cleared on d98 for u1: none after \(level)")
        #expect(shop.customers.corrected == 1)
        #expect(try shop.profile("u1").orders == 7 && shop.profile("u1").churn?.level == "none")
        let again = shop.waits(until: "d300 0:00").alerts
        #expect(
            again.first?.contains("low after none") == true,
            "the silence is looked for anew, from the late order on"
        )
    }

    /// A visit since, but no order: the visit ended no silence that the alert came after.
    @Test func `an order before the last visit takes the alert back too`() throws {
        let shop = ChurnStories.regular()
        shop.says("d70 10:00 u1 views p1")
        let heardOn = (71...130).first { !shop.waits(until: "d\($0) 0:00").alerts.isEmpty }
        try #require(heardOn != nil)
        #expect(try shop.profile("u1").churn?.level == "low")
        let heard = shop.says("d69 10:00 u1 buys p1@20")
        #expect(heard.alerts == ["cleared on d69 for u1: none after low"])
        #expect(try shop.profile("u1").orders == 7 && shop.profile("u1").churn?.level == "none")
        #expect(shop.customers.corrected == 1)
        #expect(shop.waits(until: "d300 0:00").alerts.first?.contains("low after none") == true)
    }

    /// With it or without, a year has passed since.
    @Test func `an order before the last visit is no excuse for the silence since`() throws {
        let shop = ChurnStories.regular()
        shop.says("d70 10:00 u1 views p1")
        shop.waits(until: "d435 0:00")
        #expect(try shop.profile("u1").churn?.level == "high")
        #expect(shop.says("d69 10:00 u1 buys p1@20").alerts.isEmpty)
        #expect(try shop.profile("u1").orders == 7 && shop.profile("u1").churn?.level == "high")
        #expect(shop.customers.corrected == 0)
    }

    @Test func `a late order that changes no rhythm takes nothing back`() throws {
        let shop = ChurnStories.regular()
        shop.waits(until: "d400 0:00")
        #expect(shop.says("d25 10:00 u1 buys p1@20").alerts.isEmpty)
        #expect(try shop.profile("u1").churn?.level == "high" && shop.customers.corrected == 0)
    }

    @Test func `a late review changes what was said of its product`() {
        let shop = Shop()
        shop.says("d10 10:00 u1 reviews p1 stars 5")
        shop.says("d12 10:00 u2 views p1")
        let heard = shop.says("d9 10:00 u3 reviews p1 stars 1").sentiments
        #expect(heard == ["sentiment of p1: 1 negative, 0 neutral, 1 positive, steady"])
        #expect(shop.customers.late == 1)
    }

    /// What somebody looks at now stands in their list, not what they looked at last week.
    @Test func `a late view is no reason for a list`() {
        let shop = Shop()
        shop.says("d0 9:00 u2 buys a", "d1 9:00 u2 buys b", "d1 10:00 u3 buys a")
        #expect(shop.says("d2 10:00 u1 views a").recommendations.count == 1)
        #expect(shop.says("d2 9:00 u1 views b").recommendations.isEmpty)
        #expect(shop.says("d2 10:01 u1 views b").recommendations.count == 1)
    }
}

/// A review sent again under its id is an edit.
@Suite struct ReviewEditStories {
    private func review(_ stars: Int, _ id: String, by customer: String = "u1", of product: String = "p1") -> String {
        """
        {"event":"Product Reviewed","userId":"\(customer)","timestamp":\(Saying.time("d0 10:00")),\
        "properties":{"product_id":"\(product)","category":"c","rating":\(stars),"review_id":"\(id)"}}
        """
    }

    @Test func `the last version counts, once`() throws {
        let shop = Shop()
        shop.record(review(1, "r1"), key: "u1")
        let heard = shop.record(review(5, "r1"), key: "u1").sentiments
        #expect(heard.first == "sentiment of p1: 0 negative, 0 neutral, 1 positive, steady")
        #expect(heard.last == "sentiment of category c: 0 negative, 0 neutral, 1 positive, steady")
        let mood = try shop.product("p1").sentiment
        #expect(abs((mood.mean ?? 0) - 1) < 1e-5 && mood.hour?.reviews == 1 && mood.day?.mean == 1)
        #expect(try shop.profile("u1").reviews == 1 && shop.profile("u1").sentiment == 1)
    }

    @Test func `nobody edits the review of another, nor a review without an id`() throws {
        let shop = Shop()
        shop.record(review(1, "r1"), key: "u1")
        shop.record(review(5, "r1", by: "u2"), key: "u2")
        shop.record(review(5, "", by: "u2"), key: "u2")
        shop.record(review(5, "", by: "u2"), key: "u2")
        let mood = try shop.product("p1").sentiment
        #expect(mood.negative == 1 && mood.positive == 3)
        #expect(try shop.profile("u2").reviews == 3)
    }

    @Test func `an edit is known while the review is among the last sixteen`() throws {
        for (others, isKnown) in [(15, true), (16, false)] {
            let shop = Shop()
            shop.record(review(1, "r1"), key: "u1")
            for number in 0..<others { shop.record(review(5, "o", by: "other\(number)"), key: "other\(number)") }
            shop.record(review(5, "r1"), key: "u1")
            let mood = try shop.product("p1").sentiment
            #expect(mood.negative == (isKnown ? 0 : 1) && Int(mood.positive) == others + 1)
            #expect(try shop.profile("u1").reviews == 1, "it was their own last review in any case")
        }
    }
}

extension Shop {
    func fold(_ value: String, recordTime: EventTime) {
        Array("u1".utf8).withUnsafeBytes { key in
            Array(value.utf8).withUnsafeBytes {
                replayer.fold(key: Bytes(key), value: Bytes($0), recordTime: recordTime)
            }
        }
        listen()
    }
}
