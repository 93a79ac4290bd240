import Engine
import Events
import Testing

/// The next purchase: what is recommended, when, and why.
@Suite struct RecommendationStories {
    /// A shop in which two customers went from a to b, one from a to c.
    static func shop(_ configuration: EngineConfiguration = EngineConfiguration(), since: String? = nil) -> Shop {
        let shop = Shop(configuration, since: since)
        shop.says(
            "d0 10:00 m1 buys a",
            "10:00 m2 buys a",
            "10:00 m3 buys a",
            "10:00 m1 buys b",
            "10:00 m2 buys b",
            "10:00 m3 buys c"
        )
        return shop
    }

    @Test func `nothing is known of the first product, so nothing is recommended`() {
        let shop = Shop()
        #expect(shop.says("d0 10:00 u1 views a") == [])
        #expect(shop.says("d0 10:00 u1 buys a") == [])
    }

    @Test func `after an order comes what others bought next`() {
        #expect(
            Self.shop().says("d0 11:00 u1 buys a") == [
                "recommendation for u1 after order a: b because bought-after a, c because bought-after a"
            ]
        )
    }

    @Test func `after a view comes what others bought who viewed it`() {
        let shop = Shop()
        shop.says("d0 10:00 m1 views a", "10:00 m1 buys b", "12:00 m2 views a", "12:00 m2 views c")
        #expect(
            shop.says("d0 13:00 u1 views a") == [
                "recommendation for u1 after view a: b because bought-after-view a, c because viewed-after a"
            ]
        )
    }

    @Test func `an add asks like a view, and the last order has its say`() {
        let shop = Self.shop()
        shop.says("d0 11:00 u1 buys a")
        #expect(shop.says("d0 12:00 u1 adds z") == [], "nothing is known of z, so the list is the same")
        #expect(shop.says("d0 12:01 u1 adds b") == ["recommendation for u1 after add b: c because bought-after a"])
    }

    @Test func `a list is heard only when it changes`() {
        let shop = Self.shop()
        #expect(shop.says("d0 11:00 u1 buys a").count == 1)
        #expect(shop.says("d0 11:01 u1 buys a") == [], "the same list again")
        #expect(shop.says("d0 11:02 u2 buys a").count == 1, "another customer has not heard it")
    }

    @Test func `what was just bought is left out`() throws {
        let shop = Self.shop()
        let heard = shop.says("d0 11:00 u1 buys a b")
        #expect(heard == ["recommendation for u1 after order a: c because bought-after a"])
        let later = shop.says("d0 12:00 u1 views c")
        #expect(
            later.allSatisfy { !$0.contains("a because") && !$0.contains("b because") && !$0.contains("c because") }
        )
    }

    @Test func `what is bought again and again is not left out`() {
        let shop = Shop()
        for number in 1...9 { shop.says("d0 10:00 m\(number) buys milk", "d0 10:00 m\(number) buys bread") }
        #expect(
            shop.says("d0 11:00 u1 buys milk") == [
                "recommendation for u1 after order milk: bread because bought-after milk"
            ]
        )
        shop.says("d0 12:00 m10 buys milk", "d0 12:00 m10 buys milk")
        let heard = shop.says("d0 13:00 u2 buys milk")
        let both = "bread because bought-after milk, milk because bought-after milk"
        #expect(heard == ["recommendation for u2 after order milk: \(both)"])
    }

    @Test func `what is sold out is left out until it is back`() {
        let shop = Self.shop()
        shop.stocks("b", isOut: true)
        #expect(shop.says("d0 11:00 u1 buys a") == ["recommendation for u1 after order a: c because bought-after a"])
        shop.stocks("b", isOut: false)
        #expect(
            shop.says("d0 11:00 u2 buys a") == [
                "recommendation for u2 after order a: b because bought-after a, c because bought-after a"
            ]
        )
    }

    @Test func `what is looked at is not recommended`() {
        let shop = Self.shop()
        let heard = shop.says("d0 11:00 u1 views b")
        #expect(heard == ["recommendation for u1 after view b: a because popular, c because popular"])
    }

    @Test func `without a row of its own a product has its category's, then what is popular`() {
        let shop = Shop()
        shop.says(
            "d0 10:00 m1 buys a/Games",
            "10:00 m1 buys b/Books",
            "10:00 m2 buys p",
            "10:00 m3 buys p",
            "10:00 m4 buys p"
        )
        shop.says("d0 10:30 m5 views new/Games")
        let heard = shop.says("d0 11:00 u1 views new/Games")
        #expect(
            heard == ["recommendation for u1 after view new: p because popular, b because category, a because popular"]
        )
    }

    @Test func `the more a category is known to lead somewhere, the more it counts`() {
        let shop = Shop()
        for number in 0..<40 { shop.says("d0 10:00 m\(number) buys g\(number)/Games", "d0 10:00 m\(number) buys b") }
        for number in 0..<60 { shop.says("d0 10:00 n\(number) buys p") }
        shop.says("d0 10:30 m1 views new/Games")
        let heard = shop.says("d0 11:00 u1 views new/Games")
        #expect(heard[0].hasPrefix("recommendation for u1 after view new: b because category, p because popular"))
    }

    @Test func `ten places at most, best first, each with its position`() throws {
        let shop = Shop()
        for number in 0..<30 {
            for round in 0...number {
                shop.says("d0 10:00 m\(number)-\(round) buys a", "d0 10:00 m\(number)-\(round) buys f\(number)")
            }
        }
        shop.says("d0 11:00 u1 buys a")
        let places = try #require(shop.outcomes.last?.properties["products"] as? [[String: Any]])
        #expect(places.map { $0["product_id"] as? String } == (20..<30).reversed().map { "f\($0)" })
        #expect(places.map { $0["position"] as? Int } == Array(1...10))
        let scores = places.compactMap { $0["score"] as? Double }
        #expect(scores == scores.sorted(by: >) && scores.allSatisfy { $0 > 0 && $0 <= 1 })
    }

    @Test func `the evidence is what happened`() throws {
        let shop = Self.shop()
        shop.says("d0 10:00 u1 buys a")
        let places = try #require(shop.outcomes.last?.properties["products"] as? [[String: Any]])
        #expect(places.map { $0["evidence_count"] as? Double } == [2, 1])
        #expect(places.map { $0["evidence_total"] as? Double } == [3, 3])
    }

    @Test func `the evidence of views is counted in views`() throws {
        let shop = Shop()
        for number in 1...4 {
            shop.says("d0 10:00 m\(number) views a", "d0 10:00 m\(number) views \(number == 1 ? "c" : "b")")
        }
        shop.says("d0 10:00 u1 views a")
        let places = try #require(shop.outcomes.last?.properties["products"] as? [[String: Any]])
        #expect(places.map { $0["reason"] as? String } == ["viewed-after", "viewed-after"])
        #expect(places.map { $0["evidence_count"] as? Double } == [3, 1])
        #expect(places.map { $0["evidence_total"] as? Double } == [4, 4])
    }

    @Test func `who has not said so is recommended to as anonymous`() throws {
        let shop = Self.shop()
        #expect(shop.says("d0 11:00 ?v1 buys a")[0].hasPrefix("recommendation for ?v1 after order a: b"))
    }

    @Test func `clicks, searches and carts ask for no list`() {
        let shop = Self.shop()
        #expect(
            shop.says(
                "d0 11:00 u1 clicks a",
                "11:00 u1 searches",
                "11:00 u1 opens-cart",
                "11:00 u1 wishes a",
                "11:00 u1 lists a"
            ) == []
        )
    }

    @Test func `outputs begin where they are asked to`() {
        let shop = Self.shop(since: "d2 12:00")
        #expect(shop.outcomes.isEmpty)
        #expect(shop.says("d2 11:59 u1 buys a") == [])
        #expect(shop.says("d2 12:00 u1 buys a").count == 1, "what was muted does not count as heard")
    }

    @Test func `the same story tells the same, to the byte`() {
        let told = { Self.shop().says("d0 11:00 u1 buys a", "d0 11:01 u2 views b") }
        let one = Self.shop()
        let two = Self.shop()
        for shop in [one, two] { shop.says("d0 11:00 u1 buys a", "d0 11:01 u2 views b") }
        #expect(one.outcomes.map(\.value) == two.outcomes.map(\.value) && told().count == 2)
        #expect(Set(one.outcomes.map(\.id)).count == one.outcomes.count)
        #expect(one.outcomes.allSatisfy { $0.id.hasPrefix("rec-") && $0.id.count == 36 })
    }

    @Test func `an id depends on the record that caused it`() throws {
        let one = Self.shop()
        let two = Self.shop()
        two.says("d0 10:30 nobody searches")
        one.says("d0 11:00 u1 buys a")
        two.says("d0 11:00 u1 buys a")
        let (first, second) = (try #require(one.outcomes.last), try #require(two.outcomes.last))
        #expect(first.line == second.line && first.id != second.id, "the record stood elsewhere")
    }

    @Test func `with a delay the circle closes later`() {
        let shop = Shop(delay: EventTime.hour)
        shop.says("d0 10:00 m1 buys a", "d0 10:00 m1 buys b")
        #expect(shop.says("d0 10:30 u1 buys a").filter { $0.contains("b because") } == [])
        shop.says("d0 11:30 m2 buys x")
        #expect(shop.says("d0 11:31 u2 buys a").contains { $0.contains("b because bought-after a") })
    }
}
