import Events

/// How busy everybody has to be for the plan's number of events: found by rehearsing visits before the shop opens.
struct Rehearsal {
    /// Between the end of one visit of a customer and the start of the next: longer than the half hour that separates
    /// sessions.
    static let pause = 45 * EventTime.minute
    private static let visits = 4_000
    private static let visitorShare = 0.3

    /// Mean gap between two visitors, in ms.
    let visitorGap: Double
    /// Customers' visits without an order, on an average day, all together.
    let idleVisitsPerDay: Double

    init(_ plan: ShopPlan, _ catalogue: Catalogue, ordersPerDay: Double) {
        var dice = Dice(seed: plan.seed, .rehearsing)
        let buying = ordersPerDay * Rehearsal.mean(customer: 0, goal: 0, &dice, catalogue)
        let wanted = Double(plan.eventsPerDay)
        let rest = max(wanted - buying, wanted * 0.1)
        let visitors = rest * Rehearsal.visitorShare / Rehearsal.mean(customer: -1, goal: -1, &dice, catalogue)
        visitorGap = Double(EventTime.day) / visitors
        idleVisitsPerDay =
            rest * (1 - Rehearsal.visitorShare) / Rehearsal.mean(customer: 0, goal: -1, &dice, catalogue)
    }

    /// Events of an average visit of this kind.
    private static func mean(customer: Int32, goal: Int32, _ dice: inout Dice, _ catalogue: Catalogue) -> Double {
        var events = 0
        for _ in 0..<visits {
            let category = UInt16(dice.index(below: catalogue.categories))
            let purpose = Session.Purpose(customer: customer, goal: goal, category: category)
            var session = Session(purpose, number: 0, &dice, catalogue)
            while !session.isGone {
                _ = session.step(&dice, catalogue)
                events += 1
            }
        }
        return Double(events) / Double(visits)
    }
}
