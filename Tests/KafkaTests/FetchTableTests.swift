import Pipeline
import Testing

@testable import Kafka

@Suite struct FetchTableTests {
    private let topics = ["a", "b"]

    /// Which of these records come out, offered in this order.
    private func admitted(_ offers: [(topic: Int, partition: Int32, offset: Int64)], _ table: FetchTable) -> [Bool] {
        var table = table
        return offers.map { table.admits(topic: $0.topic, partition: $0.partition, offset: $0.offset) }
    }

    @Test func eachRecordOnceFromItsPositionOn() {
        let table = FetchTable([TopicPartition("a", 1): 5, TopicPartition("b", 0): Position.beginning], topics: topics)
        #expect(admitted([(0, 1, 4), (0, 1, 5), (0, 1, 5)], table) == [false, true, false])
        #expect(admitted([(0, 1, 9), (0, 1, 8), (0, 1, 10)], table) == [true, false, true], "offsets have gaps")
        #expect(admitted([(1, 0, 0), (0, 0, 5)], table) == [true, false])
    }

    @Test func whatIsOutsideIsNotFetched() {
        let table = FetchTable([TopicPartition("a", 1): 0], topics: topics)
        #expect(admitted([(1, 0, 0), (0, 2, 0), (0, -1, 0), (Int.max, 0, 0)], table) == [false, false, false, false])
        #expect(table.fetches(topic: 0, partition: 1) && !table.fetches(topic: 0, partition: 0))
        #expect(admitted([(0, 0, 0)], FetchTable()) == [false])
    }
}
