import Events
import Kafka
import Testing

/// Records for tests that only read.
enum Filling {
    /// Values count up from 0 in each partition.
    static func fill(_ fixture: Fixture, _ topic: String, partitions: Int32, count: Int) throws {
        let producer = try KafkaProducer(fixture.cluster, topics: [fixture.name(topic)])
        defer { producer.close() }
        for index in 0..<count {
            for partition in 0..<partitions {
                var value = ByteBuffer()
                value.append("\(index)")
                try producer.send(topic: 0, partition: partition, key: Bytes("key"), value: value.bytes())
            }
        }
        #expect(try producer.flush(wait: 20_000))
        #expect(producer.delivered == count * Int(partitions))
    }
}
