import Engine
import Events
import Pipeline
import Testing

/// What customers agree to decides what is known of them and whether they hear from us.
@Suite struct ConsentStories {
    /// A shop in which everything leads to a recommendation, and silence to an alert.
    private func shop() -> Shop {
        let shop = Shop()
        for number in 0..<5 {
            shop.says("d0 9:0\(number) other\(number) buys p1/c1@9", "d0 9:3\(number) other\(number) buys p2/c1@9")
        }
        return shop
    }

    private func dropped(_ shop: Shop, _ purpose: Purpose) -> UInt64 {
        shop.replayer.counters.consentDropped[Int(purpose.rawValue)]
    }

    @Test func `who says nothing is served as ever`() {
        let shop = shop()
        #expect(shop.says("d1 10:00 u1 views p1/c1@9").recommendations.count == 1)
        #expect(shop.outcomes.last?.json["context"].map { "\($0)".contains("consent") } == false)
        #expect(dropped(shop, .profile) == 0 && dropped(shop, .marketing) == 0)
    }

    @Test func `a yes travels with what follows from it`() throws {
        let shop = shop()
        #expect(
            shop.says("d1 10:00 u1 buys p1/c1@9 allowing Analytics,Advertising").recommendations.count == 1
        )
        let list = try #require(shop.outcomes.last)
        #expect(list.value.contains(#""consent":{"categoryPreferences":{"Analytics":true,"Advertising":true}}"#))
        shop.says("d8 10:00 u1 buys p1/c1@9", "d15 10:00 u1 buys p1/c1@9")
        #expect(!shop.waits(until: "d200").alerts.filter { $0.contains("for u1") }.isEmpty)
        let alert = try #require(shop.outcomes.last { $0.line.contains("for u1") })
        #expect(alert.value.contains(#""consent":{"categoryPreferences":{"Analytics":true,"Advertising":true}}"#))
    }

    @Test func `no to advertising: served, not addressed`() throws {
        let shop = shop()
        let said = (0..<4).flatMap { week in
            shop.says(
                "d\(1 + week * 7) 10:00 u1 views p1/c1@9 allowing Analytics",
                "d\(1 + week * 7) 10:05 u1 buys p1/c1/b1@9 for 9 paying EUR as o\(week) allowing Analytics",
                "d\(1 + week * 7) 10:06 u1 reviews p1/c1 stars 1 allowing Analytics"
            )
        }
        #expect(said.recommendations == [])
        #expect(shop.waits(until: "d400").alerts.filter { $0.contains("u1") } == [])
        let view = try shop.profile("u1")
        #expect(view.orders == 4 && view.monetary.first?.amount == 36 && view.monetary.first?.currency == "EUR")
        #expect(view.categories.isEmpty && view.brands.isEmpty && view.recent.isEmpty && view.priceBand == nil)
        #expect(view.sentiment == nil && view.churn == nil && view.rhythm == nil && view.views == 0)
        #expect(try shop.product("p1").orders == 9, "products still learn from what was bought")
        #expect(dropped(shop, .marketing) == 12 && dropped(shop, .profile) == 0)
        shop.says("d22 10:05 u1 buys p1/c1/b1@9 for 9 paying EUR as o3 allowing Analytics")
        #expect(try shop.profile("u1").orders == 4, "a repetition is still one")
    }

    @Test func `a withdrawal takes back what was published, and is held to without being repeated`() throws {
        let shop = shop()
        shop.says("d1 10:00 u1 buys p1/c1@9 for 9")
        let heard = shop.says("d2 10:00 u1 decides allowing Analytics")
        #expect(heard == ["retracted from u1"])
        #expect(shop.says("d3 10:00 u1 views p2/c1@9", "d3 10:01 u1 adds p2/c1@9") == [])
        let view = try shop.profile("u1")
        #expect(view.orders == 1 && view.categories.isEmpty && view.recent.isEmpty && view.recencyDays == nil)
        #expect(shop.waits(until: "d300").alerts.filter { $0.contains("u1") } == [])
        #expect(shop.says("d301 10:00 u1 decides allowing Analytics") == [], "said before")
        shop.says("d302 10:00 u1 decides allowing Analytics,Advertising")
        #expect(shop.says("d302 10:01 u1 views p1/c1@9").recommendations.count == 1, "and may be given again")
    }

    @Test func `no to analytics: the event only counts`() throws {
        let shop = shop()
        shop.says("d1 10:00 u1 buys p1/c1@9 for 9")
        let before = try shop.product("p1")
        let heard = shop.says(
            "d2 10:00 u1 views p1/c1@9 allowing Advertising",
            "d2 10:01 u1 buys p1/c1@9",
            "d2 10:02 u1 reviews p1 stars 5"
        )
        #expect(heard == ["retracted from u1"])
        let view = try shop.profile("u1")
        #expect(view.orders == 0 && view.monetary.isEmpty && view.categories.isEmpty && view.sessions == 0)
        let after = try shop.product("p1")
        #expect(after.orders == before.orders && after.views == before.views)
        #expect(dropped(shop, .profile) == 3 && dropped(shop, .marketing) == 0)
    }

    @Test func `an empty list of preferences is a no to everything`() {
        let shop = shop()
        #expect(shop.says("d1 10:00 u1 views p1/c1@9 allowing nothing", "d1 10:01 u1 views p2/c1@9") == [])
        #expect(dropped(shop, .profile) == 2)
    }

    @Test func `the last word in event time counts`() {
        let shop = shop()
        shop.says("d2 10:00 u1 decides allowing Analytics,Advertising")
        #expect(shop.says("d1 10:00 u1 views p1/c1@9 allowing nothing") == [], "goes by its own word")
        #expect(shop.says("d2 10:01 u1 views p1/c1@9").recommendations.count == 1, "and changes no later one")
        shop.says("d3 10:00 u1 decides allowing nothing", "d2 12:00 u1 decides allowing Analytics,Advertising")
        #expect(shop.says("d3 10:01 u1 views p2/c1@9") == [])
    }

    @Test func `other customers' alerts do not hang on somebody's no`() {
        let shop = shop()
        shop.says("d1 10:00 u2 buys p1/c1@9", "d8 10:00 u2 buys p1/c1@9")
        #expect(!shop.says("d200 10:00 u1 views p1/c1@9 allowing nothing").alerts.isEmpty)
        #expect(!shop.says("d400 10:00 u1 views p1/c1@9 allowing Analytics", "d401 10:00 u2 views p1").alerts.isEmpty)
    }

    @Test func `a shop names its own categories, all of which have to be allowed`() throws {
        var configuration = EngineConfiguration()
        configuration.consent = try #require(
            ConsentCategories(profile: ["C0001"], marketing: ["C0004", "C0005"])
        )
        let shop = Shop(configuration)
        shop.says("d0 9:00 other buys p1/c1@9", "d0 9:30 other buys p2/c1@9")
        #expect(shop.says("d1 10:00 u1 views p1/c1@9 allowing C0001,C0004") == [])
        #expect(shop.says("d1 10:00 u2 views p1/c1@9 allowing C0001,C0004,C0005").recommendations.count == 1)
        #expect(shop.says("d1 10:00 u3 views p1/c1@9 allowing Analytics,Advertising") == [])
        #expect(dropped(shop, .marketing) == 1 && dropped(shop, .profile) == 1)
    }
}
