import Events

/// One person with an account. Times are ms since the shop opened.
struct Customer: Sendable {
    var joins: Int64
    var nextOrder: Int64
    /// From here on nothing is heard of them.
    var leaves: Int64
    /// Mean gap between orders, in ms.
    var gap: Float
    /// Mean gap between visits without an order, in ms.
    var idle: Float = 1
    /// What the last order was about; below zero before the first.
    var lastProduct: Int32 = -1
    /// A review to be written; below zero: none.
    var reviewing: Int32 = -1
    /// An order that will be cancelled or given back.
    var aftermath: Aftermath = .none
    /// The category they come back to.
    var taste: UInt16
    var isRepeatBuyer: Bool
    var isChinese: Bool

    /// The share of the span during which they are customers.
    func presence(in span: Int64) -> Double {
        max(0, Double(min(leaves, span) - min(joins, span)) / Double(span))
    }
}

/// What may still happen to an order.
struct Aftermath: Sendable {
    var order: UInt64
    var product: Int32
    var cents: Int32
    var isRefund: Bool

    static let none = Aftermath(order: 0, product: -1, cents: 0, isRefund: false)
}

/// All customers: who buys how often, who comes later, who leaves and when.
///
/// In the manner of Pareto/NBD (Schmittlein, Morrison, Colombo 1987) and BG/NBD (Fader, Hardie, Lee 2005): a
/// gamma-distributed rate of buying and a lifetime of its own for each. The lifetimes are drawn at the start and so are
/// known to the grader.
struct Crowd: Sendable {
    var people: [Customer]
    /// Repeat buyers whose silence was planted.
    private(set) var quiet: [Int] = []

    init(_ plan: ShopPlan, _ dice: inout Dice) {
        people = []
        people.reserveCapacity(plan.customers)
        for _ in 0..<plan.customers { people.append(Crowd.person(plan, &dice)) }
        plantSilence(plan, &dice)
    }

    private static func person(_ plan: ShopPlan, _ dice: inout Dice) -> Customer {
        let span = Double(plan.span)
        let isRepeatBuyer = dice.chance(plan.repeatBuyers)
        let usual = Double(plan.rhythm) * (isRepeatBuyer ? 1 : 8)
        let gap = min(max(usual / dice.gamma(shape: 3), usual / 6), usual * 5)
        let joins = dice.chance(0.7) ? 0 : span * dice.unit()
        let lifetime = dice.exponential(mean: span * (isRepeatBuyer ? 12 : 3))
        return Customer(
            joins: Int64(joins),
            nextOrder: Int64(joins + gap * dice.unit()),
            leaves: Int64(min(joins + gap + lifetime, 9e15)),
            gap: Float(gap),
            taste: UInt16(dice.index(below: plan.categories)),
            isRepeatBuyer: isRepeatBuyer,
            isChinese: dice.chance(plan.chinese)
        )
    }

    /// Silence is planted only where it can be noticed: among repeat buyers who were there from the beginning, stay
    /// otherwise, and buy often enough for a rhythm to show before they go.
    private mutating func plantSilence(_ plan: ShopPlan, _ dice: inout Dice) {
        let span = Double(plan.span)
        for index in people.indices where people[index].isRepeatBuyer {
            let person = people[index]
            let isKnown = Double(person.gap) < span / 8 && Double(person.nextOrder) < span / 8
            guard isKnown, person.leaves > plan.span, dice.chance(plan.quiet) else { continue }
            people[index].leaves = Int64(span * (0.4 + 0.35 * dice.unit()))
            quiet.append(index)
        }
    }

    /// Spreads the visits without an order: regulars come by more often.
    ///
    /// - Parameter pause: what a visit itself takes, and the quiet after it, in ms.
    mutating func spreadVisits(perDay visits: Double, pause: Int64, span: Int64, _ dice: inout Dice) {
        let weights = people.map { ($0.isRepeatBuyer ? 1.3 : 0.55) * (0.5 + dice.unit()) }
        let total = zip(people, weights).reduce(0) { $0 + $1.0.presence(in: span) * $1.1 }
        for index in people.indices {
            let daily = visits * weights[index] / max(total, 1e-9)
            let between = Double(EventTime.day) / max(daily, 1e-9) - Double(pause)
            people[index].idle = Float(min(max(between, Double(EventTime.minute)), 1e15))
        }
    }

    /// Expected orders on an average day of the span.
    func ordersPerDay(span: Int64) -> Double {
        people.reduce(0) { $0 + Double(EventTime.day) / Double($1.gap) * $1.presence(in: span) }
    }
}
