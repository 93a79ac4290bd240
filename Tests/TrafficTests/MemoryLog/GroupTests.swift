import Events
import Pipeline
import Testing

@testable import Traffic

/// The rebalance protocol, seen from its members.
@Suite struct GroupTests {
    private let desk = Desk()
    private var group: String { Desk.group }

    /// A member that has everything.
    private func owner(_ instance: String = "a") throws -> any Inlet {
        let inlet = try desk.inlet(instance)
        #expect(try inlet.change() == .assigned(both(0...3)))
        return inlet
    }

    @Test func theFirstMemberGetsEverything() throws {
        let inlet = try desk.inlet("a")
        #expect(inlet.membership == nil)
        #expect(try inlet.change() == .assigned(both(0...3)))
        #expect(inlet.membership?.generation == 1)
        #expect(inlet.membership?.memberId == desk.log.members(of: group).first?.memberId)
        #expect(try inlet.change() == nil)
    }

    @Test func aJoinRevokesThenAssignsCoPartitioned() throws {
        let a = try owner()
        let b = try desk.inlet("b")
        #expect(try b.change() == nil)
        #expect(try a.change() == .revoked(both(0...3)))
        #expect(try a.change() == nil)
        #expect(try b.change() == nil)
        #expect(a.membership?.generation == 1)
        try a.release(assignment: both(0...3))
        #expect(try a.change() == .assigned(both(0...1)))
        #expect(try b.change() == .assigned(both(2...3)))
        #expect(a.membership?.generation == 2)
        #expect(b.membership?.generation == 2)
    }

    @Test func threeMembersShareUnevenly() throws {
        let inlets = try ["c", "a", "b"].map { try desk.inlet($0) }
        for _ in 0..<2 { for inlet in inlets { _ = try inlet.take() } }
        let assignments = desk.log.members(of: group).map(\.assignment)
        #expect(assignments == [both(0...1), both(2...2), both(3...3)])
    }

    /// A member whose assignment it never heard of has nothing to give up.
    @Test func anUnheardAssignmentIsNotRevoked() throws {
        let a = try desk.inlet("a")
        let b = try desk.inlet("b")
        #expect(try a.change() == .assigned(both(0...1)))
        #expect(try b.change() == .assigned(both(2...3)))
        #expect(a.membership?.generation == 2)
    }

    @Test func aMemberWithoutPartitionsRejoinsSilently() throws {
        let inlets = try ["a", "b", "c", "d", "e"].map { try desk.inlet($0) }
        for inlet in inlets.dropLast() { _ = try inlet.take() }
        #expect(try inlets[4].change() == .assigned([]))
        #expect(inlets[4].membership?.generation == desk.log.generation(of: group))
        inlets[0].close(leave: true)
        #expect(try inlets[4].change() == nil)
        for at in 1...3 {
            #expect(try inlets[at].change() == .revoked(both(Int32(at)...Int32(at))))
            try inlets[at].release(assignment: [])
        }
        #expect(try inlets[4].change() == .assigned(both(3...3)))
    }

    @Test func leavingGivesThePartitionsToTheOthers() throws {
        let a = try owner()
        let b = try desk.inlet("b")
        _ = try a.change()
        try a.release(assignment: both(0...3))
        _ = try b.change()
        a.close(leave: true)
        #expect(try b.change() == .revoked(both(2...3)))
        try b.release(assignment: both(2...3))
        #expect(try b.change() == .assigned(both(0...3)))
        #expect(desk.log.generation(of: group) == 3)
        #expect(fault { _ = try a.take() }.code == "_STATE")
    }

    // MARK: Static membership

    @Test func closingKeepsThePlace() throws {
        let a = try owner()
        let b = try desk.inlet("b")
        _ = try a.change()
        try a.release(assignment: [])
        #expect(try a.change() == .assigned(both(0...1)))
        #expect(try b.change() == .assigned(both(2...3)))
        a.close(leave: false)
        #expect(try b.change() == nil)
        let back = try desk.inlet("a")
        #expect(try back.change() == .assigned(both(0...1)))
        #expect(try b.change() == nil)
        #expect(back.membership?.generation == 2)
        #expect(back.membership?.memberId != a.membership?.memberId)
    }

    @Test func returningFencesTheEarlierHolder() throws {
        let old = try owner()
        let new = try desk.inlet("a")
        #expect(try new.change() == .assigned(both(0...3)))
        let calls: [() throws -> Void] = [
            { _ = try old.take() }, { _ = try old.committed([]) }, { try old.fetch(from: [:]) },
            { _ = try old.bounds(of: []) },
        ]
        for call in calls {
            let refused = fault { try call() }
            #expect(refused.code == "FENCED_INSTANCE_ID")
            #expect(refused.recovery == .stop(exitCode: Fault.Exit.fenced))
        }
        old.close(leave: true)
        #expect(desk.log.members(of: group).map(\.instance) == ["a"])
        #expect(try new.change() == nil)
    }

    @Test func returningWithOtherTopicsRebalances() throws {
        _ = try owner()
        let other = try desk.log.makeInlet(Subscription(group: group, instance: "a", topics: ["in"]))
        #expect(try other.change() == .assigned(places("in", 0...3)))
        #expect(other.membership?.generation == 2)
    }

    @Test func returningIntoARebalanceTakesPart() throws {
        let a = try owner()
        let b = try desk.inlet("b")
        #expect(try a.change() == .revoked(both(0...3)))
        let back = try desk.inlet("a")
        #expect(try b.change() == .assigned(both(2...3)))
        #expect(try back.change() == .assigned(both(0...1)))
        #expect(fault { try a.release(assignment: []) }.code == "FENCED_INSTANCE_ID")
    }

    // MARK: Expiry

    @Test func anExpiredMemberLosesEverythingAndJoinsAnew() throws {
        let a = try owner()
        desk.log.expire("a", of: group)
        #expect(desk.log.members(of: group).isEmpty)
        #expect(try a.change() == .lost(both(0...3)))
        #expect(a.membership == nil)
        #expect(try a.change() == nil)
        try a.release(assignment: both(0...3))
        #expect(try a.change() == .assigned(both(0...3)))
        #expect(a.membership?.generation == 3)
    }

    @Test func expiryUnblocksARebalance() throws {
        let zombie = try owner("a")
        let b = try desk.inlet("b")
        #expect(try b.change() == nil)
        #expect(desk.log.isRebalancing(group))
        desk.log.expire("a", of: group)
        #expect(try b.change() == .assigned(both(0...3)))
        #expect(try zombie.change() == .lost(both(0...3)))
        try zombie.release(assignment: [])
        #expect(try zombie.change() == nil)
        #expect(try b.change() == .revoked(both(0...3)))
    }

    @Test func expiryBetweenRevocationAndRelease() throws {
        let a = try owner()
        let b = try desk.inlet("b")
        #expect(try a.change() == .revoked(both(0...3)))
        desk.log.expire("a", of: group)
        try a.release(assignment: both(0...3))
        #expect(try b.change() == .assigned(both(0...3)))
        #expect(try a.change() == nil)
        #expect(try b.change() == .revoked(both(0...3)))
    }

    @Test func aRevokedMemberThatIsExpiredHearsOfTheLoss() throws {
        let a = try owner()
        _ = try desk.inlet("b")
        #expect(try a.change() == .revoked(both(0...3)))
        desk.log.expire("a", of: group)
        #expect(try a.change() == .lost(both(0...3)))
        #expect(a.membership == nil)
    }

    // MARK: Fetching

    @Test func fetchesOnlyWhatIsAssigned() throws {
        for partition in 0..<4 as Range<Int32> { try desk.log.append("in", partition, key: "k", value: "\(partition)") }
        let a = try desk.inlet("a")
        #expect(fault { try a.fetch(from: [TopicPartition("in", 0): 0]) }.code == "_STATE")
        #expect(try a.take().seen.isEmpty)
        #expect(try a.take().seen.isEmpty)
        try a.fetch(from: [TopicPartition("in", 0): 0, TopicPartition("in", 1): 0])
        #expect(try a.take(1).seen.count == 1)
        let b = try desk.inlet("b")
        let revoked = try a.take()
        #expect(revoked.polled.change == .revoked(both(0...3)))
        #expect(revoked.seen.isEmpty)
        #expect(fault { try a.fetch(from: [TopicPartition("in", 0): 0]) }.code == "_STATE")
        try a.release(assignment: both(0...3))
        #expect(try a.take().seen.isEmpty)
        #expect(fault { try a.fetch(from: [TopicPartition("in", 3): 0]) }.code == "_STATE")
        try a.fetch(from: [TopicPartition("in", 0): 0])
        #expect(try a.take().values == ["0"])
        _ = b
    }

    @Test func releasesOnlyWhatWasRevoked() throws {
        let a = try desk.inlet("a")
        #expect(fault { try a.release(assignment: []) }.code == "_STATE")
        _ = try a.change()
        #expect(fault { try a.release(assignment: both(0...3)) }.code == "_STATE")
        #expect(try a.change() == nil)
    }

    @Test func groupsAreApart() throws {
        let a = try owner()
        let other = try desk.log.makeInlet(Subscription(group: "other", instance: "a", topics: ["in"]))
        #expect(try other.change() == .assigned(places("in", 0...3)))
        #expect(try a.change() == nil)
    }
}

@Suite struct RangeAssignmentTests {
    @Test func givesEvenRunsInOrderOfInstances() {
        let assigned = RangeAssignment.assign(["b": ["t"], "a": ["t"], "c": ["t"]], counts: ["t": 8])
        #expect(assigned == ["a": places("t", 0...2), "b": places("t", 3...5), "c": places("t", 6...7)])
    }

    @Test(arguments: 1...7 as ClosedRange<Int32>) func coPartitions(_ members: Int32) {
        let instances = (0..<members).map { "line-\($0)" }
        let subscriptions = Dictionary(uniqueKeysWithValues: instances.map { ($0, ["x", "y"]) })
        let assigned = RangeAssignment.assign(subscriptions, counts: ["x": 6, "y": 6])
        for partitions in assigned.values {
            #expect(
                partitions.filter { $0.topic == "x" }.map(\.partition)
                    == partitions.filter { $0.topic == "y" }.map(\.partition)
            )
        }
        #expect(assigned.values.joined().sorted() == places("x", 0...5) + places("y", 0...5))
    }

    /// Each topic is shared among its own subscribers only, and by its own count.
    @Test func heedsSubscriptions() {
        let assigned = RangeAssignment.assign(["a": ["x", "y"], "b": ["y"]], counts: ["x": 2, "y": 3])
        #expect(assigned == ["a": places("x", 0...1) + places("y", 0...1), "b": places("y", 2...2)])
    }
}
