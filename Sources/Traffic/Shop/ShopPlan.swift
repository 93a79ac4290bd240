public import Events

/// What kind of shop to pretend: how large, how busy, how loyal, how messy. The same plan gives the same bytes.
///
/// Buying follows the customers' own rhythms; browsing fills what ``eventsPerDay`` leaves, three tenths of it by
/// visitors who never sign in. Nobody comes more often than every 45 minutes, so a few customers cannot fill a busy
/// shop.
public struct ShopPlan: Sendable, Equatable {
    public var seed: UInt64 = 1
    /// People with an account: occasional buyers and repeat buyers.
    public var customers = 20_000
    public var products = 5_000
    public var categories = 40
    public var brands = 120
    /// When the shop opens: 2026-01-01 unless said.
    public var start: EventTime = 1_767_225_600_000
    /// How long it runs, in ms; at most 8.7 years.
    public var span: Int64 = 90 * EventTime.day
    /// Clickstream events on an average day.
    public var eventsPerDay = 200_000
    /// The usual time between two orders of a repeat buyer, in ms; everyone's own is drawn around it.
    public var rhythm: Int64 = 10 * EventTime.day
    /// Of the customers; the others buy once in a while.
    public var repeatBuyers = 0.45
    /// Of the repeat buyers with enough of a history: those who go quiet at a planted time.
    public var quiet = 0.10
    /// Of the products: those whose reviews turn bad at a planted time.
    public var bad = 0.01
    /// How often an order follows the chain that starts at the order before.
    public var followed = 0.8
    /// Of the orders.
    public var reviewed = 0.35
    /// Of customers and titles: those in Chinese.
    public var chinese = 0.3
    /// Of the events: those delivered twice.
    public var duplicates = 0.005
    /// Of the events: those written in another producer's manner (prices as text, `sku`, names of version 1 …).
    public var quirks = 0.02
    /// In addition, per event: events this product has no use for.
    public var irrelevant = 0.002
    /// In addition, per event: records that nobody can read.
    public var poison = 0.001

    public init() {}

    /// A shop whose parts fit each other: in a short span people buy often, so that silence can be told from patience,
    /// and no category is nearly empty.
    public init(seed: UInt64, customers: Int, products: Int, eventsPerDay: Int, span: Int64) {
        self.seed = seed
        self.customers = customers
        self.products = products
        self.eventsPerDay = eventsPerDay
        self.span = span
        rhythm = min(rhythm, max(span / 9, EventTime.minute))
        categories = max(1, min(categories, products / 4))
    }

    public var end: EventTime { start + span }
    var days: Double { Double(span) / Double(EventTime.day) }
}

/// A plan asks for something that no shop can be: says which field and what would do.
public struct UnfitPlan: Error, Equatable, CustomStringConvertible {
    public let field: String
    public let range: String

    public var description: String { "\(field) must be in \(range)" }

    static func check<Value: Comparable>(_ field: String, _ value: Value, _ range: ClosedRange<Value>) throws(UnfitPlan)
    {
        guard range.contains(value) else {
            throw UnfitPlan(field: field, range: "\(range.lowerBound)...\(range.upperBound)")
        }
    }
}

extension ShopPlan {
    /// Bounds keep the agenda's words and the memory (about 120 bytes a customer, 100 a product) within reason.
    func check() throws(UnfitPlan) {
        try UnfitPlan.check("customers", customers, 1...Agenda.largestIndex)
        try UnfitPlan.check("products", products, 10...1_000_000)
        try UnfitPlan.check("categories", categories, 1...min(products, 10_000))
        try UnfitPlan.check("brands", brands, 1...10_000)
        try UnfitPlan.check("eventsPerDay", eventsPerDay, 1...100_000_000)
        try UnfitPlan.check("span", span, EventTime.minute...Agenda.longestOffset)
        try UnfitPlan.check("rhythm", rhythm, EventTime.minute...3_650 * EventTime.day)
        try UnfitPlan.check("start", start, EventTime.plausible.lowerBound...EventTime.plausible.upperBound - span)
        for (name, share) in [
            ("repeatBuyers", repeatBuyers), ("quiet", quiet), ("bad", bad), ("followed", followed),
            ("reviewed", reviewed), ("chinese", chinese),
        ] {
            try UnfitPlan.check(name, share, 0...1)
        }
        for (name, share) in [
            ("duplicates", duplicates), ("quirks", quirks), ("irrelevant", irrelevant), ("poison", poison),
        ] {
            try UnfitPlan.check(name, share, 0...0.2)
        }
    }
}
