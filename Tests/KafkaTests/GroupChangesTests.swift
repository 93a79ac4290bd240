import Pipeline
import Testing

@testable import Kafka

@Suite struct GroupChangesTests {
    private let partitions = [TopicPartition("a", 0)]
    private let membership = Membership(memberId: "m", generation: 3)

    /// The changes and the generation of each report.
    private func reports(_ changes: inout GroupChanges) -> [(change: GroupChange, generation: Int32?)] {
        var reports: [(GroupChange, Int32?)] = []
        while let change = changes.next() { reports.append((change, changes.membership?.generation)) }
        return reports
    }

    @Test func oneChangeAPoll() {
        var changes = GroupChanges()
        let actions = [changes.assigned(partitions, membership), changes.revoked(isLost: false)]
        #expect(actions == [.takeEmpty, .hold])
        #expect(changes.membership == nil, "not reported yet")
        let reports = reports(&changes)
        #expect(reports.map(\.change) == [.assigned(partitions), .revoked(partitions)])
        #expect(reports.map(\.generation) == [3, 3], "what is in flight may be committed")
        #expect(changes.isLeaving)
        changes.released()
        #expect(changes.membership == nil && !changes.isLeaving)
    }

    @Test func aLossTakesTheMembershipAtOnce() {
        var changes = GroupChanges()
        let actions = [changes.assigned(partitions, membership), changes.revoked(isLost: true)]
        #expect(actions == [.takeEmpty, .hold])
        let reports = reports(&changes)
        #expect(reports.map(\.change) == [.assigned(partitions), .lost(partitions)])
        #expect(reports.map(\.generation) == [nil, nil], "an assignment reported late brings no membership back")
    }

    @Test(
        arguments: [
            nil, Membership(memberId: "", generation: 3), Membership(memberId: "m", generation: -1),
        ] as [Membership?]
    )
    func whoHasNotJoinedIsNoMember(_ membership: Membership?) {
        var changes = GroupChanges()
        _ = changes.assigned(partitions, membership)
        let reports = reports(&changes)
        #expect(reports.map(\.change) == [.assigned(partitions)])
        #expect(reports.map(\.generation) == [nil])
    }

    @Test func whoClosesGivesUpAtOnce() {
        var changes = GroupChanges()
        changes.isClosing = true
        let actions = [changes.assigned(partitions, membership), changes.revoked(isLost: false)]
        #expect(actions == [.takeEmpty, .giveUp])
        #expect(changes.isEmpty)
    }
}

@Suite struct GroupSessionTests {
    @Test func generationAndMemberAreRead() throws {
        let bytes = Array("CGMDv2:".utf8) + [7, 1, 0, 0] + Array("group\0member-1\0".utf8) + [1]
        let identity = try #require(GroupSession.parse(bytes))
        #expect(identity.memberId == "member-1")
        #expect(identity.generation == 263)
    }

    @Test(arguments: ["", "CGMDv2:", "CGMDv1:\u{1}\u{1}\u{1}\u{1}g\0m\0", "CGMDv2:\u{1}\u{1}\u{1}\u{1}group"])
    func whatIsNoMetadataIsNoMembership(_ text: String) {
        #expect(GroupSession.parse(Array(text.utf8)) == nil)
    }
}
