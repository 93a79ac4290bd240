import Events
import Models
import Testing

@testable import Engine

/// The ranking over the replica against its definition, on random knowledge.
@Suite struct RankingTwinTests {
    /// The same shop twice: in a replica and in dictionaries.
    struct Shops {
        let commons = Commons(configuration: EngineConfiguration(), partitions: 1)
        var twin = ShopTwin()
        var random: SeededRandom
        let products: Int

        init(seed: UInt64, products: Int) {
            random = SeededRandom(seed: seed)
            self.products = products
            for category in 0..<5 { adopt("k\(category)", .category, products: products) }
            for product in 0..<products {
                adopt("p\(product)", .product, products: products)
                if random.nextIndex(below: 10) == 0 { sellOut("p\(product)") }
            }
        }

        private mutating func row(_ entries: inout [(String, Double)], _ products: Int) -> ShopTwin.Row {
            var row = ShopTwin.Row()
            var seen: Set<Int> = []
            for _ in 0..<[0, 3, 20, 25][random.nextIndex(below: 4)] {
                let product = random.nextIndex(below: products)
                guard seen.insert(product).inserted else { continue }
                row.entries.append(("p\(product)", Double(1 + random.nextIndex(below: 4_000)) / 16))
            }
            row.entries.sort { $0.weight > $1.weight }
            row.total = row.entries.reduce(0) { $0 + $1.weight } + Double(random.nextIndex(below: 3))
            entries += row.entries.map { ($0.product, $0.weight) }
            // The replica keeps twenty of a row.
            row.entries = Array(row.entries.prefix(20))
            return row
        }

        private mutating func adopt(_ name: String, _ subject: Subject, products: Int) {
            var entries: [(String, Double)] = []
            let rows = (0..<3).map { _ in
                let start = entries.count
                let row = row(&entries, products)
                return (row, NeighbourRow(entries: start..<entries.count, total: Float(row.total)))
            }
            let category = random.nextIndex(below: 3) == 0 ? nil : "k\(random.nextIndex(below: 5))"
            let popularity = random.nextIndex(below: 3) == 0 ? 0 : Double(1 + random.nextIndex(below: 100_000)) / 64
            withTexts([name, category ?? ""] + entries.map(\.0)) { texts in
                let list = entries.indices.map { Neighbour(product: texts[$0 + 2], weight: Float(entries[$0].1)) }
                commons.knowledge.adopt(
                    Neighbours(
                        subject: subject,
                        key: texts[0],
                        category: texts[1],
                        time: Saying.opening,
                        popularity: Float(popularity),
                        views: 0,
                        orders: 0,
                        boughtAfter: rows[0].1,
                        viewedAfter: rows[1].1,
                        boughtAfterView: rows[2].1
                    ),
                    entries: list
                )
            }
            if subject == .category {
                twin.categories[name] = rows[0].0
            } else {
                twin.products[name] = ShopTwin.Product(
                    category: category,
                    popularity: popularity,
                    boughtAfter: rows[0].0,
                    viewedAfter: rows[1].0,
                    boughtAfterView: rows[2].0
                )
            }
        }

        private mutating func sellOut(_ name: String) {
            withTexts([name]) { commons.knowledge.adopt(product: $0[0], category: .none, isOutOfStock: true) }
            twin.products[name]?.isOut = true
        }

        mutating func name(of product: String) -> Name { withTexts([product]) { commons.names.intern($0[0]) } }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `lists are those of the definition`(seed: UInt64) {
        var shops = Shops(seed: seed, products: [8, 30, 90, 400][Int(seed) % 4])
        let ranking = ChainRanking(shops.commons)
        for round in 0..<150 {
            let product = "p\(shops.random.nextIndex(below: shops.products + 3))"
            let trigger = [Trigger.view, .add, .order][shops.random.nextIndex(below: 3)]
            var basket = (0..<shops.random.nextIndex(below: 7)).map { _ in
                "p\(shops.random.nextIndex(below: shops.products))"
            }
            if trigger == .order { basket = [product] + basket }
            let names = basket.map { shops.name(of: $0) }
            let last = shops.name(of: product)
            var places: [RecommendedProduct] = []
            let range = names.withUnsafeBufferPointer { ranking.rank(after: last, trigger, basket: $0, into: &places) }
            let expected = shops.twin.ranked(after: product, isOrder: trigger == .order, basket: basket, places: 10)
            if let difference = Self.difference(places[range].map { $0 }, expected) {
                Issue.record("seed \(seed) round \(round): \(trigger) \(product), basket \(basket): \(difference)")
            }
        }
    }

    /// Scores are rounded to four decimals, and popularity is kept in `Float` logarithms: ties may fall either way.
    static func difference(_ found: [RecommendedProduct], _ expected: [ShopTwin.Place]) -> String? {
        let wanted = expected.filter { $0.score >= 0.00005 }.prefix(10)
        let near = { (a: Float, b: Double) in abs(Double(a) - b) < 0.0003 }
        if found.count > 10 || found.count < wanted.count { return "\(found.count) places, not \(wanted.count)" }
        for (place, wanted) in zip(found, wanted) where !near(place.score, wanted.score) {
            return "\(place.product.text) has \(place.score) where \(wanted.product) has \(wanted.score)"
        }
        for place in found {
            guard let own = expected.first(where: { $0.product == place.product.text }) else {
                return "\(place.product.text) may not be offered"
            }
            if !near(place.score, own.score) { return "\(own.product) has \(place.score), not \(own.score)" }
            let reason = "\(place.reason.name)" + (place.evidence.isEmpty ? "" : " \(place.evidence.text)")
            if let wanted = own.reason, wanted != reason { return "\(own.product) because \(reason), not \(wanted)" }
        }
        let distinct = Set(found.map(\.product.text)).count == found.count
        let sorted = zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score }
        return distinct && sorted ? nil : "repeated or out of order: \(found.map(\.product.text))"
    }

    @Test func `many sold out leave room for others`() {
        var shops = Shops(seed: 99, products: 400)
        let ranking = ChainRanking(shops.commons)
        for product in shops.twin.products.keys.sorted() {
            let name = shops.name(of: product)
            var places: [RecommendedProduct] = []
            _ = ranking.rank(after: name, .view, basket: UnsafeBufferPointer(start: nil, count: 0), into: &places)
            #expect(places.allSatisfy { shops.twin.products[$0.product.text]?.isOut != true })
            let expected = shops.twin.ranked(after: product, isOrder: false, basket: [], places: 10).filter {
                $0.score >= 0.0001
            }
            #expect(places.count >= min(10, expected.count))
        }
    }

    @Test func `what was ranked before leaves no trace`() {
        var shops = Shops(seed: 7, products: 60)
        let (fresh, used) = ({ ChainRanking(shops.commons) }, ChainRanking(shops.commons))
        for round in 0..<200 {
            let last = shops.name(of: "p\(round % 60)")
            let basket = [shops.name(of: "p\(round % 7)")]
            var one: [RecommendedProduct] = []
            var two: [RecommendedProduct] = []
            basket.withUnsafeBufferPointer { basket in
                _ = fresh().rank(after: last, .view, basket: basket, into: &one)
                _ = used.rank(after: last, .view, basket: basket, into: &two)
            }
            #expect(
                one.map { "\($0.product.text) \($0.score) \($0.reason)" }
                    == two.map { "\($0.product.text) \($0.score) \($0.reason)" }
            )
        }
    }
}

/// Lends the bytes of several texts at once.
func withTexts<Result>(_ texts: [String], _ body: ([Bytes]) -> Result) -> Result {
    let flat = texts.flatMap { Array($0.utf8) }
    return flat.withUnsafeBytes { raw in
        var at = 0
        let parts = texts.map { text in
            defer { at += text.utf8.count }
            return Bytes(start: Bytes(raw).start.map { $0 + at }, count: text.utf8.count)
        }
        return body(parts)
    }
}
