public import Events

/// How large a benchmark stream is. The defaults are those of the comparison with other processors: 200,000 users,
/// 50,000 products, two million clicks and 100,000 reviews in three days.
public struct BenchPlan: Sendable, Equatable {
    public var seed: UInt64 = 20_260_102
    public var users = 200_000
    public var products = 50_000
    public var categories = 200
    /// Records on the clickstream, re-deliveries included.
    public var clicks = 2_000_000
    /// Records on the reviews.
    public var reviews = 100_000
    public var start: EventTime = 1_767_225_600_000
    public var span: Int64 = 3 * EventTime.day
    /// How often an order follows the chain of the order before.
    public var followed = 0.8
    /// Of the clicks: those delivered twice, the second time up to 2,000 records later.
    public var duplicates = 0.005

    public init() {}

    public init(clicks: Int, reviews: Int) {
        self.clicks = clicks
        self.reviews = reviews
    }

    func check() throws(UnfitPlan) {
        try UnfitPlan.check("users", users, 1...5_000_000)
        try UnfitPlan.check("products", products, 10...1_000_000)
        try UnfitPlan.check("categories", categories, 1...60_000)
        try UnfitPlan.check("clicks", clicks, 0...1 << 37)
        try UnfitPlan.check("reviews", reviews, 0...1 << 37)
        try UnfitPlan.check("span", span, 1...3_650 * EventTime.day)
        try UnfitPlan.check("start", start, EventTime.plausible.lowerBound...EventTime.plausible.upperBound - span)
        try UnfitPlan.check("followed", followed, 0...1)
        try UnfitPlan.check("duplicates", duplicates, 0...0.2)
    }
}
