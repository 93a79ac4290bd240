import Events
import Pipeline
import Testing

@Suite(.ownThread) struct LanesTests {
    private static let hour = EventTime.hour

    /// A day of clicks and a day of reviews, loaded one after the other as a backfill finds them.
    private func history(_ place: Place) throws -> Fixture {
        let fixture = try Fixture(place, ["clicks": 2, "reviews": 2, "signals": 2])
        let outlet = try fixture.outlet(["clicks", "reviews", "signals"])
        defer { outlet.close() }
        let holder = try fixture.member(["signals"])
        defer { holder.close(leave: true) }
        let start = EventTime(1_700_000_000_000)
        var outbox = Outbox()
        for (topic, count) in [(Int32(0), 2_400), (1, 240), (2, 10)] {
            for index in 0..<count {
                let time = start + 24 * Self.hour * EventTime(index) / EventTime(count)
                "x".utf8.withContiguousStorageIfAvailable { text in
                    let bytes = Bytes(UnsafeRawBufferPointer(text))
                    outbox.add(topic: topic, partition: Int32(index % 2), timestamp: time, key: bytes, value: bytes)
                }
            }
        }
        try outlet.transact(outbox, offsets: [fixture.partitions("signals", [0])[0]: 0], holder.membership)
        return fixture
    }

    @Test(arguments: Place.all) func aBacklogIsHandedOutInTheOrderOfTime(_ place: Place) throws {
        let fixture = try history(place)
        let topics = ["clicks", "reviews", "signals"]
        let inlet = try fixture.member(topics, urgent: ["signals"])
        defer { inlet.close(leave: true) }
        let all = topics.flatMap { fixture.partitions($0, 0..<2) }
        try inlet.fetch(from: Dictionary(uniqueKeysWithValues: all.map { ($0, Int64(0)) }))
        let gathered = try inlet.gather { $0.records.count >= 2_650 && $0.ended.count == 6 }
        #expect(gathered.records.count == 2_650)
        #expect(gathered.ended.count == 6, "every end is told")
        for number in Int32(0)..<2 {
            let records = gathered.records.filter { $0.partition == number && $0.topic != fixture.name("signals") }
            var newest: EventTime = 0
            for record in records {
                #expect(record.timestamp >= newest - TimeMerge.slack, "\(record)")
                newest = max(newest, record.timestamp)
            }
            for topic in topics {
                let place = TopicPartition(fixture.name(topic), number)
                let offsets = gathered.records.filter { $0.place == place }.map(\.offset)
                #expect(offsets == offsets.sorted() && Set(offsets).count == offsets.count)
            }
        }
        let lastSignal = try #require(gathered.records.lastIndex { $0.topic == fixture.name("signals") })
        #expect(lastSignal < 2_000, "what the line wrote for itself does not wait behind the backlog")
    }

    /// One partition has everything before the other, as when a producer came late to an unkeyed topic.
    @Test(arguments: Place.all) func partitionsAreMergedWhereTheirNumberMeansNothing(_ place: Place) throws {
        let fixture = try history(place)
        let inlet = try fixture.member(["clicks", "reviews"], mergesPartitions: true)
        defer { inlet.close(leave: true) }
        let all = ["clicks", "reviews"].flatMap { fixture.partitions($0, 0..<2) }
        let late = fixture.partitions("clicks", 1..<2)[0]
        try inlet.fetch(from: Dictionary(uniqueKeysWithValues: all.map { ($0, $0 == late ? Int64(600) : 0) }))
        let records = try inlet.gather { $0.records.count >= 2_040 && $0.ended.count == 4 }.records
        var newest: EventTime = 0
        for record in records {
            #expect(record.timestamp >= newest - TimeMerge.slack, "\(record)")
            newest = max(newest, record.timestamp)
        }
        let first = try #require(records.firstIndex { $0.place == late })
        #expect(first > 600, "the late partition waits for its time")
    }

    /// Records that wait in a lane for their turn must not come out once the positions have changed.
    @Test func newPositionsDropWhatWaits() throws {
        let fixture = try history(.embedded)
        let inlet = try fixture.member(["clicks", "reviews"], urgent: [])
        defer { inlet.close(leave: true) }
        let clicks = fixture.partitions("clicks", 0..<1)
        let reviews = fixture.partitions("reviews", 0..<1)
        try inlet.fetch(from: [clicks[0]: 0, reviews[0]: 0])
        _ = try inlet.gather(limit: 10) { $0.records.count >= 30 }
        try inlet.fetch(from: [clicks[0]: 700])
        let after = try inlet.gather { $0.ended[clicks[0]] != nil }
        #expect(after.records.first?.offset == 700)
        #expect(after.records.allSatisfy { $0.topic == "clicks" && $0.offset >= 700 })
        #expect(after.records.count == 500)
    }
}
