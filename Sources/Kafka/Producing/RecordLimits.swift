public import Pipeline

/// How large a record may be, by what a topic and our own producer are set to.
struct RecordLimits {
    /// Kafka's default `max.message.bytes`, for a cluster that does not tell.
    static let usual = 1_048_588
    /// Our own `message.max.bytes`.
    let producer: Int

    func limit(of state: TopicState?) -> Int {
        let topic = state?.configs["max.message.bytes"]?.value.flatMap { Int($0) } ?? RecordLimits.usual
        return min(topic, producer)
    }
}

extension KafkaCluster {
    /// Asks the cluster. Who may not ask takes Kafka's default; a cluster that does not answer is a fault.
    public func recordLimits(of topics: [String]) throws(Fault) -> [String: Int] {
        let limits = RecordLimits(producer: largestRecord)
        let states: [TopicState]
        do throws(Fault) {
            states = try TopicAdmin(self).states(of: topics)
        } catch {
            guard case .stop(Fault.Exit.noPermission) = error.recovery else { throw error }
            states = []
        }
        let known = Dictionary(states.map { ($0.name, $0) }) { $1 }
        return Dictionary(topics.map { ($0, limits.limit(of: known[$0])) }) { $1 }
    }
}

extension KafkaCluster {
    /// The largest record that our producers send: `message.max.bytes`.
    public var largestRecord: Int {
        let pairs = settings.pairs(for: .producer)
        return pairs.last { $0.key == "message.max.bytes" }.flatMap { Int($0.value) } ?? 1_000_000
    }
}
