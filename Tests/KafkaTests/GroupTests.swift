import Events
import Kafka
import Pipeline
import Testing

@Suite(.ownThread) struct GroupTests {
    /// assign → fetch → revoke → (polls, commit) → release → assign.
    @Test(arguments: Place.all) func twoMembersShareThePartitions(_ place: Place) throws {
        let fixture = try Fixture(place, ["shop": 4])
        let first = try fixture.member(["shop"])
        defer { first.close(leave: true) }
        let outlet = try fixture.outlet(["shop"])
        defer { outlet.close() }
        let all = fixture.partitions("shop", 0..<4)
        let old = try #require(first.membership)
        try fill(all, through: outlet, old)
        #expect(try first.readAll(Dictionary(all, at: 0)).records.count == 4)

        let second = try fixture.inlet(["shop"], instance: "b")
        defer { second.close(leave: true) }
        #expect(try news(of: first, polling: second) == .revoked(all))
        try outlet.transact(Outbox(), offsets: [all[0]: 1], old)
        let meanwhile = try first.polls(5)
        #expect(meanwhile.records.isEmpty && meanwhile.changes.isEmpty)
        try first.release(assignment: all)
        #expect(first.membership == nil)

        let (mine, theirs) = try bothAssigned(first, second)
        #expect((mine + theirs).sorted() == all && mine.count == 2)
        #expect(try #require(first.membership).generation > old.generation)
        let stored: Int64 = fixture.cluster.capabilities.storesTransactionalOffsets ? 1 : 0
        #expect(try second.committed(all) == [all[0]: stored, all[1]: 0, all[2]: 0, all[3]: 0])
        #expect(Set(try second.readAll(Dictionary(theirs, at: 0)).records.map(\.place)) == Set(theirs))
        #expect(Set(try first.readAll(Dictionary(mine, at: 0)).records.map(\.place)) == Set(mine))
    }

    /// The group is steady while state is restored: a member that never fetched can be rebalanced.
    @Test(arguments: Place.all) func aRebalanceReachesAMemberThatHasNotFetched(_ place: Place) throws {
        let fixture = try Fixture(place, ["shop": 2])
        let first = try fixture.member(["shop"])
        defer { first.close(leave: true) }
        let second = try fixture.inlet(["shop"], instance: "b")
        defer { second.close(leave: true) }
        let all = fixture.partitions("shop", 0..<2)
        #expect(try news(of: first, polling: second) == .revoked(all))
        try first.release(assignment: all)
        let (mine, theirs) = try bothAssigned(first, second)
        #expect(mine.count == 1 && theirs.count == 1)
    }

    /// A loss: the group gave us up, here because the broker says that it does not know us.
    @Test func aLossForbidsCommits() throws {
        let fixture = try Fixture(.embedded, ["shop": 2])
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        let all = fixture.partitions("shop", 0..<2)
        try inlet.fetch(from: Dictionary(all, at: 0))
        try fixture.mock.inject([.unknownMember], into: .heartbeat)
        #expect(try inlet.gather { !$0.changes.isEmpty }.changes == [.lost(all)])
        #expect(inlet.membership == nil)
        try inlet.release(assignment: all)
        #expect(try inlet.gather { !$0.changes.isEmpty }.changes == [.assigned(all)])
        #expect(inlet.membership != nil)
    }

    @Test(arguments: Place.all) func offsetsNeverCommittedAreAbsent(_ place: Place) throws {
        let fixture = try Fixture(place, ["shop": 2])
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        #expect(try inlet.committed(fixture.partitions("shop", 0..<2)).isEmpty)
        #expect(try inlet.committed([]).isEmpty)
    }

    private func fill(_ partitions: [TopicPartition], through outlet: any Outlet, _ membership: Membership) throws {
        var outbox = Outbox()
        for partition in partitions { outbox.add("one", partition: partition.partition) }
        try outlet.transact(outbox, offsets: Dictionary(partitions, at: 0), membership)
    }

    /// Polls both until the first has news.
    private func news(of inlet: any Inlet, polling other: any Inlet) throws -> GroupChange? {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if let change = try inlet.polls(1).changes.first { return change }
            _ = try other.polls(1)
        }
        return nil
    }

    /// Polls both, releasing what is taken away, until each has a share: a rebalance may be followed by another.
    private func bothAssigned(_ first: any Inlet, _ second: any Inlet) throws -> ([TopicPartition], [TopicPartition]) {
        var shares: [[TopicPartition]] = [[], []]
        let end = ContinuousClock.now + .seconds(30)
        while shares.contains(where: \.isEmpty) || !Set(shares[0]).isDisjoint(with: shares[1]),
            ContinuousClock.now < end
        {
            for (index, inlet) in [first, second].enumerated() {
                for change in try inlet.polls(1).changes { shares[index] = try follow(change, of: inlet) }
            }
        }
        return (shares[0], shares[1])
    }

    private func follow(_ change: GroupChange, of inlet: any Inlet) throws -> [TopicPartition] {
        switch change {
        case .assigned(let partitions): return partitions
        case .revoked(let partitions), .lost(let partitions):
            try inlet.release(assignment: partitions)
            return []
        }
    }
}
