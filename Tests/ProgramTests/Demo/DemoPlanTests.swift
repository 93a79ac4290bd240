import Events
import Testing
import Traffic

@testable import shopstream

@Suite struct DemoPlanTests {
    private func plan(seconds: Int = 30, speed: Double? = nil, customers: Int = 500) -> DemoPlan {
        DemoPlan(seconds: seconds, speed: speed, seed: 1, customers: customers, products: 300)
    }

    @Test func `half a year in half a minute`() {
        #expect(plan().dayCount == 180 && plan().speed == 518_400)
        #expect(plan(seconds: 10).dayCount == 60)
    }

    @Test func `more customers slow time down, so that the traffic stays the same`() {
        #expect(plan(customers: 5_000).speed == 51_840)
        #expect(plan(customers: 5_000).dayCount == 18)
    }

    @Test func `events a second of wall time do not depend on the speed`() {
        for speed in [1, 3_600, 518_400.0] {
            let plan = plan(speed: speed)
            let perSecond = Double(plan.shop.eventsPerDay) / 86_400 * speed
            #expect(abs(perSecond - DemoPlan.rate) < DemoPlan.rate * 0.01, "\(speed)")
        }
    }

    @Test func `a show in real time is long enough for a shop`() {
        #expect(plan(seconds: 5, speed: 1).shop.span == EventTime.minute)
    }

    @Test func `days are counted from one`() {
        let plan = plan()
        #expect(plan.day(of: plan.shop.start) == 1)
        #expect(plan.day(of: plan.shop.start + EventTime.day) == 2)
    }

    @Test func `the encore goes on where the show ended, in peace`() {
        let encore = plan().encore
        #expect(encore.shop.start == plan().shop.end && encore.shop.seed == 2)
        #expect(encore.speed == plan().speed / 10)
    }
}
