import Engine
import Events
import Testing

/// The shop-wide purchase model: learned from all customers, re-estimated every week, adopted for what comes after.
@Suite struct PopulationStories {
    /// Customers who order every `gap` days until day 100 or so, ten new ones a day in the beginning.
    static func busy(_ shop: Shop = Shop(), gap: Int = 7, days: Int = 100) -> [String] {
        (0..<days).flatMap { day in
            (0..<10).filter { (day - $0) % gap == 0 }.flatMap {
                shop.says("d\(day) 1\($0):00 c\($0)-\(day % 3) buys p1@10")
            }
        }
    }

    @Test func `every week the estimate is renewed`() {
        let shop = Shop()
        let heard = Self.busy(shop).filter { $0 == "population" }
        #expect(
            heard.count == 14,
            "a hundred days begin with part of a week and end fourteen weeks later: \(heard.count)"
        )
        let first = shop.outcomes.first { $0.line == "population" }
        #expect(first?.json["model"] as? String == "churn" && first?.json["schema_version"] as? Int == 1)
    }

    @Test func `what many customers do moves the estimate`() throws {
        let shop = Shop()
        let prior = shop.customers.population
        for day in 0..<120 {
            for customer in 0..<30 where (day + customer) % 4 == 0 { shop.says("d\(day) 10:00 c\(customer) buys p1") }
        }
        let learned = shop.customers.population
        #expect(learned != prior)
        let buysADay = { (p: PopulationParameters) in p.r / p.alpha }
        #expect(buysADay(learned) > 2 * buysADay(prior), "they buy every four days: \(learned)")
        #expect(shop.knowledge.population == learned)
    }

    @Test func `too few customers teach nothing`() {
        let shop = Shop()
        let prior = shop.customers.population
        for day in 0..<60 { shop.says("d\(day) 10:00 only buys p1") }
        let now = shop.customers.population
        #expect(abs(now.r - prior.r) < 1e-9 && abs(now.alpha - prior.alpha) < 1e-9)
    }

    static func alerts(adopting population: PopulationParameters?, on day: Int) -> [String] {
        let shop = ChurnStories.regular()
        var heard = shop.waits(until: "d\(day) 0:00")
        if let population { shop.customers.adopt(population) }
        heard += shop.waits(until: "d600 0:00")
        return heard.map { String($0.prefix { $0 != "b" }) }
    }

    @Test func `what is adopted changes later levels only`() throws {
        // A shop in which nobody is ever lost for good, and everybody takes their time.
        let patient = PopulationParameters(r: 0.6, alpha: 300, a: 0.01, b: 50)
        let without = Self.alerts(adopting: nil, on: 0)
        #expect(without.count == 3)
        let days = try without.map { try #require(Int($0.dropFirst("alert on d".count).prefix { $0 != " " })) }
        for known in 0...3 {
            let day = known == 0 ? 51 : days[known - 1] + 1
            let with = Self.alerts(adopting: patient, on: day)
            #expect(Array(with.prefix(known)) == Array(without.prefix(known)))
            if known < 3 { #expect(with != without, "adopted on day \(day): \(with)") }
        }
    }

    @Test func `the same parameters adopted again change nothing`() {
        let prior = Shop().customers.population
        #expect(Self.alerts(adopting: prior, on: 60) == Self.alerts(adopting: nil, on: 60))
    }
}
