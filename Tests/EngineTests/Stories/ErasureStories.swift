import Events
import Models
import Testing

@testable import Engine

/// Somebody asks to be forgotten. What was before goes for good, whatever is folded again; what comes later begins anew.
@Suite struct ErasureStories {
    @Test func `who asks is forgotten at once`() {
        let world = World()
        world.says("d0 10:00 u1 buys p1/c1@9 as m1")
        world.says("d0 10:00 u2 buys p1/c1@9 as m1")
        #expect(world.erase("u1", "d1") == .erased)
        #expect(world.customers.view(of: Bytes("u1")) == nil && world.customers.view(of: Bytes("u2")) != nil)
        #expect(world.retracted == ["u1"] && world.customers.suppressed == 1)
        #expect(world.customers.wheel.count == 1, "only the other's silence is waited for")
        #expect(world.erase("u1", "d1") == .erased, "nobody is there, and it is made sure that nothing is")
        #expect(world.customers.suppressed == 1)
    }

    @Test func `history that is folded again brings nobody back`() throws {
        let world = World()
        world.says("d0 10:00 u1 buys p1/c1@9 as m1")
        world.erase("u1", "d3 12:00")
        #expect(world.says("d0 10:00 u1 buys p1/c1@9 as m1") == .suppressed)
        #expect(world.says("d3 12:00 u1 views p1") == .suppressed, "up to the time, and with it")
        #expect(world.customers.view(of: Bytes("u1")) == nil)
        #expect(world.says("d3 12:00:01 u1 views p2") == .new, "a new customer")
        #expect(world.says("d3 11:00 u1 views p2") == .suppressed, "and still nothing from before")
        let view = try #require(world.customers.view(of: Bytes("u1")))
        #expect(view.orders == 0 && view.views == 1)
    }

    @Test func `the same request again leaves the new customer alone, a later one does not`() {
        let world = World()
        world.says("d0 10:00 u1 views p1")
        world.erase("u1", "d1")
        world.says("d2 10:00 u1 views p1")
        #expect(world.erase("u1", "d1") == .duplicate && world.customers.view(of: Bytes("u1")) != nil)
        #expect(world.retracted == ["u1"])
        #expect(world.erase("u1", "d3") == .erased && world.customers.view(of: Bytes("u1")) == nil)
        #expect(world.says("d2 12:00 u1 views p1") == .suppressed)
    }

    @Test func `a request that comes before what it is about holds`() {
        let world = World()
        #expect(world.erase("u1", "d3") == .erased)
        #expect(world.says("d1 10:00 u1 views p1") == .suppressed && world.customers.count == 0)
        #expect(world.says("d1 10:00 u2 views p1") == .new)
    }

    @Test func `a request moves nobody's clock`() {
        let world = World()
        world.says("d0 10:00 u1 views p1")
        world.erase("u2", "d300")
        #expect(world.customers.newest == Saying.time("d0 10:00"))
        world.says("d0 11:00 u1 views p1")
        #expect(world.customers.late == 0)
    }

    @Test func `the churn population forgets too`() throws {
        let world = World()
        for customer in 0..<3 { world.says("d0 10:00 u\(customer) buys p1/c1@9") }
        let owner = try #require(world.products.churnOwner)
        #expect(owner.estimator.sampled == 3)
        world.erase("u1", "d1")
        #expect(owner.estimator.sampled == 2)
    }

    @Test func `what is forgotten is in no record, and stays so after a restore`() throws {
        let world = World()
        var log: Changelog = [:]
        for customer in ["somebody-17", "other"] { world.says("d0 10:00 \(customer) buys p1/c1@9 as m1") }
        world.checkpoint(into: &log)
        world.erase("somebody-17", "d1")
        world.checkpoint(into: &log)
        #expect(log["customer/somebody-17"] == .some(nil))
        log["customer/somebody-17"] = nil
        for (key, value) in log {
            #expect(!key.contains("somebody") && !String(decoding: value ?? [], as: UTF8.self).contains("somebody"))
        }
        #expect(log.keys.count { $0.hasPrefix("erased/") } == 1)
        let copy = World(strangers: 5)
        try copy.restore(log)
        #expect(copy.customers.suppressed == 1 && copy.customers.changes == 0)
        #expect(copy.says("d0 10:00 somebody-17 buys p1/c1@9 as m1") == .suppressed)
        #expect(copy.says("d2 10:00 somebody-17 buys p1/c1@9 as m1") == .new)
    }

    @Test func `a new key finds what an old one made, and a lost key is said`() throws {
        let one = "k1 000102030405060708090a0b0c0d0e0f"
        let two = "k2 101112131415161718191a1b1c1d1e1f"
        let world = World(pseudonyms: try Pseudonyms(file: one))
        world.erase("u1", "d1")
        var log: Changelog = [:]
        world.checkpoint(into: &log)
        let rotated = World(pseudonyms: try Pseudonyms(file: two + "\n" + one))
        try rotated.restore(log)
        #expect(rotated.says("d0 10:00 u1 views p1") == .suppressed)
        rotated.erase("u2", "d1")
        #expect(rotated.says("d0 10:00 u2 views p1") == .suppressed && rotated.customers.suppressed == 2)
        #expect(throws: StateFault.unknownKey("k1")) {
            try World(pseudonyms: try Pseudonyms(file: two)).restore(log)
        }
        let swapped = "k1 202122232425262728292a2b2c2d2e2f"
        #expect(throws: StateFault.unknownKey("k1"), "the same id, another secret") {
            try World(pseudonyms: try Pseudonyms(file: swapped)).restore(log)
        }
    }

    @Test func `too many are counted, the oldest goes`() {
        var suppressions = Suppressions(Pseudonyms(), bound: 3)
        for (index, customer) in ["a", "b", "c", "d"].enumerated() {
            Array(customer.utf8).withUnsafeBytes { suppressions.add(Bytes($0), until: Saying.time("d\(9 - index)")) }
        }
        #expect(suppressions.count == 3 && suppressions.forgotten == 1)
        #expect(suppressions.end(of: Bytes("d")) == EventTime.unknown, "asked last, but for the earliest time")
        #expect(suppressions.end(of: Bytes("a")) == Saying.time("d9"))
        var out = ByteBuffer()
        let tombstones = (0..<suppressions.changes).count { suppressions.encodeChange($0, into: &out) == nil }
        #expect(tombstones == 2, "one that it is gone, one that it is not there")
    }

    /// Erasures among all else: a state that went through its records is the same state, and stays the same.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a history with erasures restores to itself`(seed: UInt64) throws {
        var history = History(seed: seed)
        var random = SeededRandom(seed: seed &+ 500)
        let world = World()
        var log: Changelog = [:]
        for number in 0..<1_500 {
            world.fold(history.next())
            if random.nextIndex(below: 30) == 0, world.customers.newest != EventTime.unknown {
                let day = (world.customers.newest - Saying.opening) / EventTime.day
                world.erase("c\(random.nextIndex(below: 24))", "d\(max(0, day))")
            }
            if number % 131 == 130 { world.checkpoint(into: &log) }
        }
        world.publish(to: [])
        world.checkpoint(into: &log)
        let copy = World(strangers: 9)
        try copy.restore(log)
        #expect(StateCodecTests.differences(StateCodecTests.facts(world), StateCodecTests.facts(copy)) == [])
        world.publish(to: [copy])
        copy.goOn(from: world)
        for _ in 0..<500 {
            let record = history.next()
            if world.fold(record) != copy.fold(record) { Issue.record("they differ") }
        }
        #expect(StateCodecTests.differences(StateCodecTests.facts(world), StateCodecTests.facts(copy)) == [])
        #expect(world.customers.suppressed > 10)
    }
}
