import Events
import Testing

@testable import Traffic

@Suite("Same seed, same bytes")
struct DeterminismTests {
    @Test func aSeedGivesTheSameBytesTwice() throws {
        #expect(try digest(tell(smallPlan(), most: 20_000)) == digest(tell(smallPlan(), most: 20_000)))
    }

    @Test func anotherSeedIsAnotherShop() throws {
        #expect(try digest(tell(smallPlan(seed: 1), most: 2_000)) != digest(tell(smallPlan(seed: 2), most: 2_000)))
    }

    /// Recorded once; a change of the shop changes it, another machine or another build must not.
    @Test func theBytesOfASeedStayWhatTheyWere() throws {
        #expect(try digest(tell(smallPlan(seed: 1), most: 10_000)) == 1_956_001_291_781_800_252)
    }

    /// Dice of their own: lives do not depend on how bad the mail is.
    @Test func poisonAndDuplicatesLeaveLivesAsTheyAre() throws {
        var clean = smallPlan()
        (clean.poison, clean.irrelevant, clean.duplicates, clean.quirks) = (0, 0, 0, 0)
        var dirty = smallPlan()
        (dirty.poison, dirty.irrelevant, dirty.duplicates, dirty.quirks) = (0.1, 0.1, 0.1, 0.2)
        let quiet = try tell(clean, most: 10_000)
        let noisy = try tell(dirty, most: 15_000).filter { $0.isLife || $0.event.topic == .catalog }
        for (one, other) in zip(quiet, noisy) {
            #expect(one.event.kind == other.event.kind && one.event.customer == other.event.customer)
            #expect(one.event.product == other.event.product && one.event.time == other.event.time)
        }
    }

    @Test func recordsAreAppendedBehindWhatIsThere() throws {
        var shop = try PretendShop(smallPlan())
        var buffer = ByteBuffer()
        var told: [Told] = []
        var events: [ShopEvent] = []
        for _ in 0..<2_000 {
            guard let event = shop.next(into: &buffer) else { break }
            events.append(event)
        }
        for event in events {
            told.append(
                Told(event: event, key: buffer.bytes(event.key).array, value: buffer.bytes(event.value).array)
            )
        }
        #expect(try digest(told) == digest(tell(smallPlan(), most: 2_000)))
    }

    @Test func aPlanThatCannotBeIsRefusedByName() {
        var plan = ShopPlan()
        plan.products = 3
        #expect(throws: UnfitPlan(field: "products", range: "10...1000000")) { _ = try PretendShop(plan) }
        plan = ShopPlan()
        plan.poison = .nan
        #expect(throws: UnfitPlan.self) { _ = try PretendShop(plan) }
        plan = ShopPlan()
        plan.span = .max
        #expect(throws: UnfitPlan.self) { _ = try PretendShop(plan) }
    }

    @Test(arguments: [1, 2, 5]) func theSmallestShopsRun(customers: Int) throws {
        var plan = ShopPlan(seed: 3, customers: customers, products: 10, eventsPerDay: 1, span: 10 * EventTime.day)
        plan.categories = 1
        plan.brands = 1
        #expect(try tell(plan).count >= 10)
    }
}
