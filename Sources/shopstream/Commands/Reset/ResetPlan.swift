import Events
import Kafka
import Pipeline

/// Where the fold is to start.
enum ResetTarget: Equatable {
    case earliest
    case latest
    /// The first record at or after this time, by its timestamp.
    case time(EventTime)
    /// These; the other partitions stay where the group is, or start at their first record.
    case offsets([TopicPartition: Int64])
}

/// What has to be known of the cluster before a reset can be planned.
struct ResetSurvey: Equatable {
    var bounds: [TopicPartition: LogBounds] = [:]
    var committed: [TopicPartition: Int64] = [:]
    /// First offsets at or after the wanted time; absent where nothing is that young.
    var since: [TopicPartition: Int64] = [:]
    /// Nil where the cluster does not tell.
    var members: Int?
}

extension ResetSurvey {
    init(_ admin: GroupAdmin, _ group: String, _ topology: Topology, _ target: ResetTarget) throws(Fault) {
        let partitions = topology.subscribed
        bounds = try admin.bounds(of: partitions)
        committed = try admin.committed(by: group, of: partitions)
        members = (try? admin.standing(of: group))?.members.count
        if case .time(let time) = target { since = try admin.offsets(of: partitions, since: max(0, time)) }
    }
}

/// Which offsets the group gets, and what that means. Pure.
struct ResetPlan: Equatable {
    struct Move: Equatable {
        var partition: TopicPartition
        /// Where the group is; nil when it has not begun.
        var from: Int64?
        var to: Int64
        var bounds: LogBounds

        /// Records that are folded again, or for the first time.
        var ahead: Int64 { bounds.end - to }
        /// Records that nobody will have folded.
        var skipped: Int64 { max(0, to - max(from ?? bounds.start, bounds.start)) }
    }

    let inputs: [Move]
    let signals: [Move]

    /// - Throws: ``Exit`` when an offset is asked for that the log does not have, or of a topic that is no input.
    init(_ target: ResetTarget, _ topology: Topology, _ survey: ResetSurvey) throws(Exit) {
        if case .offsets(let named) = target {
            let known = Set(topology.inputPartitions)
            if let stranger = named.keys.filter({ !known.contains($0) }).min() {
                throw Exit(.usage, "\(stranger): is no partition of an input")
            }
        }
        var moves: [Move] = []
        for partition in topology.inputPartitions { moves.append(try ResetPlan.move(partition, target, survey)) }
        inputs = moves
        signals = topology.signalPartitions.map { partition in
            let bounds = survey.bounds[partition] ?? LogBounds(start: 0, end: 0)
            return Move(partition: partition, from: survey.committed[partition], to: bounds.end, bounds: bounds)
        }
    }

    private static func move(
        _ partition: TopicPartition,
        _ target: ResetTarget,
        _ survey: ResetSurvey
    ) throws(Exit) -> Move {
        let bounds = survey.bounds[partition] ?? LogBounds(start: 0, end: 0)
        let from = survey.committed[partition]
        let to: Int64 =
            switch target {
            case .earliest: bounds.start
            case .latest: bounds.end
            case .time: survey.since[partition] ?? bounds.end
            case .offsets(let named): named[partition] ?? from.map { max($0, bounds.start) } ?? bounds.start
            }
        guard (bounds.start...max(bounds.start, bounds.end)).contains(to) else {
            throw Exit(
                .usage,
                "\(partition): \(to) is outside of the log, which holds \(bounds.start) to \(bounds.end)"
            )
        }
        return Move(partition: partition, from: from, to: to, bounds: bounds)
    }

    /// The group's offsets afterwards.
    var offsets: [TopicPartition: Int64] {
        Dictionary((inputs + signals).map { ($0.partition, $0.to) }, uniquingKeysWith: { first, _ in first })
    }

    /// Offsets under which the memory is emptied: where the group is, so that nothing has moved yet.
    func standing(_ committed: [TopicPartition: Int64]) -> [TopicPartition: Int64] {
        offsets.merging(committed) { $1 }
    }

    var text: String {
        var table = TextTable([.left, .right, .left, .right, .left])
        for move in inputs {
            table.add([move.partition.description, move.from?.grouped ?? "none", "→", move.to.grouped, effect(move)])
        }
        for move in signals {
            table.add([
                move.partition.description, move.from?.grouped ?? "none", "→", move.to.grouped,
                "its end: the fold says them again",
            ])
        }
        let total = inputs.reduce(0) { $0 + $1.ahead }
        return table.text + "\nevery customer and product is forgotten; \(total.counted("record")) will be folded"
    }

    private func effect(_ move: Move) -> String {
        move.skipped > 0
            ? "\(move.ahead.grouped) to fold, \(move.skipped.grouped) left out" : "\(move.ahead.grouped) to fold"
    }
}

extension Topology {
    var inputPartitions: [TopicPartition] {
        inputs.flatMap { topic in (0..<partitions).map { TopicPartition(topic, $0) } }
    }
    var signalPartitions: [TopicPartition] { (0..<partitions).map { TopicPartition(OutputTopic.signals.name, $0) } }
    var subscribed: [TopicPartition] { inputPartitions + signalPartitions }
}
