import CRdkafka
import Pipeline

/// Which positions we asked for, and how far each partition has come. librdkafka can hand out records of partitions
/// that were given up or rewound a moment ago; what does not fit this table is dropped. O(1) a record.
struct FetchTable {
    /// First slot of each topic in `expected`.
    private var starts: [Int] = []
    private var counts: [Int] = []
    /// The lowest offset still wanted; `notFetched` for partitions that we don't fetch.
    private var expected: [Int64] = []

    private static let notFetched = Int64.max

    init() {}

    /// - Parameter topics: names by index; positions of other topics are ignored.
    init(_ positions: [TopicPartition: Int64], topics: [String]) {
        let indices = Dictionary(topics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        counts = Array(repeating: 0, count: topics.count)
        for partition in positions.keys {
            guard let topic = indices[partition.topic] else { continue }
            counts[topic] = max(counts[topic], Int(partition.partition) + 1)
        }
        starts = counts.reduce(into: [0]) { $0.append($0.last! + $1) }
        expected = Array(repeating: Self.notFetched, count: starts.last!)
        for (partition, position) in positions {
            guard let topic = indices[partition.topic] else { continue }
            expected[starts[topic] + Int(partition.partition)] = max(position, 0)
        }
    }

    /// True when the record is one we asked for; the next one must lie behind it.
    @inline(__always)
    mutating func admits(topic: Int, partition: Int32, offset: Int64) -> Bool {
        guard let slot = slot(topic, partition), offset >= expected[slot] else { return false }
        expected[slot] = offset + 1
        return true
    }

    func fetches(topic: Int, partition: Int32) -> Bool {
        slot(topic, partition).map { expected[$0] != Self.notFetched } ?? false
    }

    @inline(__always)
    private func slot(_ topic: Int, _ partition: Int32) -> Int? {
        guard topic < counts.count, partition >= 0, Int(partition) < counts[topic] else { return nil }
        return starts[topic] + Int(partition)
    }
}
