import Events
import Models
import Testing

@testable import Engine

/// Customers who leave by themselves: away for too long, or the least valuable when memory is short.
@Suite struct RetentionTests {
    private static func say(_ line: String) -> [UInt8] { Array(Saying(line, day: 0).json.utf8) }

    private static func world(days: Int64 = 400, strangers: Int = 0) -> World {
        var configuration = EngineConfiguration()
        configuration.retention = days * EventTime.day
        return World(strangers: strangers, configuration: configuration)
    }

    private func names(_ world: World) -> [String] {
        world.whole().keys.filter { $0.hasPrefix("customer/") }.map { String($0.dropFirst(9)) }.sorted()
    }

    @Test func `who has been away for longer than the retention leaves when the day ends`() {
        let world = Self.world()
        world.fold(Self.say("d0 10:00 u1 buys p1/c1@9 p2/c1@5"))
        world.fold(Self.say("d1 10:00 u2 views p1/c1@9"))
        var log: Changelog = [:]
        world.checkpoint(into: &log)
        world.fold(Self.say("d400 23:00 u3 views p1/c1@9"))
        #expect(names(world) == ["u1", "u2", "u3"], "the last day within it")
        world.fold(Self.say("d401 0:06 u3 views p1/c1@9"))
        #expect(names(world) == ["u2", "u3"])
        #expect(world.retracted == ["u1"] && world.effects.leftIdle == 1)
        var next: Changelog = [:]
        world.checkpoint(into: &next)
        #expect(next["customer/u1"] == .some(nil), "with a tombstone")
        world.fold(Self.say("d401 9:00 u1 views p1/c1@9"))
        #expect(world.customers.view(of: Bytes("u1"))?.orders == 0, "and comes back as somebody new")
    }

    @Test func `days that pass at once let the same people go as one by one`() {
        let lines = (0..<40).map { "d\($0 * 7) \($0 % 24):30 u\($0 % 9) \($0 % 2 == 0 ? "views" : "buys") p1/c1@9" }
        for end in [100, 273, 300, 340, 500] {
            let steps = Self.world(days: 60)
            let jump = Self.world(days: 60)
            for line in lines {
                steps.fold(Self.say(line))
                jump.fold(Self.say(line))
            }
            for hour in stride(from: 274 * 24, through: end * 24, by: 5) {
                steps.tick(Saying.opening + Int64(hour) * EventTime.hour)
            }
            steps.tick(Saying.time("d\(end)"))
            jump.tick(Saying.time("d\(end)"))
            #expect(names(steps) == names(jump), "\(end)")
            #expect(steps.effects.leftIdle == jump.effects.leftIdle)
        }
    }

    /// Nobody is kept beyond the day's end, nobody leaves before, and a copy made at any time goes on the same, wherever
    /// its slots are.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `who is there follows from when they were seen`(seed: UInt64) throws {
        var history = History(seed: seed)
        let world = Self.world(days: 10)
        var copy = Self.world(days: 10, strangers: 9)
        var log: Changelog = [:]
        for number in 0..<1_500 {
            let record = history.next()
            world.fold(record)
            copy.fold(record)
            let customers = world.customers
            let day = Int64(customers.wheel.hour) / 24 * EventTime.day
            for slot in 0..<customers.customers.slots where customers.customers.isLive(slot) {
                let seen = customers.customers[slot].lastSeen
                #expect(seen >= day - 10 * EventTime.day)
            }
            guard number % 250 == 249 else { continue }
            #expect(names(world) == names(copy), "\(number)")
            world.checkpoint(into: &log)
            copy = Self.world(days: 10, strangers: number)
            try copy.restore(log)
        }
        #expect(world.effects.leftIdle > 20, "\(world.effects.leftIdle)")
    }

    @Test func `an idle partition wakes for the day at which somebody leaves`() {
        let world = Self.world(days: 30)
        world.fold(Self.say("d0 10:00 u1 views p1/c1@9"))
        #expect(world.customers.wheel.count == 0 && !world.customers.wakes(before: Saying.time("d30")))
        #expect(!world.customers.wakes(before: Saying.time("d31") - 1))
        #expect(world.customers.wakes(before: Saying.time("d31")))
        world.tick(Saying.time("d31"))
        #expect(names(world) == [])
    }

    // MARK: eviction

    /// A shop with one of each kind, all last seen on the same day but for `old`.
    private func kinds(strangers: Int = 0) -> World {
        let world = Self.world(strangers: strangers)
        let lines = [
            "d0 9:00 old buys p1/c1@9", "d50 9:00 ?ghost views p1/c1", "d50 9:00 named views p1/c1",
            "d50 9:00 once buys p1/c1@9", "d20 9:00 twice buys p1/c1@9", "d50 9:00 twice buys p1/c1@9",
            "d50 9:30 no views p1/c1",
        ]
        for line in lines { world.fold(Self.say(line)) }
        if let slot = world.customers.find(Bytes("no")) {
            world.customers.customers[slot].consent = Consent(profile: true, marketing: false)
        }
        return world
    }

    @Test func `the least valuable leave first, who has refused something never`() {
        let world = kinds()
        var order: [String] = []
        for day in 0..<800 {
            let eviction = Eviction(before: Saying.time("d\(day)"))
            let before = names(world)
            guard world.customers.evict(eviction, into: world.effects) > 0 else { continue }
            order += before.filter { !names(world).contains($0) }
        }
        #expect(order == ["ghost", "named", "old", "once", "twice"])
        #expect(names(world) == ["no"])
    }

    @Test func `an eviction lets the same people go wherever their slots are`() {
        let one = kinds()
        let two = kinds(strangers: 40)
        two.remove("once")
        two.fold(Self.say("d50 9:00 once buys p1/c1@9"))
        for day in [49, 52, 130, 480] {
            let eviction = Eviction(before: Saying.time("d\(day)"))
            let left = one.customers.evict(eviction, into: one.effects)
            #expect(two.customers.evict(eviction, into: two.effects) == left)
            #expect(names(one) == names(two))
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a threshold frees what is wanted and hardly more`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let people = (0..<500).map { _ in
            (
                worth: Int64(random.nextIndex(below: 300 * 1_440)) * EventTime.minute,
                bytes: 1 + random.nextIndex(below: 900)
            )
        }
        let all = people.reduce(0) { $0 + $1.bytes }
        for wanted in [1, all / 8, all / 2, all] {
            var days = WorthHistogram()
            for one in people { days.add(one.worth, bytes: one.bytes) }
            var minutes = WorthHistogram.minutes(before: days.end(freeing: wanted))
            for one in people { minutes.add(one.worth, bytes: one.bytes) }
            let before = minutes.end(freeing: wanted)
            let freed = people.filter { $0.worth < before }.reduce(0) { $0 + $1.bytes }
            let least = people.filter { $0.worth < before - EventTime.minute }.reduce(0) { $0 + $1.bytes }
            #expect(freed >= wanted && least < wanted)
        }
    }

    @Test func `bytes used are those of who is there`() {
        let world = Self.world()
        #expect(world.customers.bytesUsed == 0)
        for number in 0..<300 { world.fold(Self.say("d0 9:00 user-\(number) buys p\(number % 40)/c\(number % 7)@5")) }
        let full = world.customers.bytesUsed
        #expect(full > 300 * MemoryLayout<Customer>.stride && full <= world.customers.bytesReserved)
        var out = WorthHistogram()
        world.customers.weigh(by: Eviction(before: 0), into: &out)
        let end = out.end(freeing: full)
        #expect(out.end(freeing: 1) < end || end > 0)
        #expect(world.customers.evict(Eviction(before: .max), into: world.effects) == 300)
        world.customers.clearChanges()
        #expect(world.customers.bytesUsed == 0)
    }
}
