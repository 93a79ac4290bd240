import ArgumentParser
import Events
import Kafka
import Logging
import Pipeline
import Testing

@testable import shopstream

/// The verbs over librdkafka's own cluster: the same code against the client, though nothing is hidden or fenced there.
@Suite("Verbs on the embedded cluster", .serialized)
struct EmbeddedVerbsTests {
    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let embedded: EmbeddedCluster
    private let cluster: KafkaCluster

    init() throws {
        embedded = try EmbeddedCluster(logger: Self.silent)
        cluster = try KafkaCluster(embedded: embedded, readerGroup: "test", logger: Self.silent)
    }

    @Test func aTopicIsRepartitioned() throws {
        for (topic, count) in [("shop.events", Int32(3)), ("shop.keyed", 4), ("dlq.shop.events", 3)] {
            try embedded.createTopic(topic, partitions: count)
        }
        let values = (0..<300).map { $0 % 10 == 7 ? "{\($0)" : CopyRig.view("u\($0 % 7)", $0) }
        try send(values.map { (nil, $0) }, to: "shop.events", partitions: 3)
        let route = try RepartitionRoute(from: "shop.events", to: "shop.keyed", existing: try cluster.topics())
        #expect(try copy(route).text("copied").hasPrefix("270 records copied (0 had their customer's key), 30 dead"))
        let copies = try read("shop.keyed")
        #expect(copies.map(\.value).sorted() == values.filter { $0.hasPrefix("{\"") }.sorted())
        #expect(copies.allSatisfy { $0.value.contains("\"\($0.key)\"") && $0.headers.isEmpty })
        #expect(try read("dlq.shop.events").allSatisfy { DeadLetter($0.headers)?.reason == "malformed_json" })
        #expect(try copy(route).records == 0, "the offsets are committed")
    }

    @Test func deadLettersAreSentBack() throws {
        try embedded.createTopic("clicks", partitions: 2)
        try embedded.createTopic("dlq.clicks", partitions: 2)
        try embedded.createTopic("shop", partitions: 2)
        try send((0..<20).map { ("u\($0)", "{\($0)") }, to: "shop", partitions: 2)
        try giveUp("shop", into: "dlq.clicks")
        let first = try replay(DeadLetterRequest(limit: 5))
        #expect(first.total == 5)
        let second = try replay(DeadLetterRequest())
        #expect(second.total == 15)
        let back = try read("clicks")
        #expect(Set(back.map(\.key)).count == 20 && back.count == 20)
        #expect(back.allSatisfy { $0.headers == [Header("__dlq.replays", "1")] })
        let census = try DeadLettersList.parse(["--limit", "1"])
            .census(cluster, DeadLetterShelf([], existing: try cluster.topics()), StopFlag())
        #expect(census.rows.values.map(\.letters) == [20] && census.rows.values.map(\.replayed) == [20])
    }

    // MARK: what the tests do themselves

    private struct Copy {
        var key: String
        var value: String
        var headers: [Header]
    }

    private func send(_ records: [(key: String?, value: String)], to topic: String, partitions: Int32) throws {
        let producer = try KafkaProducer(cluster, topics: [topic])
        defer { producer.close() }
        for (index, record) in records.enumerated() {
            var buffer = ByteBuffer()
            buffer.append(record.key ?? "")
            let start = buffer.count
            buffer.append(record.value)
            let key = record.key == nil ? Bytes.none : buffer.bytes(0..<start)
            let partition = Int32(index) % partitions
            try producer.send(topic: 0, partition: partition, key: key, value: buffer.bytes(from: start))
        }
        #expect(try producer.flush(wait: 10_000))
    }

    private func read(_ topic: String) throws -> [Copy] {
        let partitions = (0..<(try cluster.topics()[topic] ?? 0)).map { TopicPartition(topic, $0) }
        let reading = try BoundedReading(cluster, partitions)
        defer { reading.close() }
        var copies: [Copy] = []
        while !reading.isDone {
            try reading.poll { record, _ in
                let copy = Copy(key: record.key.text, value: record.value.text, headers: reading.headers(of: record))
                copies.append(copy)
            }
        }
        return copies
    }

    private func copy(_ route: RepartitionRoute) throws -> RepartitionTally {
        let settings = Repartitioner.Settings(group: "copy", name: "copy-0", untilEnd: true)
        let clock = WallClock(now: Clock.wall)
        let copier = Repartitioner(
            cluster,
            route,
            try RepartitionRooms(cluster, route),
            settings,
            clock: clock,
            log: Self.silent
        )
        defer { copier.close() }
        for _ in 0..<2_000 where !copier.isFinished { try copier.turn() }
        #expect(copier.isFinished)
        return copier.tally
    }

    /// Makes dead letters of a topic's records, as the line does.
    private func giveUp(_ topic: String, into letters: String) throws {
        let partitions = (0..<Int32(2)).map { TopicPartition(topic, $0) }
        let member = try SoleMember(
            cluster,
            Subscription(group: "line", instance: "line-0", topics: [topic]),
            of: partitions,
            transactionalId: "line-0",
            writing: [letters],
            work: "test",
            clock: WallClock(now: Clock.wall)
        )
        defer { member.close() }
        let reading = try BoundedReading(cluster, partitions)
        defer { reading.close() }
        var outbox = Outbox()
        while !reading.isDone {
            try reading.poll { record, place in
                outbox.add(
                    topic: 0,
                    partition: place.partition,
                    timestamp: record.timestamp,
                    key: record.key,
                    value: record.value,
                    headers: DeadLetter.headers(record, of: "clicks", .malformedJSON, group: "line")
                )
            }
        }
        try member.commit(&outbox, [partitions[0]: 10])
    }

    private func replay(_ request: DeadLetterRequest) throws -> DeadLetterTally {
        let existing = try cluster.topics()
        let shelf = try DeadLetterShelf([], existing: existing)
        let judge = try DeadLetterJudge(request, shelf, existing: existing)
        let clock = WallClock(now: Clock.wall)
        return try DeadLetterReplay(cluster, shelf, judge, group: "line", clock: clock, stop: StopFlag()).run()
    }
}
