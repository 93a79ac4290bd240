import Events
import Kafka
import Pipeline
import Testing

/// What only a real broker can prove.
@Suite(.enabled(if: Place.brokers != nil, Place.missing), .ownThread) struct RealBrokerTests {
    @Test func anOpenTransactionIsInvisibleButCountsForTheEnd() throws {
        let fixture = try Fixture(.real, ["shop": 1])
        let partition = TopicPartition(fixture.name("shop"), 0)
        let outlet = try fixture.outlet(["shop"])
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        var outbox = Outbox()
        outbox.add("open")
        try outlet.begin()
        try outlet.send(outbox)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        try waitUntil { try reader.bounds(of: [partition])[partition]?.end == 1 }
        let read = try reader.readWhatIsVisible([partition: 0])
        #expect(read.records.isEmpty)
        #expect(read.ended == [partition: 0])
        outlet.startCommit(offsets: [partition: 0], membership: try #require(inlet.membership))
        try outlet.finish()
        outlet.close()
        #expect(try reader.readAll([partition: 0]).texts == ["open"])
        #expect(try reader.bounds(of: [partition])[partition] == LogBounds(start: 0, end: 2))
        #expect(
            try reader.readAll([partition: 0]).ended == [partition: 2],
            "the position lies behind the control record"
        )
    }

    @Test func aSuccessorFencesUs() throws {
        let fixture = try Fixture(.real, ["shop": 1])
        let partition = TopicPartition(fixture.name("shop"), 0)
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        let first = try fixture.outlet(["shop"])
        defer { first.close() }
        var outbox = Outbox()
        outbox.add("zombie")
        try first.begin()
        try first.send(outbox)
        let second = try fixture.outlet(["shop"])
        defer { second.close() }
        first.startCommit(offsets: [partition: 0], membership: try #require(inlet.membership))
        let fault = fault { try first.finish() }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.fenced))
        outbox.removeAll()
        outbox.add("heir")
        try second.transact(outbox, offsets: [partition: 1], inlet.membership)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        #expect(try reader.readAll([partition: 0]).texts == ["heir"])
    }

    /// The coordinator gave our transaction up: that is our own slowness, nobody else holds the name.
    @Test func aTransactionThatOutlivesItsTimeoutRestartsTheLine() throws {
        let pairs = Fixture.quick.merging(["transaction.timeout.ms": "1000"]) { $1 }
        let fixture = try Fixture(.real, ["shop": 1], pairs)
        let partition = TopicPartition(fixture.name("shop"), 0)
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        let outlet = try fixture.outlet(["shop"])
        defer { outlet.close() }
        var outbox = Outbox()
        outbox.add("late")
        try outlet.begin()
        try outlet.send(outbox)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        // The broker looks for expired transactions every 10 s; the abort's control record tells.
        try waitUntil(seconds: 30) { try reader.bounds(of: [partition])[partition]?.end == 2 }
        outlet.startCommit(offsets: [partition: 0], membership: try #require(inlet.membership))
        let fault = fault { try outlet.finish() }
        #expect(fault?.recovery == .restartLine)
    }

    /// Offsets of an open transaction are pending; asking for them says to ask again (KIP-447).
    @Test func pendingOffsetsAreUnstable() throws {
        let fixture = try Fixture(.real, ["shop": 1])
        let partition = TopicPartition(fixture.name("shop"), 0)
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        let pending = try PendingOffsets(fixture, inlet, [partition: 5])
        let fault = fault { _ = try inlet.committed([partition]) }
        #expect(fault?.recovery == .retry)
        #expect(["UNSTABLE_OFFSET_COMMIT", "_TIMED_OUT"].contains(fault?.code))
        try pending.abort()
        #expect(try inlet.committed([partition]).isEmpty)
    }

    @Test func aStaticMemberReturnsToItsPlace() throws {
        let fixture = try Fixture(.real, ["shop": 2])
        let first = try fixture.member(["shop"])
        let generation = try #require(first.membership).generation
        first.close(leave: false)
        let second = try fixture.member(["shop"])
        defer { second.close(leave: true) }
        #expect(second.membership?.generation == generation, "the same instance came back without a rebalance")
    }

    @Test func aMemberThatLeavesGivesUpItsPlaceAtOnce() throws {
        let fixture = try Fixture(.real, ["shop": 2], Fixture.quick.merging(["session.timeout.ms": "45000"]) { $1 })
        let first = try fixture.member(["shop"])
        first.close(leave: true)
        let started = ContinuousClock.now
        let second = try fixture.inlet(["shop"], instance: "b")
        defer { second.close(leave: true) }
        let change = try second.gather { !$0.changes.isEmpty }.changes.first
        #expect(change == .assigned(fixture.partitions("shop", 0..<2)))
        #expect(ContinuousClock.now - started < .seconds(10))
    }

    @Test func aSecondHolderOfTheInstanceFencesTheFirst() throws {
        let fixture = try Fixture(.real, ["shop": 2])
        let first = try fixture.member(["shop"])
        defer { first.close(leave: false) }
        let second = try fixture.member(["shop"])
        defer { second.close(leave: true) }
        let fault = fault { _ = try first.gather { _ in false } }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.fenced))
        #expect(fault?.code == "FENCED_INSTANCE_ID")
    }
}
