public import Events
import Models

/// What is remembered of a customer, in plain values, for whoever asks. A copy, so it may leave the line's thread.
public struct CustomerView: Sendable, Encodable {
    public struct Spent: Sendable, Encodable {
        public var currency: String
        public var amount: Double
    }

    /// Gaps between days with an order, in days.
    public struct Rhythm: Sendable, Encodable {
        public var gaps: Int
        public var mean: Double
        public var deviation: Double
        /// Nine of ten gaps end within this.
        public var upper: Double
    }

    public struct Range: Sendable, Encodable {
        public var low: Double
        public var high: Double
    }

    public struct Liking: Sendable, Encodable {
        public var name: String
        /// Decayed to now; only ratios mean something.
        public var weight: Double
    }

    public struct Step: Sendable, Encodable {
        public var product: String
        public var kind: String
        public var time: Moment
    }

    public struct Visit: Sendable, Encodable {
        public var start: Moment
        public var isOpen: Bool
        public var products: [String]
    }

    public struct Risk: Sendable, Encodable {
        public var level: String
        public var probability: Double
    }

    public var customer: String
    public var partition: Int32
    public var isAnonymous: Bool
    public var asOf: Moment
    public var firstSeen: Moment
    public var lastSeen: Moment
    public var sessions: UInt32
    public var views: UInt32
    public var adds: UInt32
    public var orders: UInt32
    public var refunds: UInt32
    public var cancellations: UInt32
    public var reviews: UInt32
    /// Days since the last order; missing before the first.
    public var recencyDays: Double?
    /// Days with an order, the first one included.
    public var frequency: UInt32
    /// Money spent, by currency.
    public var monetary: [Spent]
    public var rhythm: Rhythm?
    public var priceBand: Range?
    public var categories: [Liking]
    public var brands: [Liking]
    /// Newest first.
    public var recent: [Step]
    public var session: Visit
    /// Mean polarity of the customer's own reviews, −1…1.
    public var sentiment: Double?
    public var churn: Risk?
}

extension CustomerState {
    /// What is remembered of a customer; nil for somebody never seen here. O(what is remembered)
    public func view(of customer: Bytes) -> CustomerView? {
        guard let slot = find(customer) else { return nil }
        let known = customers[slot]
        let now = max(newest, known.lastSeen)
        let steps = steps(of: known)
        return CustomerView(
            customer: customer.text,
            partition: partition,
            isAnonymous: known.isAnonymous,
            asOf: Moment(now),
            firstSeen: Moment(known.firstSeen),
            lastSeen: Moment(known.lastSeen),
            sessions: known.sessions,
            views: known.views,
            adds: known.adds,
            orders: known.orders,
            refunds: known.refunds,
            cancellations: known.cancellations,
            reviews: known.reviews,
            recencyDays: known.lastOrder == EventTime.unknown ? nil : days(known.lastOrder, now),
            frequency: known.lastOrder == EventTime.unknown ? 0 : known.repeats + 1,
            monetary: spent(known),
            rhythm: rhythm(known),
            priceBand: known.prices.range.map { .init(low: $0.lowerBound, high: $0.upperBound) },
            categories: likings(known.categories, now),
            brands: likings(known.brands, now),
            recent: steps,
            session: visit(known, steps, now),
            sentiment: known.reviews > 0 ? Double(known.sentiment) : nil,
            churn: churn(known, now)
        )
    }

    private func days(_ from: EventTime, _ to: EventTime) -> Double { Double(to - from) / Double(EventTime.day) }

    private func spent(_ known: Customer) -> [CustomerView.Spent] {
        (0..<Bounds.currencies).compactMap { index in
            let spend = known.spend[index]
            guard spend.amount != 0 || spend.currency != .none else { return nil }
            let (a, b, c) = spend.currency.letters
            let currency = spend.currency == .none ? "" : String(decoding: [a, b, c], as: UTF8.self)
            return CustomerView.Spent(currency: currency, amount: (spend.amount * 100).rounded() / 100)
        }
    }

    private func rhythm(_ known: Customer) -> CustomerView.Rhythm? {
        guard let upper = known.gaps.upperQuantile else { return nil }
        return CustomerView.Rhythm(
            gaps: Int(known.gaps.count),
            mean: Double(known.gaps.mean),
            deviation: known.gaps.variance.squareRoot(),
            upper: upper
        )
    }

    private func likings(_ row: DecayedTop<Name>, _ now: EventTime) -> [CustomerView.Liking] {
        let scale = row.scale(at: now, shape: commons.affinity)
        return (0..<row.count).map { index in
            let (name, weight) = row.entry(index, in: arena)
            return CustomerView.Liking(name: commons.names.text(name).text, weight: Double(weight) * scale)
        }.sorted { ($1.weight, $0.name) < ($0.weight, $1.name) }
    }

    private func steps(of known: Customer) -> [CustomerView.Step] {
        (0..<known.touches.count).map { age in
            let touch = known.touches.newest(age, in: arena)
            let kind = FactKind(rawValue: touch.kind) ?? .productViewed
            return CustomerView.Step(
                product: commons.names.text(touch.product).text,
                kind: "\(kind.name)",
                time: Moment(touch.time)
            )
        }
    }

    /// Touches are kept to the second, so the visit's first one may seem to lie just before its start.
    private func visit(_ known: Customer, _ steps: [CustomerView.Step], _ now: EventTime) -> CustomerView.Visit {
        var products: [String] = []
        for step in steps where step.time.time + EventTime.second > known.sessionStart {
            if !products.contains(step.product) { products.append(step.product) }
        }
        return CustomerView.Visit(
            start: Moment(known.sessionStart),
            isOpen: now <= known.lastSeen + commons.configuration.sessionGap,
            products: products
        )
    }

    private func churn(_ known: Customer, _ now: EventTime) -> CustomerView.Risk? {
        guard known.lastOrder != EventTime.unknown else { return nil }
        return CustomerView.Risk(level: "\(known.level.name)", probability: clock.risk(of: known.history, at: now))
    }
}

/// A time that writes itself as ISO 8601.
public struct Moment: Sendable, Encodable, Equatable {
    public let time: EventTime

    public init(_ time: EventTime) { self.time = time }

    public var text: String {
        var bytes = ByteBuffer(capacity: 32)
        bytes.append(time: time)
        return bytes.bytes().text
    }

    public func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
