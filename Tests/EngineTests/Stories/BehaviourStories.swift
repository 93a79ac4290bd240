import Engine
import Events
import Pipeline
import Testing

/// The behaviour profile: presence, sessions, counts, likings, money.
@Suite struct BehaviourStories {
    @Test func `a session ends after thirty minutes of silence`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1", "10:30 u1 views p2", "10:59:59 u1 clicks p2")
        #expect(try shop.profile("u1").sessions == 1)
        #expect(try shop.profile("u1").session.start == Moment(Saying.time("d0 10:00")))
        shop.says("11:30 u1 views p3")
        #expect(try shop.profile("u1").sessions == 2)
        #expect(try shop.profile("u1").session.start == Moment(Saying.time("d0 11:30")))
        #expect(try shop.profile("u1").session.products == ["p3"])
    }

    @Test func `a session lasts through thirty minutes to the second`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1", "10:30 u1 views p2", "11:00 u1 views p3")
        #expect(try shop.profile("u1").sessions == 1)
        shop.says("11:30:01 u1 views p3")
        #expect(try shop.profile("u1").sessions == 2)
    }

    @Test func `the producer's session id begins a session at once`() throws {
        let shop = Shop()
        shop.says(
            "d0 10:00 u1 views p1 in s1",
            "10:01 u1 views p2 in s1",
            "10:02 u1 buys p2",
            "10:03 u1 views p3 in s1"
        )
        #expect(try shop.profile("u1").sessions == 1)
        shop.says("10:04 u1 views p4 in s2")
        #expect(try shop.profile("u1").sessions == 2)
        #expect(try shop.profile("u1").session.products == ["p4"])
        shop.says("12:00 u1 views p5 in s2")
        #expect(try shop.profile("u1").sessions == 3, "silence ends a session whatever its id")
    }

    @Test func `a late event counts but moves nothing`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1 in s1", "12:00 u1 views p2 in s2")
        let before = try shop.profile("u1")
        shop.says("11:00 u1 views p3 in s1", "9:00 u1 adds p4 in s0", "10:30 u1 buys p5 for 10")
        let after = try shop.profile("u1")
        #expect(
            after.lastSeen == before.lastSeen && after.sessions == before.sessions
                && after.session.start == before.session.start
        )
        #expect(after.views == 3 && after.adds == 1 && after.orders == 1)
        #expect(after.firstSeen == Moment(Saying.time("d0 9:00")))
        #expect(shop.customers.late == 3)
    }

    @Test func `what is older than the watermark is late, what is younger is not`() {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1", "9:55 u2 views p1", "9:54:59 u2 views p1", "9:58 u3 views p1")
        #expect(shop.customers.late == 1)
        #expect(shop.customers.watermark == Saying.time("d0 9:55"))
    }

    @Test func `each kind of event has its count`() throws {
        let shop = Shop()
        shop.says(
            "d0 10:00 u1 views p1",
            "10:01 u1 views p1",
            "10:02 u1 adds p1",
            "10:03 u1 buys p1",
            "10:04 u1 returns p1",
            "10:05 u1 cancels",
            "10:06 u1 reviews p1 stars 4",
            "10:07 u1 clicks p1",
            "10:08 u1 removes p1",
            "10:09 u1 wishes p1",
            "10:10 u1 lists p1",
            "10:11 u1 searches",
            "10:12 u1 opens-cart",
            "10:13 u1 checks-out",
            "10:14 u1 identifies",
            "10:15 u1 decides"
        )
        let profile = try shop.profile("u1")
        #expect(
            [profile.views, profile.adds, profile.orders, profile.refunds, profile.cancellations, profile.reviews] == [
                2, 1, 1, 1, 1, 1,
            ]
        )
        #expect(profile.lastSeen == Moment(Saying.time("d0 10:15")))
        #expect(shop.replayer.counters.facts == [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
        let product = try shop.product("p1")
        #expect([product.views, product.adds, product.orders, product.returns] == [2, 1, 1, 1])
    }

    @Test func `the last twenty products are kept, newest first`() throws {
        let shop = Shop()
        for number in 0..<25 { shop.says("d0 10:\(number + 10) u1 views p\(number)") }
        shop.says("d0 10:40 u1 clicks p3")
        let recent = try shop.profile("u1").recent
        #expect(recent.map(\.product) == ["p3"] + (6..<25).reversed().map { "p\($0)" })
        #expect(recent[0].kind == "Product Clicked" && recent[1].kind == "Product Viewed")
        #expect(recent[0].time == Moment(Saying.time("d0 10:40")))
    }

    @Test func `likings grow by what is done and fade by half in two weeks`() throws {
        let shop = Shop()
        shop.says(
            "d0 0:00 u1 views p1/Games",
            "d0 0:00 u1 clicks p2/Toys",
            "d0 0:00 u1 wishes p3/Books",
            "d0 0:00 u1 adds p4/Music"
        )
        #expect(try Self.likings(shop) == ["Books 2.0", "Music 2.0", "Games 1.0", "Toys 0.5"])
        shop.says("d14 0:00 u1 buys p1/Games")
        #expect(try Self.likings(shop) == ["Games 5.5", "Books 1.0", "Music 1.0", "Toys 0.25"])
        shop.says("d14 0:00 u1 removes p3/Books")
        #expect(
            try Self.likings(shop) == ["Games 5.5", "Books 1.0", "Music 1.0", "Toys 0.25"],
            "taking out of the cart is no liking"
        )
    }

    static func likings(_ shop: Shop) throws -> [String] {
        try shop.profile("u1").categories.map { "\($0.name) \(($0.weight * 1e4).rounded() / 1e4)" }
    }

    @Test func `eight categories are liked at most, the strongest stay`() throws {
        let shop = Shop()
        for number in 0..<12 {
            for _ in 0...number { shop.says("d0 10:00 u1 views p\(number)/c\(number)") }
        }
        let likings = try shop.profile("u1").categories
        #expect(likings.count == 8)
        #expect(Set(likings.prefix(3).map(\.name)) == ["c9", "c10", "c11"])
    }

    @Test func `the price band holds what the customer looks at`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1")
        #expect(try shop.profile("u1").priceBand == nil)
        for price in [8, 10, 12, 9, 11] { shop.says("d0 10:00 u1 views p1@\(price)") }
        let band = try #require(try shop.profile("u1").priceBand)
        #expect(band.low > 7 && band.low < 9 && band.high > 10.5 && band.high < 13)
    }

    @Test func `money is kept by currency, less what went back`() throws {
        let shop = Shop()
        shop.says(
            "d0 10:00 u1 buys p1@10*2 p2@5.50",
            "10:01 u1 buys p1 for 100 paying EUR",
            "10:02 u1 buys p1 for 7 paying usd",
            "10:03 u1 returns p1 for 40 paying EUR",
            "10:04 u1 buys p3@1",
            "10:05 u1 cancels for 2 paying USD",
            "10:06 u1 buys p1 for 1000 paying GBP"
        )
        let money = try shop.profile("u1").monetary.map { "\($0.amount) \($0.currency)" }
        #expect(money == ["26.5 ", "60.0 EUR", "5.0 USD"], "a fourth currency is not kept")
        #expect(try shop.profile("u1").orders == 5)
    }

    @Test func `who has not said so is anonymous until then`() throws {
        let shop = Shop()
        shop.says("d0 10:00 ?a1 views p1")
        #expect(try shop.profile("a1").isAnonymous)
        shop.says("10:01 a1 identifies")
        #expect(try !shop.profile("a1").isAnonymous)
    }

    @Test func `nobody's events touch anybody else`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1", "10:01 u2 buys p2", "10:02 u3 views p3")
        #expect(try shop.profile("u1").orders == 0 && shop.profile("u3").views == 1)
        #expect(try shop.profile("u2").recent.map(\.product) == ["p2"])
    }
}
