import Events
import Kafka
import Pipeline
import Testing

/// Whether large dead letters find room.
@Suite struct DeadLetterRoomTests {
    private func state(_ name: String, _ bytes: Int?) -> TopicState {
        let configs = bytes.map { ["max.message.bytes": TopicState.Config(value: "\($0)", isOwn: true)] }
        return TopicState(name: name, partitions: 1, configs: configs ?? [:])
    }

    private func check(input: Int?, letters: Int?, producer: Int = 64 << 20) -> [DeadLetterRoom] {
        DeadLetterRoom.check(
            [state("shop", input), state("dlq.shop", letters)],
            inputs: ["shop", "elsewhere"],
            producer: producer
        )
    }

    @Test func aTopicAsLargeAsItsInputWithRoomForHeadersIsFine() {
        #expect(check(input: 1 << 20, letters: 2 << 20).isEmpty)
        #expect(check(input: 1 << 20, letters: 1 << 20 + DeadLetterRoom.margin).isEmpty)
        #expect(check(input: nil, letters: 2 << 20).isEmpty, "Kafka's default is about 1 MB")
    }

    @Test func aSmallerOneIsNamedWithItsRemedy() throws {
        let found = try #require(check(input: 20 << 20, letters: 2 << 20).first)
        #expect(found.state == "dlq.shop takes 2097152 bytes a record, shop up to 20971520")
        #expect(found.remedy.contains("max.message.bytes of dlq.shop to 20975616"))
        #expect(check(input: nil, letters: nil).count == 1, "the headers need room too")
    }

    @Test func ourOwnProducerCanBeTheOne() throws {
        let found = try #require(check(input: 20 << 20, letters: 30 << 20, producer: 1_000_000).first)
        #expect(found.isOurs && found.room == 1_000_000 && found.remedy.contains("-X message.max.bytes"))
    }

    @Test func theEmbeddedClusterTakesTheUsual() throws {
        let fixture = try Fixture(.embedded, ["shop": 1])
        #expect(try fixture.cluster.recordLimits(of: ["shop", "none"]) == ["shop": 1_048_588, "none": 1_048_588])
        #expect(fixture.cluster.largestRecord == 64 << 20)
        let narrow = try Fixture(.embedded, ["shop": 1], ["message.max.bytes": "5000"])
        #expect(try narrow.cluster.recordLimits(of: ["shop"]) == ["shop": 5_000])
    }
}
