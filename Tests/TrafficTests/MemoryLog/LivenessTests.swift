import Events
import Pipeline
import Testing

@testable import Traffic

/// Who is taken for dead, and when: session.timeout.ms and max.poll.interval.ms.
@Suite struct LivenessTests {
    private let desk = Desk()
    private var group: String { Desk.group }

    /// Two members with two partitions each, in processes of their own.
    private func pair() throws -> (a: any Inlet, b: any Inlet, process: MemoryProcess) {
        let process = desk.log.newIncarnation(of: "a")
        let a = try desk.inlet("a", on: process)
        let b = try desk.inlet("b")
        #expect(try a.change() == .assigned(both(0...1)))
        #expect(try b.change() == .assigned(both(2...3)))
        return (a, b, process)
    }

    private var instances: [String] { desk.log.members(of: group).map(\.instance) }

    @Test func whoLivesHeartbeatsWithoutPolling() throws {
        let (a, b, _) = try pair()
        desk.log.advance(by: 200_000)
        #expect(instances == ["a", "b"])
        #expect(try a.change() == nil)
        #expect(try b.change() == nil)
    }

    @Test func aHaltedProcessIsExpiredAndHearsOfItWhenItWakes() throws {
        let (a, b, process) = try pair()
        process.halt()
        desk.log.advance(by: 45_000)
        #expect(instances == ["a", "b"])
        desk.log.advance(by: 1)
        #expect(instances == ["b"])
        #expect(try b.change() == .revoked(both(2...3)))
        try b.release(assignment: both(2...3))
        #expect(try b.change() == .assigned(both(0...3)))
        process.wake()
        #expect(try a.change() == .lost(both(0...1)))
    }

    @Test func aNapWithinTheSessionChangesNothing() throws {
        let (a, _, process) = try pair()
        process.halt()
        desk.log.advance(by: 44_000)
        process.wake()
        desk.log.advance(by: 44_000)
        #expect(try a.change() == nil)
        #expect(instances == ["a", "b"])
    }

    @Test func aDeadProcessIsExpired() throws {
        let (_, b, process) = try pair()
        process.kill()
        desk.log.advance(by: 45_001)
        #expect(instances == ["b"])
        #expect(try b.change() == .revoked(both(2...3)))
    }

    @Test func aClosedMemberKeepsItsPlaceForTheSession() throws {
        let (a, _, _) = try pair()
        a.close(leave: false)
        desk.log.advance(by: 45_000)
        #expect(instances == ["a", "b"])
        desk.log.advance(by: 1)
        #expect(instances == ["b"])
    }

    /// A static member does not leave when it polls too late: it loses what it had, and comes back under its name.
    @Test func whoPollsTooLateLosesItsPartitionsAndComesBack() throws {
        let (a, b, _) = try pair()
        let before = try #require(a.membership)
        desk.log.advance(by: 300_000)
        #expect(try b.change() == nil)
        desk.log.advance(by: 1)
        #expect(try a.change() == .lost(both(0...1)))
        #expect(a.membership == nil)
        try a.release(assignment: both(0...1))
        #expect(try a.change() == .assigned(both(0...1)))
        #expect(a.membership?.memberId != before.memberId)
        #expect(try b.change() == nil)
    }

    @Test func whoNeverPollsIsExpiredAfterBothTimes() throws {
        let (_, b, _) = try pair()
        for _ in 0..<3 {
            desk.log.advance(by: 115_000)
            #expect(try b.change() == nil)
        }
        #expect(instances == ["a", "b"])
        desk.log.advance(by: 1)
        #expect(instances == ["b"])
    }

    /// A rebalance waits for max.poll.interval.ms; whoever has not joined by then keeps its place and loses the rest.
    @Test func aRebalanceGoesOnWithoutWhoDoesNotRelease() throws {
        let (a, b, _) = try pair()
        let c = try desk.inlet("c")
        #expect(try a.change() == .revoked(both(0...1)))
        #expect(try b.change() == .revoked(both(2...3)))
        try b.release(assignment: both(2...3))
        for _ in 0..<4 {
            desk.log.advance(by: 75_000)
            #expect(try a.change() == nil)
            #expect(try b.change() == nil)
            #expect(try c.change() == nil)
        }
        let stale = try #require(a.membership)
        desk.log.advance(by: 1)
        #expect(try b.change() == .assigned(both(2...2)))
        #expect(try c.change() == .assigned(both(3...3)))
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.send("stale")
        #expect(
            fault { try outlet.commit([TopicPartition("in", 0): 1], as: stale) }.code == "ILLEGAL_GENERATION"
        )
        #expect(try a.change() == .lost(both(0...1)))
        try a.release(assignment: both(0...1))
        #expect(try a.change() == .assigned(both(0...1)))
    }
}

/// What readers of everything see, and what an abort finds that meets a commit on its way.
@Suite struct IsolationTests {
    private let desk = Desk()

    private func uncommitted() throws -> any Fetching {
        let reader = try desk.log.newIncarnation(of: "reader").makeReader(topics: ["out"], isolation: .uncommitted)
        try reader.fetch(from: [TopicPartition("out", 0): Position.beginning])
        return reader
    }

    @Test func readUncommittedSeesOpenAndAbortedRecords() throws {
        let outlet = try desk.outlet()
        try outlet.transact("a")
        try outlet.begin()
        try outlet.send("b")
        try outlet.abort()
        try outlet.begin()
        try outlet.send("c")
        let reader = try uncommitted()
        let seen = try reader.take()
        #expect(seen.values == ["a", "b", "c"])
        #expect(seen.ends == [TopicPartition("out", 0): 5])
        #expect(try desk.reader("out").take().values == ["a"])
        try outlet.commit()
        #expect(try reader.take().values.isEmpty)
    }

    @Test func anAbortFindsACommitThatHappened() throws {
        desk.log.commitDelayPolls = 3
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.send("a")
        outlet.startCommit(offsets: [:], membership: .neverJoined)
        #expect(try outlet.commitDone(wait: 0) == false)
        try outlet.abort()
        #expect(try desk.values("out") == ["a"])
        desk.log.commitDelayPolls = 0
        try outlet.transact("b")
        #expect(try desk.values("out") == ["a", "b"])
    }

    @Test func anAbortEndsWhatACommitCouldNot() throws {
        let inlet = try desk.inlet("a")
        _ = try inlet.take()
        let stale = try #require(inlet.membership)
        desk.log.expire("a", of: Desk.group)
        desk.log.commitDelayPolls = 3
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.send("a")
        outlet.startCommit(offsets: [TopicPartition("in", 0): 1], membership: stale)
        try outlet.abort()
        #expect(try desk.values("out").isEmpty)
        #expect(desk.log.openTransactions.isEmpty)
        desk.log.commitDelayPolls = 0
        try outlet.transact("b")
        #expect(try desk.values("out") == ["b"])
    }
}
