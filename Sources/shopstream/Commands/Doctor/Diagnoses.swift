import Events
import Kafka
import Pipeline

/// Whether the cluster answers at all.
enum ConnectionDiagnosis {
    static func failure(_ error: any Error) -> Finding {
        let exit = Exit(error) ?? Exit(.unavailable, error.reason)
        let code = Exit.Code(rawValue: exit.code) ?? .unavailable
        let remedy =
            switch code {
            case .configuration: "shopstream config check"
            case .noPermission: "check the credentials; Deploy/README.md shows how they are set"
            default: "check -b, the network, and security.protocol"
            }
        return Finding(.failure(code), "connection", exit.sentence, remedy: remedy)
    }
}

/// Which topics there are, and whether their partitions can be shared out alike.
struct TopicDiagnosis {
    let inputs: [String]
    let existing: [String: Int32]

    var findings: [Finding] { [missing, counts] + catalog }

    private var missing: Finding {
        let wanted = inputs + OutputTopic.allCases.map(\.name) + inputs.map(Topology.deadLetters)
        let missing = wanted.filter { existing[$0] == nil }
        guard !missing.isEmpty else { return Finding(.fine, "topics", "all \(wanted.count) are there") }
        return Finding(
            .failure(.configuration),
            "topics",
            "missing: \(missing.joined(separator: ", "))",
            remedy: "shopstream topics apply"
        )
    }

    private var counts: Finding {
        let alike = inputs + [OutputTopic.signals, .customersChangelog, .productsChangelog].map(\.name)
        let known = alike.compactMap { topic in existing[topic].map { (topic, $0) } }
        guard let most = known.map(\.1).max(), known.contains(where: { $0.1 != most }) else {
            return Finding(
                .fine,
                "partitions",
                "\((known.first?.1 ?? 0).counted("partition")) each, so customers' topics share them"
            )
        }
        let list = known.map { "\($0.0) has \($0.1)" }.joined(separator: ", ")
        return Finding(
            .failure(.configuration),
            "partitions",
            list,
            remedy:
                "inputs, signals and changelogs need the same count: make new topics, "
                + "or shopstream topics apply --add-partitions"
        )
    }

    private var catalog: [Finding] {
        guard existing[Topology.catalog] == nil else { return [] }
        return [
            Finding(.note, "catalogue", "\(Topology.catalog) is missing: stock and categories come from events alone")
        ]
    }
}

/// Settings without which the memory would not last.
struct SettingsDiagnosis {
    let inputs: [String]
    let states: [TopicState]

    var findings: [Finding] {
        let wrong = states.compactMap(judge)
        return wrong.isEmpty ? [Finding(.fine, "settings", "compaction is as it should be")] : wrong
    }

    private func judge(_ state: TopicState) -> Finding? {
        let policy = state.configs["cleanup.policy"]?.value ?? "delete"
        guard let output = OutputTopic.allCases.first(where: { $0.name == state.name }) else {
            return timestamps(state)
        }
        guard output.isCompacted, policy != "compact" else { return nil }
        let isState = output == .customersChangelog || output == .productsChangelog
        let state =
            "\(state.name) has cleanup.policy=\(policy): "
            + (isState ? "the memory would expire" : "latest values would expire")
        return Finding(
            isState ? .failure(.configuration) : .warning,
            "settings",
            state,
            remedy: "shopstream topics apply"
        )
    }

    /// The record's own time bounds the event's; the time of appending is always later.
    private func timestamps(_ state: TopicState) -> Finding? {
        guard inputs.contains(state.name), state.configs["message.timestamp.type"]?.value == "LogAppendTime" else {
            return nil
        }
        return Finding(
            .note,
            "settings",
            "\(state.name) has message.timestamp.type=LogAppendTime: records carry the time of arrival"
        )
    }
}

extension DeadLetterRoom {
    var finding: Finding { Finding(.warning, "settings", state, remedy: remedy) }
}
/// What transactions are worth.
enum EnforcementDiagnosis {
    static func assumed(_ capabilities: BrokerCapabilities) -> Finding {
        guard capabilities == .kafka else {
            return Finding(
                .warning,
                "transactions",
                "an embedded cluster: nothing is hidden, fenced or kept",
                remedy: "for demonstrations only"
            )
        }
        return Finding(.note, "transactions", "taken to be enforced, as Kafka does; --probe makes sure")
    }
}

/// Where the group is.
struct GroupDiagnosis {
    let group: String
    let standing: GroupStanding?
    let bounds: [TopicPartition: LogBounds]
    let committed: [TopicPartition: Int64]

    var findings: [Finding] { [members] + positions }

    private var members: Finding {
        guard let standing else { return Finding(.note, "group", "\(group): the cluster does not tell its members") }
        if standing.state == "Dead" { return Finding(.note, "group", "\(group): has never been used") }
        return Finding(.fine, "group", "\(group): \(standing.state), \(standing.members.count.counted("member"))")
    }

    private var positions: [Finding] {
        guard !committed.isEmpty else {
            return [Finding(.note, "lag", "nothing committed: the first run starts at the earliest record")]
        }
        return [lag] + lost
    }

    private var lag: Finding {
        let byTopic = Dictionary(grouping: bounds.keys, by: \.topic).mapValues { partitions in
            partitions.reduce(Int64(0)) { $0 + behind($1) }
        }
        let list = byTopic.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.grouped)" }.joined(separator: ", ")
        return Finding(.fine, "lag", "records to fold: \(list)")
    }

    private func behind(_ partition: TopicPartition) -> Int64 {
        guard let bounds = bounds[partition] else { return 0 }
        return max(0, bounds.end - (committed[partition] ?? bounds.start))
    }

    /// Offsets before the log's start: what stood there was deleted unread.
    private var lost: [Finding] {
        let lost = committed.filter { $0.value < bounds[$0.key]?.start ?? 0 }.keys.sorted()
        guard !lost.isEmpty else { return [] }
        return [
            Finding(
                .failure(.configuration),
                "lag",
                "records were deleted before they were read: \(lost.map(\.description).joined(separator: ", "))",
                remedy:
                    "keep inputs for longer than a line may stand still; accept the gap: shopstream reset --to-earliest"
            )
        ]
    }
}
