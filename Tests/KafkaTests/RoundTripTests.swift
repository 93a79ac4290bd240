import Events
import Pipeline
import Testing

@Suite(.ownThread) struct RoundTripTests {
    @Test(arguments: Place.all) func bytesComeBackAsTheyWent(_ place: Place) throws {
        let fixture = try Fixture(place, ["shop": 2])
        let key = Array("käse\0".utf8)
        let value = (0...255).map(UInt8.init)
        let headers = [Header("reason", "bad"), Header("null", nil), Header("empty", ""), Header("reason", "again")]
        try send(key, value, headers, fixture)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        let records = try reader.readAll([TopicPartition(fixture.name("shop"), 1): Position.beginning]).records
        try #require(records.count == 5)
        #expect(records.map(\.key) == [key, key, nil, [], key])
        #expect(records.map(\.value) == [value, nil, value, [], nil])
        #expect(records[0].timestamp == 1_700_000_000_123)
        #expect(records[1].timestamp > 1_700_000_000_123)
        #expect(records.map(\.headers) == [headers, [], [], [], [headers[0]]])
        #expect(records.map(\.offset) == [0, 1, 2, 3, 4])
    }

    private func send(_ key: [UInt8], _ value: [UInt8], _ headers: [Header], _ fixture: Fixture) throws {
        let outlet = try fixture.outlet(["shop"])
        defer { outlet.close() }
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        var outbox = Outbox()
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                let (key, value) = (Bytes(key), Bytes(value))
                outbox.add(
                    topic: 0,
                    partition: 1,
                    timestamp: 1_700_000_000_123,
                    key: key,
                    value: value,
                    headers: headers
                )
                outbox.add(topic: 0, partition: 1, key: key, value: .none)
                outbox.add(topic: 0, partition: 1, key: .none, value: value)
                outbox.add(topic: 0, partition: 1, key: Bytes(""), value: Bytes(""))
                outbox.add(topic: 0, partition: 1, key: key, value: .none, headers: [headers[0]])
            }
        }
        try outlet.transact(outbox, offsets: [TopicPartition(fixture.name("shop"), 0): 0], inlet.membership)
    }

    /// Larger than `message.copy.max.bytes`, so that it is sent from where it lies, and more than one batch of
    /// librdkafka.
    @Test(arguments: Place.all) func manyAndLargeRecordsKeepTheirOrder(_ place: Place) throws {
        let fixture = try Fixture(place, ["shop": 2])
        let outlet = try fixture.outlet(["shop"])
        defer { outlet.close() }
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        var outbox = Outbox()
        let large = String(repeating: "x", count: 200_000)
        for index in 0..<2_000 { outbox.add("\(index)\(index % 500 == 0 ? large : "")", partition: Int32(index % 2)) }
        let partitions = fixture.partitions("shop", 0..<2)
        try outlet.transact(outbox, offsets: [partitions[0]: 0], inlet.membership)

        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        let records = try reader.readAll(Dictionary(partitions, at: 0)).records
        for partition in partitions {
            let numbers = records.filter { $0.place == partition }.map { Int($0.text.prefix { $0 != "x" }) }
            #expect(numbers == (0..<1_000).map { 2 * $0 + Int(partition.partition) })
        }
        #expect(records.filter { $0.text.count > 200_000 }.count == 4)
    }
}
