import Events
import Models
import Testing

@testable import Engine

/// What restore relies on: a state that went through its records is the same state, and stays the same.
@Suite struct StateCodecTests {
    /// A world with a past, and the changelog of its checkpoints.
    static func past(_ seed: UInt64, events: Int = 1_200) -> (World, Changelog, History) {
        var history = History(seed: seed)
        let world = World()
        var log: Changelog = [:]
        for number in 0..<events {
            world.fold(history.next())
            if number % 397 == 396 { world.checkpoint(into: &log) }
        }
        world.publish(to: [])
        world.checkpoint(into: &log)
        return (world, log, history)
    }

    /// Names of the records in which two states differ.
    static func differences(_ one: Changelog, _ two: Changelog) -> [String] {
        Set(one.keys).union(two.keys).filter { one[$0] != two[$0] }.sorted()
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a restored state is the same state and goes on the same`(seed: UInt64) throws {
        var (world, log, history) = Self.past(seed)
        let copy = World(strangers: 100 + Int(seed))
        try copy.restore(log)
        #expect(Self.differences(Self.facts(world), Self.facts(copy)) == [])
        world.publish(to: [copy])
        copy.goOn(from: world)
        for number in 0..<1_000 {
            let record = history.next()
            guard world.fold(record) != copy.fold(record) else { continue }
            Issue.record("they differ after \(number) events more")
            break
        }
        #expect(world.told.count == copy.told.count)
        #expect(Self.differences(Self.facts(world), Self.facts(copy)) == [])
        let end = Saying.time("d2000")
        world.tick(end)
        copy.tick(end)
        #expect(world.told == copy.told && !world.told.isEmpty)
        #expect(Self.differences(Self.facts(world), Self.facts(copy)) == [])
    }

    /// All but what product pages were shown last: that is advice, and only one of the two published since.
    static func facts(_ world: World) -> Changelog {
        for slot in 0..<world.products.products.slots { world.products.products.pointer(slot).pointee.published = 0 }
        return world.whole()
    }

    @Test func `checkpoints hold what changed, and all of it`() throws {
        var (world, log, history) = Self.past(20)
        #expect(world.customers.changes == 0 && world.products.changes == 0)
        var next: Changelog = [:]
        world.checkpoint(into: &next)
        #expect(next.keys.sorted() == ["partition", "product stage partition"], "nothing has happened since")
        world.fold(history.next())
        world.checkpoint(into: &log)
        let copy = World()
        try copy.restore(log)
        #expect(Self.differences(Self.facts(world), Self.facts(copy)) == [])
        #expect(copy.customers.changes == 0 && copy.products.changes == 0)
        #expect(copy.customers.count == world.customers.count && copy.products.count == world.products.count)
    }

    @Test func `stars without words are saved too`() throws {
        let world = World()
        var log: Changelog = [:]
        world.checkpoint(into: &log)
        for stars in [5, 4, 1, 5] {
            world.fold(Array(Saying("d0 10:00 u1 reviews p1 stars \(stars)", day: 0).json.utf8))
        }
        world.checkpoint(into: &log)
        let copy = World()
        try copy.restore(log)
        #expect(Self.differences(Self.facts(world), Self.facts(copy)) == [])
        #expect(copy.products.sentimentOwner?.judged == 4 && copy.products.sentimentOwner?.learned == 4)
    }

    @Test func `the last record of a key counts, a tombstone forgets`() throws {
        let (world, log, _) = Self.past(21, events: 300)
        let other = Self.past(22, events: 300)
        let copy = World()
        for (key, value) in other.1 where key.hasPrefix("customer/") { try copy.restore(key, value) }
        for (key, value) in log { try copy.restore(key, value) }
        for key in other.1.keys where key.hasPrefix("customer/") && log[key] == nil { try copy.restore(key, nil) }
        copy.customers.finishRestore()
        #expect(Self.differences(world.whole(), copy.whole()).filter { $0.hasPrefix("customer/") } == [])
        try copy.restore("customer/c1", nil)
        try copy.restore("customer/nobody", nil)
        #expect(copy.customers.count == world.customers.count - 1)
    }

    @Test func `keys of another kind are passed over`() throws {
        let copy = World()
        for key in ["journal", "checkpoint", "", "x", "customers", "product stage journal", "product stage x"] {
            try copy.restore(key, [1, 2, 3])
        }
        #expect(copy.customers.count == 0 && copy.products.count == 0)
    }

    @Test func `another world's numbers do not reach the records`() {
        var history = History(seed: 30)
        let records = (0..<1_500).map { _ in history.next() }
        let one = World()
        let two = World(strangers: 5_000)
        // Others were here first: they have the first slots and names.
        for number in 0..<50 {
            two.fold(
                Array(Saying("d0 0:00 other\(number) views p\(39 - number % 40)/k\(number % 9)", day: 0).json.utf8)
            )
        }
        for record in records {
            one.fold(record)
            two.fold(record)
        }
        let differences = Self.differences(one.whole(), two.whole()).filter { $0.hasPrefix("customer/c") }
        #expect(differences == [])
        #expect(one.whole().keys.filter { $0.hasPrefix("customer/c") }.count == 24)
    }

    @Test func `the same history twice is the same to the byte`() {
        let (one, two) = (Self.past(31, events: 600), Self.past(31, events: 600))
        #expect(one.0.whole() == two.0.whole() && one.0.told == two.0.told)
        #expect(one.0.whole() != Self.past(32, events: 600).0.whole())
    }

    /// Muted, a fold changes facts alone: nothing is told and nothing sent.
    @Test func `a muted fold leads to the same facts`() {
        let (one, two) = (World(), World())
        two.effects.isMuted = true
        var history = History(seed: 33)
        for _ in 0..<800 {
            let record = history.next()
            one.fold(record)
            two.fold(record)
            // What the journal would say.
            two.customers.adopt(one.customers.population)
        }
        #expect(two.told.isEmpty && !one.told.isEmpty)
        let customers = { (world: World) in world.whole().filter { $0.key.hasPrefix("customer/") } }
        // The last list is advice, and stands at the end.
        #expect(customers(one).mapValues { $0?.dropLast(4) } == customers(two).mapValues { $0?.dropLast(4) })
    }
}
