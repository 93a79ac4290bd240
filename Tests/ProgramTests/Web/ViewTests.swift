import Engine
import Events
import Pipeline
import Testing

/// What the memory tells of a customer and of a product, after a small story.
@Suite struct ViewTests {
    private func told(_ lines: [String]) -> Replayer {
        let replayer = Replayer()
        for line in lines { Array(line.utf8).withUnsafeBytes { replayer.fold(key: .none, value: Bytes($0)) } }
        return replayer
    }

    private func event(_ name: String, _ time: String, _ properties: String, user: String = "ann") -> String {
        #"{"type":"track","event":"\#(name)","userId":"\#(user)","timestamp":"2026-01-\#(time)Z","properties":{\#(properties)}}"#
    }

    private func customer(_ name: String, in replayer: Replayer) throws -> CustomerView? {
        guard case .customers(let state) = replayer.customers.state else { return nil }
        return Array(name.utf8).withUnsafeBytes { state.view(of: Bytes($0)) }
    }

    private func product(_ name: String, in replayer: Replayer) throws -> ProductView? {
        guard case .products(let state) = replayer.products.state else { return nil }
        return Array(name.utf8).withUnsafeBytes { state.view(of: Bytes($0)) }
    }

    private var story: Replayer {
        told([
            event("Product Viewed", "01T10:00:00", #""product_id":"tea","category":"Tea","brand":"Leaf","price":5"#),
            event(
                "Order Completed",
                "01T10:05:00",
                #""total":10,"currency":"EUR","products":[{"product_id":"tea","price":5}]"#
            ),
            event(
                "Order Completed",
                "05T10:00:00",
                #""total":7.5,"currency":"EUR","products":[{"product_id":"pot","price":7.5}]"#
            ),
            event("Product Viewed", "06T09:00:00", #""product_id":"cup","category":"Pots","price":3"#),
            event(
                "Product Reviewed",
                "06T09:10:00",
                #""product_id":"pot","rating":"1","review_body":"broken and useless""#
            ),
        ])
    }

    @Test func `a customer's memory`() throws {
        let ann = try #require(try customer("ann", in: story))
        #expect(ann.orders == 2 && ann.views == 2 && ann.reviews == 1 && ann.frequency == 2 && !ann.isAnonymous)
        #expect(ann.firstSeen.text == "2026-01-01T10:00:00.000Z" && ann.lastSeen.text == "2026-01-06T09:10:00.000Z")
        #expect(ann.monetary.map(\.currency) == ["EUR"] && ann.monetary.first?.amount == 17.5)
        #expect(ann.recencyDays.map { abs($0 - 0.965) < 0.01 } == true)
        #expect(ann.rhythm?.gaps == 1 && ann.rhythm.map { abs($0.mean - 4) < 0.01 } == true)
        #expect(ann.recent.map(\.product) == ["pot", "cup", "pot", "tea", "tea"])
        #expect(ann.session.isOpen && ann.session.products == ["pot", "cup"])
        #expect(Set(ann.categories.map(\.name)) == ["Tea", "Pots"] && ann.brands.map(\.name) == ["Leaf"])
        #expect(ann.priceBand.map { $0.low < $0.high } == true && ann.churn?.level == "none")
    }

    @Test func `nobody is known before the first event`() throws {
        #expect(try customer("bob", in: story) == nil)
        #expect(try product("hat", in: story) == nil)
    }

    @Test func `a product's memory`() throws {
        let tea = try #require(try product("tea", in: story))
        #expect(tea.views == 1 && tea.orders == 1 && tea.category == "Tea")
        #expect(tea.boughtAfter.map(\.product) == ["pot"] && tea.boughtAfter.first?.share == 1)
        let pot = try #require(try product("pot", in: story))
        #expect(pot.sentiment.negative == 1 && pot.sentiment.mean.map { $0 < 0 } == true)
        #expect(pot.sentiment.hour?.reviews == 1 && tea.sentiment.hour == nil)
    }

    @Test func `the list that would be shown now`() throws {
        let replayer = told([
            event("Order Completed", "01T10:00:00", #""products":[{"product_id":"tea"}]"#, user: "bob"),
            event("Order Completed", "02T10:00:00", #""products":[{"product_id":"pot"}]"#, user: "bob"),
            event("Order Completed", "03T10:00:00", #""products":[{"product_id":"tea"}]"#),
        ])
        guard case .customers(let state) = replayer.customers.state else { return }
        let list = try #require(Array("ann".utf8).withUnsafeBytes { state.list(for: Bytes($0)) })
        let first = try #require(list.products.first)
        #expect(list.after?.product == "tea" && first.product == "pot")
        #expect(first.reason == "bought-after" && first.evidence == "tea" && first.count.map { $0 > 0.9 } == true)
    }
}
