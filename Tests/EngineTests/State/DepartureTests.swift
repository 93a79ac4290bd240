import Events
import Models
import Testing

@testable import Engine

/// Customers who leave: nothing of them stays, nothing of the others changes.
@Suite struct DepartureTests {
    private static func say(_ line: String) -> [UInt8] { Array(Saying(line, day: 0).json.utf8) }

    @Test func `who leaves takes everything along and is told of once`() {
        let world = World()
        world.fold(Self.say("d0 10:00 u1 buys p1/c1@9 p2/c1@5 as m1"))
        world.fold(Self.say("d0 10:00 u2 views p1/c1@9"))
        let others = world.whole()["customer/u2"]
        var log: Changelog = [:]
        world.checkpoint(into: &log)
        let used = world.customers.arena.bytesUsed
        #expect(world.customers.wheel.count == 1)
        #expect(world.remove("u1") && !world.remove("u1"))
        #expect(world.retracted == ["u1"])
        #expect(world.customers.count == 1 && world.customers.wheel.count == 0 && world.customers.changes == 1)
        #expect(world.customers.arena.bytesUsed < used)
        #expect(world.customers.view(of: Bytes("u1")) == nil && world.whole()["customer/u2"] == others)
        var next: Changelog = [:]
        world.checkpoint(into: &next)
        #expect(next["customer/u1"] == .some(nil), "a tombstone")
        #expect(next.keys.filter { $0.hasPrefix("customer/") } == ["customer/u1"])
        next = [:]
        world.checkpoint(into: &next)
        #expect(!next.keys.contains("customer/u1"), "said once")
    }

    @Test func `a restore repeats no retraction`() {
        let world = World()
        world.fold(Self.say("d0 10:00 u1 views p1/c1@9"))
        world.effects.isMuted = true
        world.remove("u1")
        #expect(world.retracted == [] && world.customers.count == 0 && world.customers.changes == 1)
    }

    @Test func `whoever comes back before the checkpoint has a record behind the tombstone`() throws {
        let world = World()
        var log: Changelog = [:]
        world.fold(Self.say("d0 10:00 u1 buys p1/c1@9 as m1"))
        world.checkpoint(into: &log)
        world.remove("u1")
        world.fold(Self.say("d1 10:00 u1 views p2/c1@9"))
        var kinds: [Bool] = []
        for index in 0..<world.customers.changes {
            var out = ByteBuffer()
            kinds.append(world.customers.encodeChange(index, into: &out) == nil)
            #expect(out.bytes().text.hasPrefix("customer/u1"))
        }
        #expect(kinds == [true, false])
        world.checkpoint(into: &log)
        let copy = World()
        try copy.restore(log)
        let view = try #require(copy.customers.view(of: Bytes("u1")))
        #expect(view.orders == 0 && view.views == 1)
    }

    /// Slots are given to others, changes move, timers go: against a world whose customers left before they did anything
    /// else, by the records that checkpoints leave.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `checkpoints of comings and goings restore to what is left`(seed: UInt64) throws {
        var history = History(seed: seed)
        var random = SeededRandom(seed: seed &+ 100)
        let world = World()
        var log: Changelog = [:]
        var removals = 0
        for number in 0..<2_000 {
            world.fold(history.next())
            if random.nextIndex(below: 9) == 0, world.remove("c\(random.nextIndex(below: 24))") { removals += 1 }
            if number % 97 == 96 { world.checkpoint(into: &log) }
        }
        world.checkpoint(into: &log)
        #expect(removals > 100)
        let copy = World(strangers: 7)
        try copy.restore(log)
        #expect(StateCodecTests.differences(world.whole(), copy.whole()).filter { $0.hasPrefix("customer/") } == [])
        #expect(copy.customers.count == world.customers.count)
        #expect(copy.customers.wheel.count == world.customers.wheel.count)
        let end = Saying.time("d2000")
        copy.goOn(from: world)
        world.tick(end)
        copy.tick(end)
        #expect(world.told == copy.told && !world.told.isEmpty)
        for customer in 0..<24 { world.remove("c\(customer)") }
        #expect(world.customers.count == 0 && world.customers.arena.bytesUsed == 0 && world.customers.wheel.count == 0)
    }

    @Test func `a key that was retired keeps its bytes until it is freed`() {
        var table = KeyTable()
        let slot = table.insert(Bytes("gone"), hash: 1)
        let retired = table.retire(slot)
        #expect(table.find(Bytes("gone"), hash: 1) == nil && table.count == 0)
        let next = table.insert(Bytes("here"), hash: 2)
        #expect(next == slot && table.bytes(retired) == Bytes("gone") && table.bytes(next) == Bytes("here"))
        table.free(retired)
        let third = table.insert(Bytes("more"), hash: 3)
        #expect(table.bytes(third) == Bytes("more") && table.bytes(next) == Bytes("here"))
    }
}
