import Kafka

/// Which changes are made, and which are left to an operator's word. Pure.
struct TopicWork {
    private(set) var steps: [TopicChange] = []
    private(set) var refused: [TopicChange] = []

    init(_ changes: [TopicChange], addsPartitions: Bool) {
        for change in changes {
            switch change {
            case .create, .setConfigs: steps.append(change)
            case .addPartitions: if addsPartitions { steps.append(change) } else { refused.append(change) }
            case .tooManyPartitions: refused.append(change)
            }
        }
    }

    /// What to tell once all else is done; nil when everything could be.
    var refusal: Exit? {
        guard !refused.isEmpty else { return nil }
        let canBeAdded = refused.contains { if case .addPartitions = $0 { true } else { false } }
        let remedy = canBeAdded ? "; --add-partitions allows adding" : ""
        return Exit(.configuration, "left as it is: \(refused.map(\.description).joined(separator: "; "))\(remedy)")
    }
}
