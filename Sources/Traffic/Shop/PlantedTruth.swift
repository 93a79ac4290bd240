public import Events

/// What was planted in the shop and should be found: the answers, for those who grade.
public struct PlantedTruth: Sendable {
    /// Somebody or something that changed, and when.
    public struct Turn: Sendable, Equatable {
        /// A customer's or a product's index; ``ShopName`` gives the name.
        public let id: Int
        public let since: EventTime
    }

    /// Repeat buyers who go quiet, by index.
    public let quietCustomers: [Turn]
    /// Products whose reviews turn bad, by index.
    public let badProducts: [Turn]

    /// Everyone's last moment, planted or by nature, as ms since the shop opened.
    let departures: [Int64]
    let catalogue: Catalogue
    let plan: ShopPlan
    /// How often each product is what an order is about, in the long run.
    let demand: [Double]

    init(_ plan: ShopPlan, _ catalogue: Catalogue, _ crowd: Crowd, _ dice: inout Dice) {
        self.plan = plan
        self.catalogue = catalogue
        demand = PlantedTruth.demand(catalogue)
        departures = crowd.people.map(\.leaves)
        quietCustomers = crowd.quiet.map { Turn(id: $0, since: plan.start + crowd.people[$0].leaves) }
        badProducts = PlantedTruth.spoil(plan, demand, ordersPerDay: crowd.ordersPerDay(span: plan.span), &dice)
    }

    /// When the customer leaves for good, planted or by nature; nil when they stay to the end.
    public func leaves(_ customer: Int) -> EventTime? {
        guard departures.indices.contains(customer), departures[customer] < plan.span else { return nil }
        return plan.start + departures[customer]
    }

    /// What is bought after a product, most likely first, with probabilities of .5, .25, .15 and .1 where the chain is
    /// followed.
    public func successors(of product: Int) -> [Int] {
        catalogue.purchases.successors(of: product).map(Int.init)
    }

    /// What is looked at after a product.
    public func viewSuccessors(of product: Int) -> [Int] { catalogue.views.successors(of: product).map(Int.init) }

    /// Products by planted popularity.
    public func popular(_ count: Int) -> [Int] { catalogue.popularity.ranking.prefix(count).map(Int.init) }

    /// The best list anybody could have after `product`: its successors, then what is popular.
    public func oracle(after product: Int?, count: Int = 10) -> [Int] {
        var list = product.map(successors(of:)) ?? []
        for id in catalogue.popularity.ranking where !list.contains(Int(id)) {
            guard list.count < count else { break }
            list.append(Int(id))
        }
        return Array(list.prefix(count))
    }

    /// How often the oracle's list holds a product of the customer's next order.
    ///
    /// With m the popularity of the whole list, an order's first product is hit with followed + (1 - followed) m, and
    /// each further one with m; averaged over what orders are about. O(products)
    public func expectedHitRate(count: Int = 10) -> Double {
        let shares = catalogue.popularity.shares
        var sum = 0.0
        for product in 0..<plan.products {
            let known = Chains.shares.prefix(count).reduce(0, +) * plan.followed
            let mass = oracle(after: product, count: count).reduce(0) { $0 + shares[$1] }
            let miss = 1 - known - (1 - plan.followed) * mass
            let missExtras = Session.extraShares.reversed().reduce(0) { $0 * (1 - mass) + $1 }
            sum += demand[product] * (1 - miss * missExtras)
        }
        return sum
    }

    /// The stationary distribution of the purchase chain, by 60 rounds of power iteration (0.8^60 is nothing).
    private static func demand(_ catalogue: Catalogue) -> [Double] {
        let chain = catalogue.purchases
        let shares = catalogue.popularity.shares
        var demand = shares
        for _ in 0..<60 {
            var next = shares.map { $0 * (1 - chain.followed) }
            for product in demand.indices {
                let flow = demand[product] * chain.followed
                for (place, successor) in chain.successors(of: product).enumerated() {
                    next[Int(successor)] += flow * Chains.shares[place]
                }
            }
            demand = next
        }
        return demand
    }

    /// Products turn bad only where enough reviews will tell of it: at least 25 expected afterwards, or else the most
    /// bought.
    private static func spoil(
        _ plan: ShopPlan,
        _ demand: [Double],
        ordersPerDay: Double,
        _ dice: inout Dice
    ) -> [Turn] {
        let count = plan.bad == 0 ? 0 : max(1, Int((plan.bad * Double(plan.products)).rounded()))
        let ranked = demand.indices.sorted { (demand[$0], $1) > (demand[$1], $0) }
        let reviewsPerDay = ordersPerDay * plan.reviewed
        let known = ranked.prefix { demand[$0] * reviewsPerDay * plan.days * 0.4 >= 25 }.count
        var pool = Array(ranked.prefix(max(known, count)))
        return (0..<count).map { _ in
            let id = pool.remove(at: dice.index(below: pool.count))
            return Turn(id: id, since: plan.start + Int64(Double(plan.span) * (0.4 + 0.2 * dice.unit())))
        }
    }
}
