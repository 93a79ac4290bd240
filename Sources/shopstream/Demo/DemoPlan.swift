import Events
import Traffic

/// What the show shows: how much event time passes in it, and how busy the shop is. Pure.
///
/// A shop whose regulars buy every few days, so that half a year tells silence from patience.
struct DemoPlan: Equatable {
    /// Event time per wall time: six days a second, so half a year in half a minute.
    static let usualSpeed = 6 * 86_400.0
    /// The number of customers for which that is the usual speed; with more of them time goes slower.
    static let usualCustomers = 500
    /// Events a second of wall time: what the embedded cluster and a small machine carry with ease.
    static let rate = 3_000.0
    /// While serving on after the show.
    static let quietRate = 300.0

    let shop: ShopPlan
    /// Event time per wall time.
    let speed: Double
    let seconds: Int

    init(seconds: Int, speed: Double?, seed: UInt64, customers: Int, products: Int) {
        let usual = DemoPlan.usualSpeed * min(1, Double(DemoPlan.usualCustomers) / Double(max(1, customers)))
        let speed = speed ?? max(1, usual)
        let span = max(Int64(Double(seconds) * 1_000 * speed), EventTime.minute)
        var shop = ShopPlan(
            seed: seed,
            customers: customers,
            products: products,
            eventsPerDay: DemoPlan.eventsPerDay(DemoPlan.rate, speed),
            span: span
        )
        shop.rhythm = min(shop.rhythm, 4 * EventTime.day)
        shop.quiet = 0.2
        shop.categories = min(12, products)
        shop.brands = min(40, products)
        self.init(shop: shop, speed: speed, seconds: seconds)
    }

    private init(shop: ShopPlan, speed: Double, seconds: Int) {
        self.shop = shop
        self.speed = speed
        self.seconds = seconds
    }

    /// The same shop going on in peace after the show: a tenth as fast, for as long as anybody will watch.
    var encore: DemoPlan {
        let speed = max(1, self.speed * DemoPlan.quietRate / DemoPlan.rate)
        var shop = shop
        shop.seed &+= 1
        shop.start = self.shop.end
        shop.span = min(8 * 365 * EventTime.day, Int64(86_400_000 * speed))
        shop.eventsPerDay = DemoPlan.eventsPerDay(DemoPlan.quietRate, speed)
        return DemoPlan(shop: shop, speed: speed, seconds: Int(Double(shop.span) / 1_000 / speed))
    }

    /// Days of event time passed at `time`, counted from one.
    func day(of time: EventTime) -> Int { Int(max(0, time - shop.start) / EventTime.day) + 1 }
    var dayCount: Int { max(1, Int((Double(shop.span) / Double(EventTime.day)).rounded())) }

    private static func eventsPerDay(_ rate: Double, _ speed: Double) -> Int {
        max(1, Int(rate * 86_400 / speed))
    }
}
