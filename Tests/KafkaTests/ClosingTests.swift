import Events
import Kafka
import Pipeline
import Testing

/// Ends that come at any time must neither crash nor wait without end.
@Suite(.ownThread) struct ClosingTests {
    @Test func recordsUnreadAndUnsentAreNoHindrance() throws {
        let fixture = try Fixture(.embedded, ["shop": 2])
        try Filling.fill(fixture, "shop", partitions: 2, count: 1_000)
        let all = fixture.partitions("shop", 0..<2)
        let inlet = try fixture.member(["shop"])
        try inlet.fetch(from: Dictionary(all, at: 0))
        #expect(try inlet.gather(limit: 10) { !$0.records.isEmpty }.records.count <= 10)
        let outlet = try fixture.outlet(["shop"])
        var outbox = Outbox()
        for index in 0..<5_000 { outbox.add("\(index)", partition: Int32(index % 2)) }
        try outlet.begin()
        try outlet.send(outbox)
        let started = ContinuousClock.now
        outlet.close()
        outlet.close()
        inlet.close(leave: false)
        inlet.close()
        #expect(ContinuousClock.now - started < .seconds(10))
        withExtendedLifetime(outbox) {}
    }

    @Test func aRevocationNobodyReleasedIsNoHindrance() throws {
        let fixture = try Fixture(.embedded, ["shop": 2])
        let first = try fixture.member(["shop"])
        let second = try fixture.inlet(["shop"], instance: "b")
        var change: GroupChange?
        let end = ContinuousClock.now + .seconds(20)
        while change == nil, ContinuousClock.now < end {
            change = try first.polls(1).changes.first
            _ = try second.polls(1)
        }
        #expect(change == .revoked(fixture.partitions("shop", 0..<2)))
        let started = ContinuousClock.now
        first.close(leave: true)
        second.close(leave: true)
        #expect(ContinuousClock.now - started < .seconds(15))
    }

    @Test func aClusterThatIsGoneIsNoHindrance() throws {
        let fixture = try Fixture(.embedded, ["shop": 1])
        let inlet = try fixture.member(["shop"])
        let outlet = try fixture.outlet(["shop"])
        try outlet.begin()
        let reader = try fixture.reader(["shop"])
        try reader.fetch(from: Dictionary(fixture.partitions("shop", 0..<1), at: 0))
        try fixture.mock.setDown(true)
        let started = ContinuousClock.now
        outlet.close()
        inlet.close(leave: true)
        reader.close()
        #expect(ContinuousClock.now - started < .seconds(25))
    }

    @Test func whatWasNeverClosedIsClosedAtItsEnd() throws {
        let fixture = try Fixture(.embedded, ["shop": 1])
        try Filling.fill(fixture, "shop", partitions: 1, count: 10)
        for _ in 0..<3 {
            let reader = try fixture.reader(["shop"])
            try reader.fetch(from: Dictionary(fixture.partitions("shop", 0..<1), at: 0))
            #expect(try reader.gather { !$0.records.isEmpty }.records.isEmpty == false)
            _ = try fixture.outlet(["shop"])
        }
        let inlet = try fixture.member(["shop"])
        try inlet.fetch(from: Dictionary(fixture.partitions("shop", 0..<1), at: 0))
        #expect(try inlet.gather { !$0.records.isEmpty }.records.isEmpty == false)
    }
}

@Suite(.ownThread) struct EmbeddedClusterTests {
    @Test func aBrokerComesBack() throws {
        let fixture = try Fixture(.embedded, ["shop": 1], brokers: 2)
        let producer = try KafkaProducer(fixture.cluster, topics: ["shop"])
        defer { producer.close() }
        try fixture.mock.setDown(true)
        try producer.send(topic: 0, partition: 0, key: .none, value: Bytes("x"))
        #expect(try producer.flush(wait: 200) == false)
        try fixture.mock.setDown(false)
        #expect(try producer.flush(wait: 20_000))
    }

    @Test func answersCanBeSlow() throws {
        let fixture = try Fixture(.embedded, ["shop": 1])
        _ = try fixture.cluster.topics()
        try fixture.mock.setRoundTrip(milliseconds: 300)
        let started = ContinuousClock.now
        #expect(try fixture.cluster.topics() == ["shop": 1])
        #expect(ContinuousClock.now - started >= .milliseconds(250))
    }

    @Test func whatItLacksIsSaid() throws {
        let capabilities = try Fixture(.embedded).cluster.capabilities
        #expect(!capabilities.enforcesTransactions)
        #expect(!capabilities.storesTransactionalOffsets)
        #expect(!capabilities.keepsCompactedTopics)
    }

    @Test func statisticsAreThereToRead() throws {
        let fixture = try Fixture(.embedded, ["shop": 1], ["statistics.interval.ms": "50"])
        let reader = try fixture.reader(["shop"])
        let end = ContinuousClock.now + .seconds(10)
        while fixture.cluster.latestStatistics.isEmpty, ContinuousClock.now < end { _ = try reader.polls(1) }
        let statistics = fixture.cluster.latestStatistics
        #expect(statistics.count == 1)
        #expect(statistics.first?.value.hasPrefix("{ \"name\": ") == true)
        reader.close()
        #expect(fixture.cluster.latestStatistics.isEmpty, "who is gone has none")
    }

    @Test func anUnreachableClusterIsTriedAgain() throws {
        let settings = try KafkaSettings(bootstrapServers: "127.0.0.1:1")
        let cluster = try KafkaCluster(settings, readerGroup: "readers", logger: Fixture.silent)
        #expect(fault { _ = try cluster.topics() }?.recovery == .retry)
    }
}
