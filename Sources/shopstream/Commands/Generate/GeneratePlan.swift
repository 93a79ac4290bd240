import Events
import Traffic

/// What is to be made: which shop, from when to when, how much and how fast. Pure.
struct GeneratePlan: Equatable {
    enum Shop: Equatable {
        case pretend(ShopPlan)
        case bench(BenchPlan)
    }

    enum Tempo: Equatable {
        case fast
        case rate(Double)
        case lapse(Double)
    }

    var shop: Shop
    var tempo: Tempo
    /// Records at most.
    var limit: Int
    /// Ms of wall time at most.
    var wallLimit: Int64

    static let usualDays = 7.0
    /// Where only wall time ends it, the shop stays open for longer than anybody waits.
    static let endlessDays = 3_000.0
    private static let fileStart: EventTime = 1_767_225_600_000

    var start: EventTime {
        switch shop {
        case .pretend(let plan): plan.start
        case .bench(let plan): plan.start
        }
    }

    var span: Int64 {
        switch shop {
        case .pretend(let plan): plan.span
        case .bench(let plan): plan.span
        }
    }
}

extension GeneratePlan {
    /// - Parameter endsNow: unless told when to start, the events lead up to now (a cluster), not from a fixed day (a
    ///   file).
    init(_ options: ShopOptions, endsNow: Bool, now: EventTime) {
        limit = options.events ?? .max
        wallLimit = options.seconds.map { Int64($0 * 1_000) } ?? .max
        tempo = options.rate.map { .rate($0) } ?? options.speed.map { .lapse($0) } ?? .fast
        let span = GeneratePlan.span(options)
        let usual = options.speed != nil ? now : endsNow ? now - span : GeneratePlan.fileStart
        let start = options.start?.time(now: now) ?? usual
        shop =
            options.bench
            ? .bench(GeneratePlan.bench(options, start, span)) : .pretend(GeneratePlan.pretend(options, start, span))
    }

    /// Event time for which the shop is open, in ms: as told, or long enough for the events or seconds asked for.
    private static func span(_ options: ShopOptions) -> Int64 {
        let day = Double(EventTime.day)
        if let days = options.days { return max(Int64(days * day), EventTime.minute) }
        if let events = options.events { return span(for: events, options) }
        guard let seconds = options.seconds else { return Int64(usualDays * day) }
        if let rate = options.rate { return span(for: Int(seconds * rate), options) }
        guard let speed = options.speed else { return Int64(endlessDays * day) }
        return Int64(min(max(seconds * speed * 1_000, Double(EventTime.minute)), endlessDays * day))
    }

    /// Long enough for so many events, with a margin for quiet days.
    private static func span(for events: Int, _ options: ShopOptions) -> Int64 {
        let days = Double(events) / Double(max(1, options.eventsPerDay)) * 1.5 + 1
        return Int64(min(max(days, usualDays), endlessDays) * Double(EventTime.day))
    }

    private static func pretend(_ options: ShopOptions, _ start: EventTime, _ span: Int64) -> ShopPlan {
        var plan = ShopPlan(
            seed: options.seed,
            customers: options.customers,
            products: options.products,
            eventsPerDay: options.eventsPerDay,
            span: span
        )
        plan.start = start
        plan.categories = min(plan.categories, plan.products)
        return plan
    }

    /// One record in 21 is a review, as in the comparison's data.
    private static func bench(_ options: ShopOptions, _ start: EventTime, _ span: Int64) -> BenchPlan {
        let count = options.events ?? Int(Double(options.eventsPerDay) * Double(span) / Double(EventTime.day))
        var plan = BenchPlan(clicks: count - count / 21, reviews: count / 21)
        plan.seed = options.seed
        plan.users = options.customers
        plan.products = options.products
        plan.start = start
        plan.span = span
        return plan
    }
}
