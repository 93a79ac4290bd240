import Events

@testable import Traffic

/// One record of a run, copied out of the buffer.
struct Told {
    var event: ShopEvent
    var key: [UInt8]
    var value: [UInt8]
    /// The products of an order.
    var order: [Int] = []

    var text: String { String(decoding: value, as: UTF8.self) }
    /// A customer's own doing, told for the first time.
    var isLife: Bool { event.kind != nil && !event.isRedelivery }
}

/// A small shop for the tests: 90 days in about a second.
func smallPlan(seed: UInt64 = 7) -> ShopPlan {
    var plan = ShopPlan(
        seed: seed,
        customers: 400,
        products: 150,
        eventsPerDay: 700,
        span: 90 * EventTime.day
    )
    plan.categories = 12
    plan.rhythm = 5 * EventTime.day
    plan.bad = 0.03
    return plan
}

func tell(_ plan: ShopPlan, most: Int = .max) throws -> [Told] {
    var shop = try PretendShop(plan)
    var buffer = ByteBuffer()
    var told: [Told] = []
    while told.count < most, let event = shop.next(into: &buffer) {
        var one = Told(event: event, key: buffer.bytes(event.key).array, value: buffer.bytes(event.value).array)
        if event.kind == .orderCompleted, !event.isRedelivery { one.order = shop.lastOrder.products }
        told.append(one)
        buffer.removeAll()
    }
    return told
}

/// The small shop's whole run and its truth, made once for all tests.
enum SmallShop {
    static let plan = smallPlan()
    static let told: [Told] = (try? tell(plan)) ?? []
    static let truth: PlantedTruth? = {
        guard let shop = try? PretendShop(plan) else { return nil }
        return shop.truth
    }()
}

/// FNV-1a over all bytes.
func digest(_ told: [Told]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for one in told {
        for byte in one.key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for byte in one.value { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ UInt64(bitPattern: one.event.time)) &* 0x100_0000_01B3
    }
    return hash
}
