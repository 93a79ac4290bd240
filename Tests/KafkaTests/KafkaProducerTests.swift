import Events
import Kafka
import Pipeline
import Testing

@Suite(.ownThread) struct KafkaProducerTests {
    @Test(arguments: Place.all) func recordsArriveWithTheirTimes(_ place: Place) throws {
        let fixture = try Fixture(place, ["shop": 1])
        let producer = try KafkaProducer(fixture.cluster, topics: [fixture.name("shop")])
        defer { producer.close() }
        try producer.send(topic: 0, partition: 0, key: Bytes("k"), value: Bytes("v"), timestamp: 1_700_000_000_000)
        try producer.send(topic: 0, partition: 0, key: .none, value: .none)
        #expect(try producer.flush(wait: 10_000))
        #expect(producer.sent == 2 && producer.delivered == 2 && producer.failed == 0)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        let records = try reader.readAll([TopicPartition(fixture.name("shop"), 0): 0]).records
        #expect(records.map(\.timestamp).first == 1_700_000_000_000)
        #expect(records.map(\.key) == [Array("k".utf8), nil])
        #expect(records.map(\.value) == [Array("v".utf8), nil])
    }

    @Test func aShortQueueIsWaitedFor() throws {
        let fixture = try Fixture(.embedded, ["shop": 1], ["queue.buffering.max.messages": "20"])
        try Filling.fill(fixture, "shop", partitions: 1, count: 2_000)
    }

    @Test func whatCannotBeDeliveredIsCountedAndThrown() throws {
        let fixture = try Fixture(.embedded, ["shop": 1])
        let producer = try KafkaProducer(fixture.cluster, topics: ["shop"])
        defer { producer.close() }
        try fixture.mock.inject([.topicAuthorizationFailed], into: .produce)
        try producer.send(topic: 0, partition: 0, key: .none, value: Bytes("x"))
        let fault = fault { _ = try producer.flush(wait: 10_000) }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.noPermission))
        #expect(producer.failed == 1 && producer.delivered == 0)
    }

    @Test func closingDropsWhatIsLeft() throws {
        let fixture = try Fixture(.embedded, ["shop": 1])
        let producer = try KafkaProducer(fixture.cluster, topics: ["shop"])
        try fixture.mock.setDown(true)
        for _ in 0..<1_000 { try producer.send(topic: 0, partition: 0, key: .none, value: Bytes("x")) }
        #expect(try producer.flush(wait: 10) == false)
        let started = ContinuousClock.now
        producer.close()
        producer.close()
        #expect(ContinuousClock.now - started < .seconds(8))
    }
}
