import Engine
import Events
import Foundation
import Testing

/// Orders: the purchase chain, what views lead to, demand and rhythm.
@Suite struct PurchaseStories {
    /// A row as `product weight`, heaviest first.
    static func row(_ links: [ProductView.Link]) -> [String] {
        links.map { "\($0.product) \(($0.weight * 1e4).rounded() / 1e4)" }
    }

    static func after(_ product: String, _ shop: Shop) throws -> [String] { row(try shop.product(product).boughtAfter) }

    @Test func `an order leads to the next one, each pair with its share`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a b", "d1 10:00 u1 buys c d e")
        for product in ["a", "b"] {
            #expect(try Self.after(product, shop) == ["c 0.1667", "d 0.1667", "e 0.1667"])
            #expect(try abs(shop.product(product).boughtAfter.map(\.weight).reduce(0, +) - 0.5) < 1e-6)
        }
        for product in ["c", "d", "e"] { #expect(try Self.after(product, shop) == []) }
    }

    @Test func `the chain is first-order`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a", "d0 10:00 u1 buys b", "d0 10:00 u1 buys c")
        #expect(try Self.after("a", shop) == ["b 1.0"])
        #expect(try Self.after("b", shop) == ["c 1.0"])
        #expect(try Self.after("c", shop) == [])
    }

    @Test func `customers add up`() throws {
        let shop = Shop()
        shop.says(
            "d0 10:00 u1 buys a",
            "10:00 u2 buys a",
            "10:00 u3 buys a",
            "10:00 u1 buys b",
            "10:00 u2 buys b",
            "10:00 u3 buys c"
        )
        #expect(try Self.after("a", shop) == ["b 2.0", "c 1.0"])
        let shares = try shop.product("a").boughtAfter.map { ($0.share * 100).rounded() }
        #expect(shares == [67, 33])
    }

    @Test func `a link counts half after thirty days`() throws {
        let shop = Shop()
        shop.says("d0 0:00 u1 buys a", "d0 0:00 u1 buys b", "d30 0:00 u2 buys a", "d30 0:00 u2 buys c")
        #expect(try Self.after("a", shop) == ["c 1.0", "b 0.5"])
        shop.says("d90 0:00 u3 views z")
        #expect(try Self.after("a", shop) == ["c 0.25", "b 0.125"])
    }

    @Test func `another half-life is another memory`() throws {
        var configuration = EngineConfiguration()
        configuration.chainHalfLifeDays = 1
        let shop = Shop(configuration)
        shop.says("d0 0:00 u1 buys a", "d0 0:00 u1 buys b", "d2 0:00 u2 views z")
        #expect(try Self.after("a", shop) == ["b 0.25"])
    }

    @Test func `the same product may follow itself`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a", "d0 10:00 u1 buys a b")
        #expect(try Self.after("a", shop) == ["a 0.5", "b 0.5"])
    }

    @Test func `a late order counts but is not linked`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a", "d2 10:00 u1 buys b", "d1 10:00 u1 buys x", "d2 10:00 u1 buys c")
        #expect(try Self.after("a", shop).map { $0.prefix(1) } == ["b"])
        #expect(try Self.after("x", shop) == [])
        #expect(try Self.after("b", shop) == ["c 1.0"])
        #expect(try shop.profile("u1").orders == 4)
        #expect(try shop.product("x").orders == 1)
    }

    @Test func `an order without products breaks no chain`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a", "d0 10:00 u1 buys for 10", "d0 10:00 u1 buys b")
        #expect(try Self.after("a", shop) == ["b 1.0"])
    }

    @Test func `sixteen products of an order are linked at most`() throws {
        let shop = Shop()
        let many = (0..<20).map { "m\($0)" }.joined(separator: " ")
        shop.says("d0 10:00 u1 buys a", "d0 10:00 u1 buys \(many)", "d0 10:00 u1 buys z")
        let shares = try shop.product("a").boughtAfter.map(\.share)
        #expect(shares.allSatisfy { $0 == 1.0 / 16 })
        #expect(try Self.after("m15", shop) == ["z 0.0625"])
        #expect(try Self.after("m16", shop) == [])
        #expect(try shop.product("m19").orders == 1)
    }

    @Test func `sixty-four followers are kept, the heavy ones stay`() throws {
        let shop = Shop()
        for number in 0..<100 {
            shop.says("d0 10:00 u\(number) buys a", "d0 10:00 u\(number) buys f\(number % 2 == 0 ? 0 : number)")
        }
        let links = try shop.product("a").boughtAfter
        #expect(links.first?.product == "f0" && links.first?.weight == 50)
        let share = try #require(links.first?.share)
        #expect(abs(share - 0.5) < 1e-6, "the row's total counts what was forgotten too")
    }

    @Test func `a view leads to the next one in its session`() throws {
        let shop = Shop()
        shop.says(
            "d0 10:00 u1 views a",
            "10:00 u1 views b",
            "10:00 u1 views b",
            "10:00 u1 adds c",
            "10:00 u1 views d",
            "12:00 u1 views e"
        )
        #expect(try Self.row(shop.product("a").viewedAfter).map { $0.prefix(1) } == ["b"])
        #expect(try Self.row(shop.product("b").viewedAfter).map { $0.prefix(1) } == ["d"], "looking again is no step")
        #expect(try shop.product("d").viewedAfter.isEmpty, "another session")
    }

    @Test func `a late view follows what was viewed before it`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views a", "10:10 u1 views b", "10:05 u1 views c")
        #expect(try shop.product("b").viewedAfter.isEmpty)
        #expect(try shop.product("a").viewedAfter.map(\.product) == ["b", "c"])
    }

    @Test func `what was viewed in the session led to what was bought`() throws {
        let shop = Shop()
        shop.says(
            "d0 8:00 u1 views old",
            "10:00 u1 views a",
            "10:00 u1 views b",
            "10:00 u1 views a",
            "10:00 u1 clicks c",
            "10:00 u1 buys x y"
        )
        for product in ["a", "b"] {
            #expect(try Self.row(shop.product(product).boughtAfterView) == ["x 0.5", "y 0.5"])
        }
        #expect(try shop.product("old").boughtAfterView.isEmpty)
        #expect(!shop.hasHeard(of: "c"), "a click is no view")
    }

    @Test func `the last ten different products viewed are credited`() throws {
        let shop = Shop()
        for number in 0..<14 { shop.says("d0 10:\(number + 10) u1 views v\(number)") }
        shop.says("d0 10:30 u1 buys x")
        for number in 0..<14 { #expect(try shop.product("v\(number)").boughtAfterView.isEmpty == (number < 4)) }
    }

    @Test func `a late order is not credited to what was viewed after it`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views a", "10:10 u1 views b", "10:05 u1 buys x")
        #expect(try shop.product("a").boughtAfterView.map(\.product) == ["x"])
        #expect(try shop.product("b").boughtAfterView.isEmpty)
    }

    @Test func `an order's first category leads to the next order`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a/Games b/Toys", "d0 10:00 u1 buys c d/Books", "d0 10:00 u1 buys e")
        let heard = shop.closes()
        #expect(heard.contains("neighbours of category Games: bought_after: c 0.5, d 0.5;"))
        #expect(
            !heard.contains {
                $0.hasPrefix("neighbours of category Toys") || $0.hasPrefix("neighbours of category Books")
            }
        )
    }

    @Test func `popularity is units and, a twentieth each, views, and fades in a week`() throws {
        let shop = Shop()
        shop.says(
            "d0 0:00 u1 views a",
            "d0 0:00 u1 views a",
            "d0 0:00 u1 buys a*3",
            "d0 0:00 u2 buys a*1000",
            "d0 0:00 u2 buys a*0.5"
        )
        #expect(try abs(shop.product("a").popularity - (0.1 + 3 + 5 + 1)) < 1e-5)
        shop.says("d7 0:00 u3 views z")
        #expect(try abs(shop.product("a").popularity - 9.1 / 2) < 1e-5)
        #expect(try shop.product("a").orders == 3 && shop.product("a").views == 2)
    }

    @Test func `what is sent back is counted`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a b", "11:00 u1 returns a", "12:00 u1 cancels b")
        #expect(try shop.product("a").returns == 1 && shop.product("b").returns == 1)
        #expect(try shop.profile("u1").refunds == 1 && shop.profile("u1").cancellations == 1)
    }

    @Test func `the rhythm is that of days with an order`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a")
        #expect(try shop.profile("u1").rhythm == nil)
        #expect(try shop.profile("u1").frequency == 1 && shop.profile("u1").recencyDays == 0)
        shop.says("d0 18:00 u1 buys b", "d10 18:00 u1 buys c", "d30 18:00 u1 buys d", "d29 1:00 u1 buys late")
        let profile = try shop.profile("u1")
        let rhythm = try #require(profile.rhythm)
        #expect(rhythm.gaps == 2 && rhythm.mean == 15)
        #expect(abs(rhythm.deviation - 50.squareRoot()) < 1e-5)
        #expect(profile.frequency == 3 && profile.orders == 5 && profile.recencyDays == 0)
        shop.says("d40 18:00 u2 views x")
        #expect(try shop.profile("u1").recencyDays == 10)
    }
}
