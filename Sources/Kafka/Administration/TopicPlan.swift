/// A topic as we want it.
public struct TopicSetup: Sendable, Equatable {
    public var name: String
    public var partitions: Int32
    /// -1 leaves it to the broker.
    public var replication: Int32
    public var configs: [String: String]

    public init(name: String, partitions: Int32, replication: Int32 = -1, configs: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.configs = configs
    }
}

/// A topic as it is.
public struct TopicState: Sendable, Equatable {
    public struct Config: Sendable, Equatable {
        /// Missing when the broker keeps it secret.
        public var value: String?
        /// Set on the topic itself, not inherited.
        public var isOwn: Bool

        public init(value: String?, isOwn: Bool) {
            self.value = value
            self.isOwn = isOwn
        }
    }

    public var name: String
    public var partitions: Int32
    public var configs: [String: Config]

    public init(name: String, partitions: Int32, configs: [String: Config]) {
        self.name = name
        self.partitions = partitions
        self.configs = configs
    }
}

/// A step from what is to what we want.
public enum TopicChange: Sendable, Equatable, CustomStringConvertible {
    case create(TopicSetup)
    /// Keys move to other partitions: state is rebuilt, so it is a step of its own that an operator confirms.
    case addPartitions(topic: String, from: Int32, to: Int32)
    /// All settings that the topic has of its own afterwards: the broker's call replaces them as a whole.
    case setConfigs(topic: String, changed: [String: String], all: [String: String])
    /// Kafka cannot take partitions away.
    case tooManyPartitions(topic: String, has: Int32, wanted: Int32)

    public var description: String {
        switch self {
        case .create(let topic): "create \(topic.name) with \(topic.partitions) partitions"
        case .addPartitions(let topic, let from, let to): "add partitions to \(topic): \(from) → \(to); keys move"
        case .setConfigs(let topic, let changed, _):
            "set \(changed.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ", ")) on \(topic)"
        case .tooManyPartitions(let topic, let has, let wanted):
            "\(topic) has \(has) partitions, \(wanted) are wanted, and Kafka cannot take any away: make a new topic"
        }
    }
}

/// Compares what is with what we want. Pure.
public enum TopicPlan {
    public static func changes(from states: [TopicState], to setups: [TopicSetup]) -> [TopicChange] {
        let known = Dictionary(states.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return setups.flatMap { setup in known[setup.name].map { changes(from: $0, to: setup) } ?? [.create(setup)] }
    }

    private static func changes(from state: TopicState, to setup: TopicSetup) -> [TopicChange] {
        var changes: [TopicChange] = []
        if state.partitions < setup.partitions {
            changes.append(.addPartitions(topic: state.name, from: state.partitions, to: setup.partitions))
        } else if state.partitions > setup.partitions {
            changes.append(.tooManyPartitions(topic: state.name, has: state.partitions, wanted: setup.partitions))
        }
        let changed = setup.configs.filter { state.configs[$0.key]?.value != $0.value }
        if !changed.isEmpty {
            let own = state.configs.filter(\.value.isOwn).compactMapValues(\.value)
            changes.append(.setConfigs(topic: state.name, changed: changed, all: own.merging(changed) { $1 }))
        }
        return changes
    }
}
