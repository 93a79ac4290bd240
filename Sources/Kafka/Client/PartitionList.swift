import CRdkafka
import Pipeline

/// A librdkafka list of partitions with an offset each, freed with its owner.
struct PartitionList: ~Copyable {
    private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// The list exists for as long as the call lasts; a bare pointer would outlive it.
    func withPointer<Answer, Failure: Error>(
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        try body(pointer)
    }

    init(_ partitions: some Collection<TopicPartition>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(partitions.count))
        for partition in partitions { add(partition, at: Int64(RD_KAFKA_OFFSET_INVALID)) }
    }

    /// Sorted, so that the same positions make the same request.
    init(_ positions: [TopicPartition: Int64]) {
        pointer = rd_kafka_topic_partition_list_new(Int32(positions.count))
        for (partition, offset) in positions.sorted(by: { $0.key < $1.key }) { add(partition, at: offset) }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    func add(_ partition: TopicPartition, at offset: Int64) {
        rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition).pointee.offset = offset
    }

    func forEach<Failure: Error>(
        _ body: (TopicPartition, Int64, rd_kafka_resp_err_t) throws(Failure) -> Void
    ) throws(Failure) {
        try pointer.pointee.forEach(body)
    }
}

extension rd_kafka_topic_partition_list_t {
    func forEach<Failure: Error>(
        _ body: (TopicPartition, Int64, rd_kafka_resp_err_t) throws(Failure) -> Void
    ) throws(Failure) {
        for index in 0..<Int(cnt) {
            let element = elems[index]
            try body(TopicPartition(String(cString: element.topic), element.partition), element.offset, element.err)
        }
    }

    var partitions: [TopicPartition] {
        var partitions: [TopicPartition] = []
        forEach { partition, _, _ in partitions.append(partition) }
        return partitions
    }
}
