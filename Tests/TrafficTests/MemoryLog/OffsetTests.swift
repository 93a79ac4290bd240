import Events
import Pipeline
import Testing

@testable import Traffic

/// Offsets inside transactions, and who may commit them (KIP-447).
@Suite struct OffsetTests {
    private let desk = Desk()
    private let place = TopicPartition("in", 0)
    private let other = TopicPartition("in", 1)

    private func member(_ instance: String = "a") throws -> (inlet: any Inlet, membership: Membership) {
        let inlet = try desk.inlet(instance)
        _ = try inlet.take()
        return (inlet, try #require(inlet.membership))
    }

    /// A producer whose transaction holds one record.
    private func producing(_ id: String = "line-0") throws -> any Outlet {
        let outlet = try desk.outlet(id)
        try outlet.begin()
        try outlet.send("from \(id)")
        return outlet
    }

    private func expectIllegalGeneration(
        _ membership: Membership,
        _ at: SourceLocation = #_sourceLocation
    ) throws {
        let outlet = try producing()
        let refused = fault(at) { try outlet.commit([place: 1], as: membership) }
        #expect(refused.code == "ILLEGAL_GENERATION", sourceLocation: at)
        #expect(refused.recovery == .abortBatch, sourceLocation: at)
        try outlet.abort()
        #expect(desk.log.offsets(of: Desk.group).isEmpty, sourceLocation: at)
        #expect(try desk.values("out").isEmpty, sourceLocation: at)
    }

    // MARK: Visibility

    @Test func offsetsComeWithTheCommit() throws {
        let (inlet, membership) = try member()
        let outlet = try producing()
        #expect(try inlet.committed([place, other]) == [:])
        try outlet.commit([place: 7], as: membership)
        #expect(try inlet.committed([place, other]) == [place: 7])
        #expect(desk.log.offsets(of: Desk.group) == [place: 7])
        try outlet.begin()
        try outlet.commit([place: 9, other: 2], as: membership)
        #expect(try inlet.committed([other, place]) == [place: 9, other: 2])
    }

    /// An offsets request that arrived, and a commit that did not: the offset hangs until the transaction ends.
    private func hanging() throws -> any Inlet {
        let (inlet, membership) = try member()
        desk.log.setOffsets([place: 3], of: Desk.group)
        desk.log.faults = .at(.commit, 1, .fatal)
        let outlet = try producing()
        #expect(fault { try outlet.commit([place: 7], as: membership) }.recovery == .restartLine)
        return inlet
    }

    @Test func pendingOffsetsAreUnstable() throws {
        let inlet = try hanging()
        let unstable = fault { _ = try inlet.committed([other, place]) }
        #expect(unstable.code == "UNSTABLE_OFFSET_COMMIT")
        #expect(unstable.recovery == .retry)
        #expect(try inlet.committed([other]) == [:])
        #expect(desk.log.pendingOffsets(of: Desk.group) == [place: 7])
        #expect(desk.log.offsets(of: Desk.group) == [place: 3])
    }

    @Test func theSuccessorsInitializeDropsThem() throws {
        let inlet = try hanging()
        _ = try desk.outlet()
        #expect(try inlet.committed([place]) == [place: 3])
    }

    @Test func theTimeoutDropsThem() throws {
        let inlet = try hanging()
        desk.log.advance(by: 10_001)
        #expect(try inlet.committed([place]) == [place: 3])
    }

    @Test func abortDropsThem() throws {
        let (inlet, membership) = try member()
        desk.log.faults = .at(.commit, 1, .abortRequired)
        let outlet = try producing()
        #expect(fault { try outlet.commit([place: 7], as: membership) }.recovery == .abortBatch)
        try outlet.abort()
        #expect(try inlet.committed([place]) == [:])
        try outlet.begin()
        try outlet.commit([place: 8], as: membership)
        #expect(try inlet.committed([place]) == [place: 8])
    }

    @Test func administratorsMaySetAndForgetThem() throws {
        let (inlet, _) = try member()
        desk.log.setOffsets([place: 3, other: 4], of: Desk.group)
        #expect(try inlet.committed([place, other]) == [place: 3, other: 4])
        desk.log.setOffsets([place: nil], of: Desk.group)
        #expect(try inlet.committed([place, other]) == [other: 4])
        desk.log.expireOffsets(of: Desk.group)
        #expect(try inlet.committed([place, other]) == [:])
    }

    // MARK: Who may

    @Test func strangersAreRefused() throws {
        let (_, membership) = try member()
        var stranger = membership
        stranger.memberId = "nobody"
        stranger.handle = nil
        try expectIllegalGeneration(stranger)
        try expectIllegalGeneration(Membership(memberId: "", generation: 1))
        try expectIllegalGeneration(Membership(memberId: membership.memberId, generation: -1))
    }

    @Test func otherGenerationsAreRefused() throws {
        let (_, membership) = try member()
        for generation in [membership.generation - 1, membership.generation + 1] {
            try expectIllegalGeneration(Membership(memberId: membership.memberId, generation: generation))
        }
    }

    @Test func revokedPartitionsMayBeCommittedUntilTheirRelease() throws {
        let (inlet, membership) = try member()
        let second = try desk.inlet("b")
        #expect(try inlet.change() == .revoked(both(0...3)))
        try producing().commit([place: 1], as: membership)
        #expect(desk.log.offsets(of: Desk.group) == [place: 1])
        try inlet.release(assignment: both(0...3))
        let outlet = try producing("late")
        #expect(fault { try outlet.commit([place: 2], as: membership) }.code == "ILLEGAL_GENERATION")
        _ = second
    }

    /// A member that was expired while it slept: its offsets are refused, and so its outputs never show.
    @Test func zombiesAreRefused() throws {
        let (_, zombie) = try member()
        let outlet = try producing("zombie")
        let heir = try desk.inlet("b")
        desk.log.expire("a", of: Desk.group)
        #expect(try heir.change() == .assigned(both(0...3)))
        #expect(fault { try outlet.commit([place: 1], as: zombie) }.code == "ILLEGAL_GENERATION")
        try outlet.abort()
        #expect(try desk.values("out").isEmpty)
    }

    @Test func aMemberThatIsBackUnderANewIdRefusesItsOwnPast() throws {
        let (inlet, before) = try member()
        desk.log.expire("a", of: Desk.group)
        #expect(try inlet.change() == .lost(both(0...3)))
        try inlet.release(assignment: [])
        #expect(try inlet.change() == .assigned(both(0...3)))
        let outlet = try producing()
        let refused = fault { try outlet.commit([place: 1], as: before) }
        #expect(refused.code == "FENCED_INSTANCE_ID")
        try producing("fresh").commit([place: 1], as: try #require(inlet.membership))
    }

    @Test func theReplacedHolderOfANameIsFenced() throws {
        let (_, old) = try member()
        let (_, new) = try member()
        #expect(old.generation == new.generation)
        let outlet = try producing()
        let refused = fault { try outlet.commit([place: 1], as: old) }
        #expect(refused.code == "FENCED_INSTANCE_ID")
        #expect(refused.recovery == .stop(exitCode: Fault.Exit.fenced))
        try producing().commit([place: 2], as: new)
        #expect(desk.log.offsets(of: Desk.group) == [place: 2])
    }

    // MARK: The leaks of Kafka 3.9

    /// Leak one: a membership that never joined is accepted, even while others are members.
    @Test func neverJoinedIsAccepted() throws {
        _ = try member()
        let outlet = try producing()
        try outlet.commit([place: 5], as: .neverJoined)
        #expect(desk.log.offsets(of: Desk.group) == [place: 5])
        #expect(try desk.values("out") == ["from line-0"])
    }

    /// Leak two: without offsets nobody asks who commits, so a zombie's outputs show.
    @Test func withoutOffsetsNobodyIsAsked() throws {
        let (_, zombie) = try member()
        desk.log.expire("a", of: Desk.group)
        try producing().commit([:], as: zombie)
        #expect(try desk.values("out") == ["from line-0"])
    }

    /// With a generation below zero an empty group takes offsets from anybody, as from an administrator.
    @Test func anEmptyGroupTakesThemWithoutGeneration() throws {
        let handle = MemoryMembership(group: Desk.group, instance: "x")
        try producing().commit([place: 4], as: Membership(memberId: "any", generation: -1, handle: handle))
        #expect(desk.log.offsets(of: Desk.group) == [place: 4])
    }

    @Test func aMembershipMustNameItsGroup() throws {
        let outlet = try producing()
        let refused = fault { try outlet.commit([place: 4], as: .neverJoined) }
        #expect(refused.code == "_STATE")
        #expect(refused.recovery == .stop(exitCode: Fault.Exit.software))
    }
}
