import Pipeline

/// Kafka's range assignor: each topic's partitions, by number, in as even runs as possible to its subscribers, by
/// instance. Topics with equal partition counts and subscribers are thereby assigned alike: co-partitioned.
enum RangeAssignment {
    /// - Parameters:
    ///   - subscriptions: topics by instance.
    ///   - counts: partition counts by topic.
    static func assign(
        _ subscriptions: [String: [String]],
        counts: [String: Int32]
    ) -> [String: [TopicPartition]] {
        var assignment = subscriptions.mapValues { _ in [TopicPartition]() }
        for topic in Set(subscriptions.values.joined()).sorted() {
            let subscribers = subscriptions.filter { $0.value.contains(topic) }.keys.sorted()
            for (instance, range) in zip(subscribers, runs(of: counts[topic] ?? 0, among: Int32(subscribers.count))) {
                assignment[instance]?.append(contentsOf: range.map { TopicPartition(topic, $0) })
            }
        }
        return assignment
    }

    private static func runs(of partitions: Int32, among subscribers: Int32) -> [Range<Int32>] {
        let quota = partitions / subscribers
        let extra = partitions % subscribers
        return (0..<subscribers).map { index in
            let start = index * quota + min(index, extra)
            return start..<start + quota + (index < extra ? 1 : 0)
        }
    }
}
