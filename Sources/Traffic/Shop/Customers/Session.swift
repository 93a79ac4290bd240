import Events

/// What stands in a cart: at most four products with their quantities, without a heap.
struct Basket: Sendable {
    static let room = 4

    private var products = SIMD4<Int32>(repeating: -1)
    private var quantities = SIMD4<Int32>(repeating: 0)
    private(set) var count = 0

    subscript(place: Int) -> (product: Int32, quantity: Int32) { (products[place], quantities[place]) }

    func contains(_ product: Int32) -> Bool {
        for place in 0..<count where products[place] == product { return true }
        return false
    }

    mutating func add(_ product: Int32, quantity: Int32) {
        guard count < Basket.room, !contains(product) else { return }
        products[count] = product
        quantities[count] = quantity
        count += 1
    }

    mutating func removeLast() { count = max(0, count - 1) }
}

/// One visit, as a machine: each step shows one event and chooses the next.
///
///     arrive ─ list|search ─ click ─ view ─┬─ view … (chain of views)
///                                          ├─ add ─ (remove) ─ view …
///                                          ├─ wish ─ view …
///                                          └─ out of patience ─ cart? ─ checkout? ─ gone
///     a buyer, at the end:  view goal ─ add ─ (view extra ─ add)* ─ cart? ─ checkout ─ order ─ gone
///
/// Pure: dice and catalogue in, what is shown out. A visit that begins signed out may show an `identify` on the way.
struct Session: Sendable {
    /// How many further products an order has: none, one, two.
    static let extraShares = [0.80, 0.15, 0.05]

    enum Stage: UInt8 { case list, search, click, view, add, remove, wish, cart, checkout, order, gone }

    /// One event, and how long until the next.
    struct Step {
        var kind: FactKind
        var product: Int32
        var pause: Double
    }

    /// Below zero: a visitor.
    var customer: Int32
    var number: UInt64
    var device: UInt64 = 0
    var isChinese = false
    /// Events left before signing in, the signing in included; zero when signed in from the start.
    var strange: Int8 = 0
    private(set) var stage = Stage.view
    private(set) var product: Int32
    private(set) var category: UInt16
    private(set) var basket = Basket()
    /// The product this visit will end in; below zero: none.
    private var goal: Int32
    private var extras: Int8 = 0
    private var patience: Int
    private var isBuying = false

    var isSignedIn: Bool { customer >= 0 && strange == 0 }
    var isGone: Bool { stage == .gone }

    /// No visit at all.
    static let nobody = Session()

    private init() {
        customer = -1
        number = 0
        product = -1
        category = 0
        goal = -1
        patience = 0
        stage = .gone
    }

    /// Why somebody comes.
    struct Purpose {
        /// Below zero: a visitor.
        var customer: Int32
        /// The product the visit will end in an order of; below zero: none.
        var goal: Int32
        /// Where they begin to look.
        var category: UInt16
    }

    init(_ purpose: Purpose, number: UInt64, _ dice: inout Dice, _ catalogue: Catalogue) {
        customer = purpose.customer
        goal = purpose.goal
        category = purpose.category
        self.number = number
        let isBuyer = goal >= 0
        patience = dice.geometric(mean: isBuyer ? 2.5 : customer < 0 ? 3 : 4.5, bound: 60)
        extras = isBuyer ? Session.extras(dice.unit()) : 0
        product = catalogue.browse(Int(category), &dice)
        let entry = dice.unit()
        stage = entry < 0.30 ? .list : entry < 0.50 ? .search : .view
    }

    private static func extras(_ roll: Double) -> Int8 {
        roll < extraShares[0] ? 0 : roll < extraShares[0] + extraShares[1] ? 1 : 2
    }

    mutating func step(_ dice: inout Dice, _ catalogue: Catalogue) -> Step {
        if strange > 1 {
            strange -= 1
        } else if strange == 1 {
            strange = 0
            return Step(kind: .identified, product: -1, pause: 2_000)
        }
        let shown = product
        switch stage {
        case .list, .search: return look(&dice, catalogue)
        case .click:
            stage = .view
            return Step(kind: .productClicked, product: shown, pause: 1_500)
        case .view: return view(&dice, catalogue)
        case .add: return add(&dice, catalogue)
        case .remove:
            basket.removeLast()
            browse(&dice, catalogue)
            return Step(kind: .productRemoved, product: shown, pause: 9_000)
        case .wish:
            browse(&dice, catalogue)
            return Step(kind: .productWishlisted, product: shown, pause: 8_000)
        case .cart, .checkout, .order, .gone: return close(&dice)
        }
    }

    private mutating func look(_ dice: inout Dice, _ catalogue: Catalogue) -> Step {
        let kind = stage == .list ? FactKind.productListViewed : .productsSearched
        stage = dice.chance(0.6) ? .click : .view
        return Step(kind: kind, product: product, pause: 9_000)
    }

    private mutating func view(_ dice: inout Dice, _ catalogue: Catalogue) -> Step {
        let shown = product
        let whim = dice.unit()
        if isBuying {
            stage = .add
        } else if goal < 0, whim < 0.10, basket.count < Basket.room, !basket.contains(shown) {
            stage = .add
        } else if whim >= 0.97 {
            stage = .wish
        } else {
            browse(&dice, catalogue)
        }
        return Step(kind: .productViewed, product: shown, pause: 26_000)
    }

    private mutating func add(_ dice: inout Dice, _ catalogue: Catalogue) -> Step {
        let shown = product
        basket.add(shown, quantity: dice.chance(0.85) ? 1 : Int32(2 + dice.index(below: 2)))
        if !isBuying {
            if dice.chance(0.15) { stage = .remove } else { browse(&dice, catalogue) }
        } else if extras > 0 {
            extras -= 1
            product = other(&dice, catalogue)
            stage = .view
        } else {
            stage = dice.chance(0.7) ? .cart : .checkout
        }
        return Step(kind: .productAdded, product: shown, pause: 12_000)
    }

    /// A popular product that is not yet in the cart.
    private func other(_ dice: inout Dice, _ catalogue: Catalogue) -> Int32 {
        var product = catalogue.popularity.draw(&dice)
        while basket.contains(product) { product = catalogue.popularity.draw(&dice) }
        return product
    }

    /// The next thing to look at, or the end of looking.
    private mutating func browse(_ dice: inout Dice, _ catalogue: Catalogue) {
        patience -= 1
        guard patience >= 0 else { return settle(&dice) }
        stage = .view
        if let next = catalogue.views.draw(after: product, &dice) { return product = next }
        let whim = dice.unit()
        if whim < 0.2 { category = UInt16(dice.index(below: catalogue.categories)) }
        product = whim < 0.4 ? catalogue.popularity.draw(&dice) : catalogue.browse(Int(category), &dice)
        stage = whim < 0.65 ? .list : whim < 0.85 ? .search : .view
    }

    private mutating func settle(_ dice: inout Dice) {
        if goal >= 0 {
            product = goal
            isBuying = true
            stage = .view
        } else {
            stage = basket.count > 0 && dice.chance(0.5) ? .cart : .gone
        }
    }

    private mutating func close(_ dice: inout Dice) -> Step {
        switch stage {
        case .cart:
            stage = isBuying || dice.chance(0.2) ? .checkout : .gone
            return Step(kind: .cartViewed, product: -1, pause: 20_000)
        case .checkout:
            stage = isBuying ? .order : .gone
            return Step(kind: .checkoutStarted, product: -1, pause: 60_000)
        default:
            stage = .gone
            return Step(kind: .orderCompleted, product: goal, pause: 0)
        }
    }
}
