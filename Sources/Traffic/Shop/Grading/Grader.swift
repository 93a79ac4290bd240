public import Events

/// Compares what the product says with what was planted in the shop. Pure: it is fed plain values and answers
/// ``Grades``.
///
/// A list counts for an order only if it stood ``Rules/lead`` before it: whoever sees the cart can name what will be
/// bought. Recommendations may reach the grader later than the orders they preceded, as they do in time lapse; orders
/// therefore wait until they are settled.
public struct Grader: Sendable {
    public struct Rules: Sendable, Equatable {
        /// How long before an order a list must have stood, in ms: longer than a visit.
        public var lead: Int64 = 30 * EventTime.minute
        /// How many products of a list count.
        public var listLength = 10
        /// What a detective may take, in ms: a departure counts as due after that, and an alert that comes at most so
        /// long before a departure is right, because the last visit lies before the planted moment.
        public var quietGrace: Int64 = 21 * EventTime.day
        /// The same for products; there is no alert before the turn.
        public var badGrace: Int64 = 14 * EventTime.day
        /// Orders that wait at most; beyond that the oldest are settled.
        public var waiting = 100_000

        public init() {}
    }

    public enum Risk: Sendable { case detected, cleared }
    public enum Shift: Sendable { case worse, better }

    /// The planted answers, as the grader needs them.
    struct AnswerSheet: Sendable {
        var quiet: [PlantedTruth.Turn]
        var bad: [PlantedTruth.Turn]
        /// When a customer leaves, planted or not.
        var leaves: @Sendable (Int) -> EventTime?
        /// The best list after a product.
        var oracle: @Sendable (Int?, Int) -> [Int]
    }

    private let rules: Rules
    private let answers: AnswerSheet
    private var purchases: PurchaseJudge
    private var quiet: AlertJudge
    private var bad: AlertJudge

    public init(_ truth: PlantedTruth, rules: Rules = Rules()) {
        let answers = AnswerSheet(
            quiet: truth.quietCustomers,
            bad: truth.badProducts,
            leaves: { truth.leaves($0) },
            oracle: { truth.oracle(after: $0, count: $1) }
        )
        self.init(answers, rules: rules)
    }

    init(_ answers: AnswerSheet, rules: Rules) {
        self.rules = rules
        self.answers = answers
        purchases = PurchaseJudge(rules, oracle: answers.oracle)
        quiet = AlertJudge(answers.quiet)
        bad = AlertJudge(answers.bad)
    }

    /// An order as it happens; its first product is what it is about.
    public mutating func order(customer: Int, products: [Int], at time: EventTime) {
        purchases.order(customer, products, time)
    }

    /// A list as it was sent to a customer, best first.
    public mutating func recommend(customer: Int, products: [Int], at time: EventTime) {
        purchases.recommend(customer, products, time)
    }

    /// Says that all recommendations up to `time` have been seen: orders that they could bear on are judged.
    public mutating func settle(through time: EventTime) { purchases.settle(through: time) }

    /// An alert that a customer may be leaving, or its end.
    public mutating func churn(_ risk: Risk, customer: Int, at time: EventTime) {
        switch risk {
        case .detected:
            let isRight = answers.leaves(customer).map { $0 <= time + rules.quietGrace } ?? false
            quiet.raise(customer, at: time, isRight: isRight)
        case .cleared: quiet.clear(customer)
        }
    }

    /// An alert that the mood about a product has shifted.
    public mutating func shift(_ shift: Shift, product: Int, at time: EventTime) {
        switch shift {
        case .worse: bad.raise(product, at: time, isRight: bad.since(product).map { $0 <= time } ?? false)
        case .better: bad.lower(product)
        }
    }

    /// The grades, if the stream ended at `end`. Orders that still wait are judged as they stand.
    public func grades(at end: EventTime) -> Grades {
        var grades = Grades()
        grades.listLength = rules.listLength
        var settled = purchases
        settled.settle(through: .max)
        grades.nextPurchase = settled.grades
        grades.quietCustomers = quiet.grades(at: end, grace: rules.quietGrace)
        grades.badProducts = bad.grades(at: end, grace: rules.badGrace)
        return grades
    }
}
