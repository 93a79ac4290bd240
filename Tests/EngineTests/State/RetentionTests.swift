import Events
import Models
import Testing

@testable import Engine

/// Customers who leave by time or to make room: a function of what is in the state, whatever slots they have.
@Suite struct RetentionTests {
    private static func world(_ lines: [String]) -> World {
        let world = World()
        for line in lines { world.fold(Array(Saying(line, day: 0).json.utf8)) }
        return world
    }

    private static func present(_ world: World) -> [String] {
        world.whole().keys.filter { $0.hasPrefix("customer/") }.map { String($0.dropFirst(9)) }.sorted()
    }

    private static func customers(_ world: World) -> Changelog {
        world.whole().filter { $0.key.hasPrefix("customer/") }
    }

    /// Another process, with other numbers for everything, that reads the changelog.
    private static func heir(of world: World) throws -> World {
        var log: Changelog = [:]
        world.checkpoint(into: &log)
        let heir = World(strangers: 40)
        try heir.restore(log)
        return heir
    }

    private static let lines = [
        "d0 10:00 old views p1/c1@9", "d0 11:00 buyer buys p1/c1@9", "d300 10:00 young views p1/c1@9",
    ]

    @Test func `who was away for longer than the retention leaves when a day ends`() {
        let world = Self.world(Self.lines)
        world.tick(Saying.time("d400 9:00"))
        #expect(Self.present(world) == ["buyer", "old", "young"], "400 days have not passed at the day's end")
        #expect(world.customers.wakes(before: Saying.time("d402 1:00")))
        world.tick(Saying.time("d402 1:00"))
        #expect(Self.present(world) == ["young"])
        #expect(world.retracted == ["buyer", "old"], "by name, and what was published is taken back")
        #expect(world.effects.leftIdle == 2)
    }

    @Test func `a restored state lets the same people go at the same time`() throws {
        let world = Self.world(Self.lines)
        let heir = try Self.heir(of: world)
        for world in [world, heir] { world.tick(Saying.time("d402 1:00")) }
        #expect(Self.customers(world) == Self.customers(heir))
    }

    @Test func `who comes back in time stays`() {
        let world = Self.world(Self.lines + ["d390 10:00 old views p2/c1@9"])
        world.tick(Saying.time("d402 1:00"))
        #expect(Self.present(world) == ["old", "young"])
    }

    @Test func `visitors make room before customers`() throws {
        let lines = Self.lines + (0..<5).map { "d\(301 + $0) 10:00 v\($0) views p1/c1@9" }
        let world = Self.world(lines)
        let heir = try Self.heir(of: world)
        let eviction = Eviction(before: Saying.time("d363 0:00"))
        for world in [world, heir] {
            let gone = world.customers.evict(eviction, into: world.effects)
            #expect(gone == 4, "old, and with 60 days for a name those last seen up to day 302")
        }
        #expect(Self.present(world) == ["buyer", "v2", "v3", "v4"])
        #expect(
            Self.customers(world) == Self.customers(heir),
            "the entry in the journal is enough to repeat it"
        )
    }

    /// The histogram names a time by which at least so many bytes go, and not many more than that.
    @Test func `so much leaves as has to`() {
        let world = Self.world((0..<200).map { "d\($0) 10:00 u\($0) views p1/c1@9" })
        var days = WorthHistogram()
        let rule = Eviction(before: 0)
        world.customers.weigh(by: rule, into: &days)
        let wanted = world.customers.bytesUsed / 4
        let before = days.end(freeing: wanted)
        let used = world.customers.bytesUsed
        let gone = world.customers.evict(Eviction(before: before), into: world.effects)
        #expect((45...60).contains(gone), "a quarter of 200: \(gone)")
        #expect(used - world.customers.bytesUsed >= wanted * 9 / 10)
    }
}
