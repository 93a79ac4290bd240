import Pipeline

/// A topic and its partitions. Its shape never changes.
final class TopicLog: Sendable {
    let name: String
    let isCompacted: Bool
    let partitions: [PartitionLog]
    /// `max.message.bytes`
    let largestRecord: Int

    init(
        _ name: String,
        partitions: Int32,
        isCompacted: Bool,
        retention: MemoryLog.Retention,
        largestRecord: Int
    ) {
        self.largestRecord = largestRecord
        self.name = name
        self.isCompacted = isCompacted
        self.partitions = (0..<partitions).map { PartitionLog(TopicPartition(name, $0), retention: retention) }
    }

    /// The partition's log; a fault where there is none.
    @inline(__always)
    func partition(_ number: Int32, doing: StaticString) throws(Fault) -> PartitionLog {
        guard number >= 0, number < partitions.count else {
            throw .unknownPartition(TopicPartition(name, number), doing: doing)
        }
        return partitions[Int(number)]
    }
}
