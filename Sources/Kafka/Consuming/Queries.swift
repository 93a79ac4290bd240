import CRdkafka
import Pipeline
import Synchronization

/// Questions about the cluster that belong to no line. librdkafka asks ListOffsets with the client's own isolation
/// level, and the true end of a log lies behind open transactions, so this client reads uncommitted; it is made when
/// first asked.
final class Queries: Sendable {
    private let make: @Sendable () throws(Fault) -> Client
    private let made = Mutex<Client?>(nil)
    private let wait: Int32 = 10_000
    private let board: ClusterBoard

    init(_ board: ClusterBoard, _ make: @escaping @Sendable () throws(Fault) -> Client) {
        self.board = board
        self.make = make
    }

    /// The shared client; its callbacks are served on the way, because nobody else polls it.
    func client() throws(Fault) -> Client {
        let result = made.withLock { made -> Result<Client, Fault> in
            if let made { return .success(made) }
            return Result { () throws(Fault) in try make() }.map { client in
                made = client
                return client
            }
        }
        let client = try result.get()
        client.serve()
        return client
    }

    func survey() throws(Fault) -> ClusterSurvey {
        let metadata = try metadata()
        defer { rd_kafka_metadata_destroy(metadata) }
        var survey = ClusterSurvey(topics: [:])
        for index in 0..<Int(metadata.pointee.topic_cnt) {
            let topic = metadata.pointee.topics[index]
            guard topic.err == RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let name = String(cString: topic.topic)
            survey.topics[name] = topic.partition_cnt
            for number in 0..<Int(topic.partition_cnt) where topic.partitions[number].leader < 0 {
                survey.leaderless.append(TopicPartition(name, topic.partitions[number].id))
            }
        }
        return survey
    }

    /// Asks in short turns: that our credentials were refused is heard between them.
    private func metadata() throws(Fault) -> UnsafePointer<rd_kafka_metadata> {
        let client = try client()
        let deadline = Deadline(in: wait)
        while true {
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let code = rd_kafka_metadata(client.handle, 1, nil, &metadata, min(deadline.remaining, 2_000))
            client.serve()
            if let metadata {
                board.noteAnswer()
                return metadata
            }
            try client.reports.checkRefusal(.listing)
            let fault = client.reports.explained(KafkaFault(code: code, operation: .listing).fault)
            if deadline.isOver || fault.recovery != .retry { throw fault }
        }
    }

    /// Two requests a broker, however many partitions.
    func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        let ends = try offsets(of: partitions, at: Int64(RD_KAFKA_OFFSET_END))
        let starts = try offsets(of: partitions, at: Int64(RD_KAFKA_OFFSET_BEGINNING))
        return ends.reduce(into: [:]) { bounds, end in
            bounds[end.key] = LogBounds(start: max(0, starts[end.key] ?? end.value), end: end.value)
        }
    }

    /// The first offset at or after a time in ms; partitions without one are absent. Log start and end have times of
    /// their own, -2 and -1.
    func offsets(of partitions: [TopicPartition], at time: Int64) throws(Fault) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        let client = try client()
        let list = PartitionList(Dictionary(partitions.map { ($0, time) }, uniquingKeysWith: { first, _ in first }))
        let code = list.withPointer { rd_kafka_offsets_for_times(client.handle, $0, wait) }
        client.serve()
        try client.reports.checkRefusal(.askingBounds)
        try KafkaFault.check(code, .askingBounds)
        var offsets: [TopicPartition: Int64] = [:]
        try list.forEach { partition, offset, code throws(Fault) in
            try KafkaFault.check(code, .askingBounds, partition.description)
            if offset >= 0 { offsets[partition] = offset }
        }
        return offsets
    }
}
