/// One product as the shop's shelves have it.
struct Product: Sendable {
    var category: UInt16
    var brand: UInt16
    var cents: Int32
    /// How good it is, 0…1: the mean of its ratings on that scale.
    var quality: Float
}

/// Everything about the shop that does not change: products, popularity, shelves, and the planted chains.
final class Catalogue: Sendable {
    let products: [Product]
    let popularity: Popularity
    /// What is bought after what.
    let purchases: Chains
    /// What is looked at after what.
    let views: Chains
    let chinese: Double
    private let seed: UInt64
    /// Products by category, most popular first, and where each category begins.
    private let shelves: [Int32]
    private let shelfStarts: [Int]

    init(_ plan: ShopPlan, _ dice: inout Dice) {
        seed = plan.seed
        chinese = plan.chinese
        let products = Catalogue.stock(plan, &dice)
        let popularity = Popularity(count: plan.products, shift: 5, &dice)
        let (shelves, starts) = Catalogue.shelve(products, popularity, categories: plan.categories)
        self.products = products
        self.popularity = popularity
        self.shelves = shelves
        shelfStarts = starts
        purchases = Chains(products: plan.products, followed: plan.followed, &dice) { _, dice in
            popularity.draw(&dice)
        }
        views = Chains(products: plan.products, followed: 0.6, &dice) { product, dice in
            let category = Int(products[product].category)
            return Catalogue.browse(shelves[starts[category]..<starts[category + 1]], &dice)
        }
    }

    var categories: Int { shelfStarts.count - 1 }

    /// Whether the product's title is Chinese.
    func isChinese(_ product: Int) -> Bool {
        Double(trait(of: product) >> 11) * 0x1p-53 < chinese
    }

    /// Fixed bits from which a product's words are chosen, so that titles need no memory.
    func trait(of product: Int) -> UInt64 { Dice.mix(seed ^ UInt64(product + 1) &* 0x9E37_79B9_7F4A_7C15) }

    /// A product of the category, popular ones more often.
    @inline(__always)
    func browse(_ category: Int, _ dice: inout Dice) -> Int32 {
        Catalogue.browse(shelves[shelfStarts[category]..<shelfStarts[category + 1]], &dice)
    }

    private static func browse(_ shelf: ArraySlice<Int32>, _ dice: inout Dice) -> Int32 {
        let depth = dice.unit()
        return shelf[shelf.startIndex + Int(depth * depth * Double(shelf.count))]
    }

    /// Every category has at least one product; the rest is dealt by chance. Prices are log-normal around 25.
    private static func stock(_ plan: ShopPlan, _ dice: inout Dice) -> [Product] {
        (0..<plan.products).map { index in
            let price = min(max(Portable.exp(3.2 + 0.8 * dice.normal()), 1), 2_000)
            return Product(
                category: UInt16(index < plan.categories ? index : dice.index(below: plan.categories)),
                brand: UInt16(dice.index(below: plan.brands)),
                cents: Int32((price * 100).rounded()),
                quality: Float(min(max(0.78 + 0.12 * dice.normal(), 0.3), 0.98))
            )
        }
    }

    private static func shelve(
        _ products: [Product],
        _ popularity: Popularity,
        categories: Int
    ) -> (shelves: [Int32], starts: [Int]) {
        var counts = [Int](repeating: 0, count: categories + 1)
        for product in products { counts[Int(product.category) + 1] += 1 }
        for category in 0..<categories { counts[category + 1] += counts[category] }
        var ends = counts
        var shelves = [Int32](repeating: 0, count: products.count)
        for id in popularity.ranking {
            let category = Int(products[Int(id)].category)
            shelves[ends[category]] = id
            ends[category] += 1
        }
        return (shelves, counts)
    }
}
