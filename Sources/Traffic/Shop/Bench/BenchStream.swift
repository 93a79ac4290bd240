public import Events

/// A stream for measuring speed: the shape and the proportions of the comparison's data, at any size, without a life
/// behind it.
///
/// 80 % views, 14 % adds, 6 % orders of one product; users and products by Zipf–Mandelbrot laws; a user's next order
/// follows the last one through hidden successors. Records of both topics come in order of time. Memory: the tables,
/// about 40 bytes a product and 20 a user.
public struct BenchStream: ~Copyable {
    private struct Shelf {
        var category: UInt16
        var cents: Int32
        var mood: Float

        init(categories: Int, _ dice: inout Dice) {
            category = UInt16(dice.index(below: categories))
            cents = Int32((min(max(Portable.exp(3.2 + 0.8 * dice.normal()), 1), 2_000) * 100).rounded())
            mood = Float(min(max(0.62 + 0.15 * dice.normal(), 0.05), 0.95))
        }
    }

    public let plan: BenchPlan
    private let users: Popularity
    private let products: Popularity
    private let chains: Chains
    private let shelves: [Shelf]
    private var lastOrders: [Int32]
    private var dice: Dice
    private var pen = Pen()
    private var clock = ClockText()
    private var copies = Redeliveries()
    /// Copies by the number of the click before which they are due.
    private var due = Agenda()
    private var clicks = 0
    private var reviews = 0
    private var clickTime: Double
    private var reviewTime: Double
    private let clickGap: Double
    private let reviewGap: Double

    public init(_ plan: BenchPlan) throws(UnfitPlan) {
        try plan.check()
        self.plan = plan
        var dice = Dice(seed: plan.seed, .benching)
        let products = Popularity(count: plan.products, shift: 5, &dice)
        users = Popularity(count: plan.users, shift: 50, &dice)
        chains = Chains(products: plan.products, followed: plan.followed, &dice) { _, dice in products.draw(&dice) }
        shelves = (0..<plan.products).map { _ in Shelf(categories: plan.categories, &dice) }
        self.products = products
        lastOrders = Array(repeating: -1, count: plan.users)
        clickGap = Double(plan.span) / Double(max(1, plan.clicks))
        reviewGap = Double(plan.span) / Double(max(1, plan.reviews))
        clickTime = plan.clicks > 0 ? clickGap / 2 : .infinity
        reviewTime = plan.reviews > 0 ? reviewGap / 2 : .infinity
        self.dice = dice
    }

    /// The next record, as in ``PretendShop/next(into:)``; nil after the last. O(1)
    public mutating func next(into buffer: inout ByteBuffer) -> ShopEvent? {
        let isClick = clickTime <= reviewTime
        guard (isClick ? clickTime : reviewTime).isFinite else { return nil }
        return isClick ? nextClick(&buffer) : nextReview(&buffer)
    }

    // MARK: clicks

    private mutating func nextClick(_ buffer: inout ByteBuffer) -> ShopEvent {
        let time = plan.start + Int64(clickTime)
        clicks += 1
        let isLast = clicks >= plan.clicks
        if let copy = due.first, copy.offset <= Int64(clicks) {
            due.removeFirst()
            if isLast { clickTime = .infinity }
            return copies.release(copy.index, at: time, into: &buffer)
        }
        let event = writeClick(time, &buffer)
        if dice.chance(plan.duplicates), let place = copies.keep(event, pen.record) {
            due.push(.redelivery, place, at: Int64(clicks + 1 + dice.index(below: 2_000)))
        }
        clickTime = isLast ? .infinity : clickTime + step(clickGap, from: clickTime)
        return event
    }

    /// Gaps vary between none and twice the mean, and the stream ends within its span.
    private mutating func step(_ gap: Double, from time: Double) -> Double {
        min(2 * gap * dice.unit(), max(0, Double(plan.span - 1) - time))
    }

    private mutating func writeClick(_ time: EventTime, _ buffer: inout ByteBuffer) -> ShopEvent {
        let user = users.draw(&dice)
        let popular = products.draw(&dice)
        let roll = dice.unit()
        let kind = roll < 0.80 ? FactKind.productViewed : roll < 0.94 ? .productAdded : .orderCompleted
        let quantity = kind == .productViewed ? 1 : 1 + dice.index(below: 3)
        let product = kind == .orderCompleted ? order(popular, by: Int(user)) : popular
        begin(kind, user, product, time)
        putRest(product, quantity)
        return deliver(ShopEvent(.clickstream, kind, customer: user, product: product, at: time), &buffer)
    }

    /// What the user orders: what follows their last order, or else something popular.
    private mutating func order(_ popular: Int32, by user: Int) -> Int32 {
        let last = lastOrders[user]
        let product = last >= 0 ? chains.draw(after: last, &dice) ?? popular : popular
        lastOrders[user] = product
        return product
    }

    private mutating func putRest(_ product: Int32, _ quantity: Int) {
        let shelf = shelves[Int(product)]
        pen.put("\",\"category\":\"c")
        pen.put(UInt64(shelf.category), width: 3)
        pen.put("\",\"price\":")
        pen.put(cents: Int64(shelf.cents))
        pen.put(",\"quantity\":")
        pen.put(UInt64(quantity))
        pen.put(",\"currency\":\"EUR\"},\"context\":{\"page\":{\"path\":\"/p/")
        pen.put(UInt64(product))
        pen.put("\"}}}")
    }

    /// The envelope up to the product's number.
    private mutating func begin(_ kind: FactKind, _ user: Int32, _ product: Int32, _ time: EventTime) {
        pen.begin()
        putUser(user)
        pen.endKey()
        pen.put("{\"type\":\"track\",\"event\":\"")
        pen.put(kind.name)
        pen.put("\",\"messageId\":\"")
        pen.put(uuid: dice.next(), dice.next())
        pen.put("\",\"userId\":\"")
        putUser(user)
        pen.put("\",\"timestamp\":\"")
        clock.put(time, into: &pen)
        pen.put("\",\"properties\":{\"product_id\":\"p")
        pen.put(UInt64(product), width: 6)
    }

    private func deliver(_ draft: ShopEvent, _ buffer: inout ByteBuffer) -> ShopEvent {
        var event = draft
        pen.deliver(&event, to: &buffer)
        return event
    }

    private mutating func putUser(_ user: Int32) {
        pen.put(UInt8(ascii: "u"))
        pen.put(UInt64(user), width: 6)
    }

    // MARK: reviews

    private mutating func nextReview(_ buffer: inout ByteBuffer) -> ShopEvent {
        let time = plan.start + Int64(reviewTime)
        reviews += 1
        reviewTime = reviews >= plan.reviews ? .infinity : reviewTime + step(reviewGap, from: reviewTime)
        let user = users.draw(&dice)
        let product = products.draw(&dice)
        let mood = Double(shelves[Int(product)].mood)
        begin(.productReviewed, user, product, time)
        pen.put("\",\"rating\":")
        pen.put(UInt64(min(max((1 + 4 * mood + 0.7 * dice.normal()).rounded(), 1), 5)))
        pen.put(",\"review_body\":\"")
        BenchWords.put(mood: mood, &dice, into: &pen)
        pen.put("!\"}}")
        return deliver(ShopEvent(.reviews, .productReviewed, customer: user, product: product, at: time), &buffer)
    }
}
