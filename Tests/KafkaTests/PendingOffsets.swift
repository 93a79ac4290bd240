import CRdkafka
import Pipeline
import Testing

@testable import Kafka

/// Offsets sent inside a transaction that stays open, as a producer leaves them that dies before its commit.
final class PendingOffsets {
    private let client: Client

    init(_ fixture: Fixture, _ inlet: any Inlet, _ offsets: [TopicPartition: Int64]) throws {
        client = try fixture.cluster.client(.transactional(id: fixture.name("pending")))
        let session = try #require(inlet.membership?.handle as? GroupSession)
        #expect(rd_kafka_init_transactions(client.handle, 10_000) == nil)
        #expect(rd_kafka_begin_transaction(client.handle) == nil)
        let list = PartitionList(offsets)
        let error = list.withPointer {
            rd_kafka_send_offsets_to_transaction(client.handle, $0, session.metadata, 10_000)
        }
        #expect(error == nil)
    }

    func abort() throws { #expect(rd_kafka_abort_transaction(client.handle, 10_000) == nil) }
}
