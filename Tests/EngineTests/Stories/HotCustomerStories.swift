import Engine
import Events
import Pipeline
import Testing

/// Who makes more events than a person can: kept in their own books, unheard by products and by the chain.
@Suite struct HotCustomerStories {
    /// A small shop with a chain: three people who buy b after a, and look at c.
    private static let people = [
        "d0 9:00 u1 views a", "9:01 u1 buys a", "9:02 u2 views a", "9:03 u2 buys a", "9:04 u3 views c",
        "9:05 u3 buys a", "d1 9:00 u1 views b", "9:01 u1 buys b", "9:02 u2 views b", "9:03 u2 buys b",
        "9:04 u3 views c", "9:05 u3 buys b",
    ]

    /// Views of x, `count` of them from `start` on, evenly over an hour.
    private static func views(_ count: Int, of product: String = "x", on day: Int = 0, hour: Int = 10) -> [String] {
        (0..<count).map { index in
            let second = index * 3_599 / max(count, 1)
            return "d\(day) \(hour):\(second / 60):\(second % 60) scraper views \(product)"
        }
    }

    @Test func `a person is not hot, to the last event of the bound`() throws {
        let shop = Shop()
        shop.says(Self.views(Int(Bounds.eventsPerHour)))
        #expect(shop.customers.hotCustomers.isEmpty && shop.customers.quieted == 0)
        #expect(try shop.product("x").views == Bounds.eventsPerHour)
        shop.says(Self.views(1, hour: 10).map { $0.replacing("10:0:0", with: "10:59:59") })
        #expect(shop.customers.quieted == 1)
        #expect(try shop.product("x").views == Bounds.eventsPerHour, "beyond it products hear nothing")
        #expect(try shop.profile("scraper").views == Bounds.eventsPerHour + 1, "the customer's own books go on")
    }

    @Test func `a scraper does not move the chain, nor what is popular`() throws {
        let quiet = Shop()
        quiet.says(Self.people)
        let loud = Shop()
        loud.says(Array(Self.people.prefix(6)))
        for hour in 10..<14 { loud.says(Self.views(5_000, hour: hour)) }
        loud.says(Array(Self.people.suffix(6)))
        for product in ["a", "b", "c"] {
            let with = try loud.product(product)
            let without = try quiet.product(product)
            #expect(with.boughtAfter.map(\.product) == without.boughtAfter.map(\.product))
            #expect(with.viewedAfter.map(\.product) == without.viewedAfter.map(\.product))
            #expect(with.boughtAfter.map(\.weight) == without.boughtAfter.map(\.weight))
            #expect(with.views == without.views && with.orders == without.orders)
        }
        #expect(try loud.product("x").views == Bounds.eventsPerHour, "twenty thousand views in four hours, no more")
        #expect(loud.customers.quieted == 20_000 - UInt64(Bounds.eventsPerHour))
    }

    @Test func `lists for people rank the same with and without a scraper of many products`() throws {
        let quiet = Shop()
        quiet.says(Self.people)
        let loud = Shop()
        loud.says(Array(Self.people.prefix(6)))
        for number in 0..<100 { loud.says(Self.views(60, of: "x\(number)")) }
        loud.says(Array(Self.people.suffix(6)))
        let ask = "d2 9:00 new views a"
        let heard = { (shop: Shop) in
            shop.says(ask).recommendations.map { String($0.prefix(while: { $0 != "," })) }
        }
        #expect(heard(loud) == heard(quiet))
        #expect(loud.product(count: 100) <= Int(Bounds.eventsPerHour), "products it has named are bounded too")
    }

    @Test func `a hot customer gets no lists, and lists again once calm`() {
        let shop = Shop()
        shop.says(Self.people)
        let before = shop.says(Self.views(2_000, of: "a", on: 2)).recommendations
        #expect(before.count == 1, "the same list is not sent twice, and a hot customer gets none")
        #expect(shop.says("d2 11:00 scraper views c").recommendations.isEmpty, "still hot: the hour before was")
        #expect(shop.says("d2 14:00 scraper views c").recommendations.count == 1)
        #expect(shop.customers.hotCustomers.isEmpty)
    }

    @Test func `money, rhythm and mood of a hot customer are kept`() throws {
        let shop = Shop()
        shop.says(Self.views(700))
        shop.says("d0 10:59:59 scraper buys x@5*2 for 10", "10:59:59 scraper reviews x stars 1")
        shop.says("10:59:59 scraper returns x for 4")
        let books = try shop.profile("scraper")
        #expect(books.orders == 1 && books.refunds == 1 && books.reviews == 1)
        #expect(books.monetary.map(\.amount) == [6] && books.sentiment == -1)
        let product = try shop.product("x")
        #expect(product.orders == 0 && product.returns == 0 && product.sentiment.negative == 0)
        #expect(product.views == Bounds.eventsPerHour)
    }

    @Test func `old dates are no way around the bound`() throws {
        let shop = Shop()
        shop.says("d50 10:00 scraper views x")
        for day in 0..<40 { for hour in 0..<20 { shop.says("d\(day) \(hour):00 scraper views x") } }
        #expect(try shop.product("x").views == Bounds.eventsPerHour)
        #expect(shop.customers.quieted == 801 - UInt64(Bounds.eventsPerHour))
    }

    @Test func `the busiest are known, four of them, busiest first`() {
        let shop = Shop()
        for (index, name) in ["a", "b", "c", "d", "e", "f"].enumerated() {
            shop.says(Self.views(610 + index).map { $0.replacing("scraper", with: name) })
        }
        let names = shop.customers.hotCustomers.map { String(decoding: $0.customer, as: UTF8.self) }
        #expect(names == ["f", "e", "d", "c"])
        #expect(shop.customers.hotCustomers.map(\.events) == [615, 614, 613, 612])
        shop.says("d0 13:00 u1 views x")
        #expect(shop.customers.hotCustomers.isEmpty, "two hours later nobody is")
    }
}

extension Shop {
    /// How many of the products x0, x1 … were heard of.
    func product(count: Int) -> Int { (0..<count).count { hasHeard(of: "x\($0)") } }
}
