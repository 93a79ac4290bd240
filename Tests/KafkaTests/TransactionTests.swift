import Events
import Kafka
import Pipeline
import Testing

@Suite(.ownThread) struct TransactionTests {
    /// What a line has: a member, a producer, and one record to send.
    private struct Line {
        let fixture: Fixture
        let inlet: any Inlet
        let outlet: any Outlet

        init(_ place: Place = .embedded, _ pairs: [String: String] = Fixture.quick) throws {
            fixture = try Fixture(place, ["shop": 2], pairs)
            inlet = try fixture.member(["shop"])
            outlet = try fixture.outlet(["shop"])
        }

        var partition: TopicPartition { TopicPartition(fixture.name("shop"), 0) }

        func transact(_ text: String, offset: Int64) throws {
            var outbox = Outbox()
            outbox.add(text)
            try outlet.transact(outbox, offsets: [partition: offset], inlet.membership)
        }

        func close() {
            outlet.close()
            inlet.close(leave: true)
        }

        /// What a reader of committed records sees.
        func visible() throws -> [String] {
            let reader = try fixture.reader(["shop"])
            defer { reader.close() }
            return try reader.readAll([partition: Position.beginning]).texts
        }
    }

    /// On the embedded cluster the offsets are there because a plain commit follows.
    @Test(arguments: Place.all) func offsetsAreCommittedWithTheRecords(_ place: Place) throws {
        let line = try Line(place)
        defer { line.close() }
        try line.transact("one", offset: 1)
        #expect(try line.inlet.committed([line.partition]) == [line.partition: 1])
        try line.transact("two", offset: 2)
        #expect(try line.inlet.committed([line.partition]) == [line.partition: 2])
        #expect(try line.visible() == ["one", "two"])
    }

    @Test(arguments: Place.all) func anAbortedTransactionMakesRoomForTheNext(_ place: Place) throws {
        let line = try Line(place)
        defer { line.close() }
        var outbox = Outbox()
        outbox.add("aborted")
        try line.outlet.begin()
        try line.outlet.send(outbox)
        try line.outlet.abort()
        try line.transact("kept", offset: 1)
        let visible = try line.visible()
        #expect(visible.last == "kept")
        #expect(!line.fixture.cluster.capabilities.enforcesTransactions || visible == ["kept"])
        #expect(try line.inlet.committed([line.partition]) == [line.partition: 1])
    }

    @Test func aProduceThatFailsForAWhileIsRetried() throws {
        let line = try Line()
        defer { line.close() }
        try line.fixture.mock.inject([.notEnoughReplicas, .notEnoughReplicas], into: .produce)
        try line.transact("one", offset: 1)
        #expect(try line.visible() == ["one"])
    }

    @Test func aCommitWaitsForItsCoordinator() throws {
        let line = try Line()
        defer { line.close() }
        try line.fixture.mock.inject([.coordinatorNotAvailable, .coordinatorNotAvailable], into: .endTransaction)
        try line.transact("one", offset: 1)
        #expect(try line.inlet.committed([line.partition]) == [line.partition: 1])
    }

    @Test func anotherHolderOfTheNameStopsUs() throws {
        let line = try Line()
        defer { line.close() }
        try line.fixture.mock.inject([.producerFenced], into: .endTransaction)
        let fault = fault { try line.transact("one", offset: 1) }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.fenced))
        #expect(fault?.code == "_FENCED")
    }

    @Test(arguments: [EmbeddedCluster.BrokerError.illegalGeneration, .unknownMember])
    func aStaleMemberAborts(_ error: EmbeddedCluster.BrokerError) throws {
        let line = try Line()
        defer { line.close() }
        try line.fixture.mock.inject([error], into: .transactionOffsetCommit)
        #expect(fault { try line.transact("stale", offset: 1) }?.recovery == .abortBatch)
        try line.outlet.abort()
        try line.transact("next", offset: 1)
        #expect(try line.inlet.committed([line.partition]) == [line.partition: 1])
    }

    @Test func aFencedInstanceStopsUs() throws {
        let line = try Line()
        defer { line.close() }
        try line.fixture.mock.inject([.fencedInstance], into: .transactionOffsetCommit)
        #expect(fault { try line.transact("one", offset: 1) }?.recovery == .stop(exitCode: Fault.Exit.fenced))
    }

    @Test func aForbiddenTopicStopsUs() throws {
        let line = try Line()
        defer { line.close() }
        try line.fixture.mock.inject([.topicAuthorizationFailed], into: .produce)
        let fault = fault { try line.transact("one", offset: 1) }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.noPermission))
        #expect(fault?.code == "TOPIC_AUTHORIZATION_FAILED")
    }

    /// Nobody answers: the result is unknown, and the line starts anew. Closing afterwards does not wait either.
    @Test func aCommitWithoutAnswerRestartsTheLine() throws {
        let line = try Line(.embedded, Fixture.quick.merging(["transaction.timeout.ms": "1500"]) { $1 })
        defer { line.inlet.close(leave: false) }
        var outbox = Outbox()
        outbox.add("unknown")
        try line.outlet.begin()
        try line.outlet.send(outbox)
        try line.fixture.mock.setDown(true)
        line.outlet.startCommit(offsets: [line.partition: 1], membership: try #require(line.inlet.membership))
        let fault = fault { try line.outlet.finish() }
        #expect(fault?.recovery == .restartLine || fault?.recovery == .abortBatch)
        let started = ContinuousClock.now
        line.outlet.close()
        #expect(ContinuousClock.now - started < .seconds(8))
        withExtendedLifetime(outbox) {}
    }

    /// Whatever became of it: afterwards the outbox is ours again, and the producer is usable or says that it is not.
    @Test(arguments: Place.all) func aCommitOnItsWayIsWaitedForBeforeTheAbort(_ place: Place) throws {
        let line = try Line(place)
        defer { line.close() }
        for round in 0..<5 {
            var outbox = Outbox()
            outbox.add("\(round)")
            try line.outlet.begin()
            try line.outlet.send(outbox)
            line.outlet.startCommit(offsets: [line.partition: 1], membership: try #require(line.inlet.membership))
            try line.outlet.abort()
        }
        #expect(try line.visible() == (0..<5).map(String.init), "every commit had been decided")
    }

    @Test func anAbortWithoutAnswerLetsTheProducerGo() throws {
        let line = try Line(.embedded, Fixture.quick.merging(["transaction.timeout.ms": "1500"]) { $1 })
        defer { line.close() }
        var outbox = Outbox()
        outbox.add("unknown")
        try line.outlet.begin()
        try line.outlet.send(outbox)
        try waitUntil { try line.inlet.bounds(of: [line.partition])[line.partition]?.end == 1 }
        try line.fixture.mock.setDown(true)
        #expect(fault { try line.outlet.abort() }?.recovery == .restartLine)
        #expect(fault { try line.outlet.begin() }?.recovery == .restartLine)
        try line.fixture.mock.setDown(false)
        let heir = try line.fixture.outlet(["shop"])
        heir.close()
    }

    @Test func anUnknownPartitionIsAFault() throws {
        let line = try Line()
        defer { line.close() }
        try line.transact("known", offset: 1)
        var outbox = Outbox()
        outbox.add("nowhere", partition: 7)
        try line.outlet.begin()
        let fault = fault { try line.outlet.send(outbox) }
        #expect(fault?.recovery == .restartLine && fault?.limit?.exitCode == Fault.Exit.configuration)
        #expect(fault?.code == "_UNKNOWN_PARTITION")
        try line.outlet.abort()
    }

    /// More records than librdkafka's queue takes: sending waits for room and loses none.
    @Test(arguments: Place.all) func aFullQueueIsWaitedFor(_ place: Place) throws {
        let line = try Line(place, Fixture.quick.merging(["queue.buffering.max.messages": "50"]) { $1 })
        defer { line.close() }
        var outbox = Outbox()
        for index in 0..<1_000 { outbox.add("\(index)") }
        outbox.add(topic: 0, partition: 0, key: .none, value: Bytes("last"), headers: [Header("a", "b")])
        try line.outlet.transact(outbox, offsets: [line.partition: 1], line.inlet.membership)
        #expect(try line.visible() == (0..<1_000).map(String.init) + ["last"])
    }
}
