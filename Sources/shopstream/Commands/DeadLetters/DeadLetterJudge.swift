import Events
import Pipeline

/// What is to be sent back, and where to.
struct DeadLetterRequest {
    var filter = DeadLetterFilter()
    /// The most that are sent.
    var limit = Int.max
    /// A record that came back so often is not sent again.
    var maxReplays = 3
    /// Instead of the topic that each came from.
    var target: String?
    /// Records a second, at most.
    var rate: Double?
    var isDry = false
}

/// What becomes of one dead letter.
enum DeadLetterVerdict: Equatable {
    /// - Parameter topic: index among those that are written.
    case send(topic: Int32, partition: Int32)
    case alreadySent
    case notAsked
    /// Not written by Shopstream: nothing says where it came from.
    case foreign
    /// Only the beginning of the value is left.
    case truncated
    /// Sent back too often.
    case worn
    /// The topic that it came from is not there.
    case homeless(String)

    /// True when no later replay has to look at the record again.
    var isSettled: Bool {
        switch self {
        case .send, .alreadySent, .foreign, .truncated: true
        case .notAsked, .worn, .homeless: false
        }
    }
}

/// Decides for each dead letter. Pure.
struct DeadLetterJudge {
    let request: DeadLetterRequest
    /// Names by ``Pipeline/Outgoing/topic``: the topics that letters may go to, then those of the notes.
    let targets: [String]
    let counts: [String: Int32]

    /// - Throws: ``Exit`` when the named target does not do.
    init(_ request: DeadLetterRequest, _ shelf: DeadLetterShelf, existing: [String: Int32]) throws(Exit) {
        self.request = request
        counts = existing
        if let target = request.target {
            guard existing[target] != nil else { throw Exit(.configuration, "--to \(target): there is no such topic") }
            guard !InputTopics.isOurs(target) else {
                throw Exit(.usage, "--to \(target): is written by Shopstream itself")
            }
            targets = [target]
        } else {
            let prefix = Topology.deadLetters(of: "").count
            targets = shelf.topics.map { String($0.dropFirst(prefix)) }.filter {
                existing[$0] != nil && !InputTopics.isOurs($0)
            }
        }
    }

    func verdict(_ letter: DeadLetter?, key: Bytes, time: EventTime, wasSent: Bool) -> DeadLetterVerdict {
        if wasSent { return .alreadySent }
        guard let letter else { return .foreign }
        guard request.filter.admits(letter, at: time) else { return .notAsked }
        if letter.isTruncated { return .truncated }
        if letter.replays >= request.maxReplays { return .worn }
        let topic = request.target ?? letter.topic
        guard let index = targets.firstIndex(of: topic), let count = counts[topic] else { return .homeless(topic) }
        let partition = key.isMissing ? letter.partition % count : Hash.partition(of: key, among: count)
        return .send(topic: Int32(index), partition: partition)
    }
}

/// What was done and what was left.
struct DeadLetterTally: Equatable {
    /// By reason.
    var sent: [String: Int] = [:]
    var alreadySent = 0
    var notAsked = 0
    var foreign = 0
    var truncated = 0
    var worn = 0
    /// By topic.
    var homeless: [String: Int] = [:]

    var total: Int { sent.values.reduce(0, +) }

    mutating func note(_ verdict: DeadLetterVerdict, _ letter: DeadLetter?) {
        switch verdict {
        case .send: sent[letter?.reason ?? "unknown", default: 0] += 1
        case .alreadySent: alreadySent += 1
        case .notAsked: notAsked += 1
        case .foreign: foreign += 1
        case .truncated: truncated += 1
        case .worn: worn += 1
        case .homeless(let topic): homeless[topic, default: 0] += 1
        }
    }

    /// One line for what was sent, and one for each kind that stays.
    func lines(_ request: DeadLetterRequest) -> [String] {
        let reasons = sent.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.grouped)" }.joined(separator: ", ")
        let head =
            "\(total.counted("dead letter")) \(request.isDry ? "would be sent" : "sent") back"
            + (reasons.isEmpty ? "" : " (\(reasons))")
        let stays = [
            (alreadySent, "sent back by an earlier replay"),
            (notAsked, "not asked for"),
            (worn, "sent back \(request.maxReplays.counted("time")) or more: mend what rejects them, or --max-replays"),
            (truncated, "truncated: only their beginning was kept, so they cannot be sent back"),
            (foreign, "not written by Shopstream: nothing says where they came from"),
        ]
        let lost = homeless.sorted { $0.key < $1.key }.map {
            ($0.value, "of \($0.key), which is not there: --to names another topic")
        }
        return [head] + (stays + lost).filter { $0.0 > 0 }.map { "  left: \($0.0.grouped) \($0.1)" }
    }
}
