import Events
import Foundation
import Pipeline

/// Counts dead letters by input and reason, and keeps the newest. Bound: the newest twice over, and a row a reason.
struct DeadLetterCensus {
    struct Kind: Hashable, Comparable {
        var topic: String
        var reason: String

        static func < (left: Kind, right: Kind) -> Bool { (left.topic, left.reason) < (right.topic, right.reason) }
    }

    struct Row: Equatable {
        var letters = 0
        var replayed = 0
        var newest = EventTime.unknown
    }

    struct Entry: Equatable {
        var shelved: ShelvedLetter
        var wasReplayed: Bool
        /// Only where they are to be revealed.
        var key: String?
        var value: String?
    }

    /// Reasons are finite, but anybody may write headers: more kinds than these are counted as one.
    private static let mostKinds = 1_000
    private static let rest = Kind(topic: "others", reason: "many")

    private let limit: Int
    private(set) var rows: [Kind: Row] = [:]
    private var kept: [Entry] = []
    /// Records that are no dead letters of ours.
    private(set) var foreign = 0

    init(limit: Int) { self.limit = limit }

    mutating func add(_ entry: Entry) {
        var kind = Kind(topic: entry.shelved.letter.topic, reason: entry.shelved.letter.reason)
        if rows[kind] == nil, rows.count >= DeadLetterCensus.mostKinds { kind = DeadLetterCensus.rest }
        rows[kind, default: Row()].add(entry)
        kept.append(entry)
        if kept.count > 2 * limit + 16 { kept = newest }
    }

    mutating func addForeign() { foreign += 1 }

    /// The newest by the records' own times, newest first.
    var newest: [Entry] {
        Array(kept.sorted { $0.shelved.isNewer(than: $1.shelved) }.prefix(limit))
    }

    /// Counts, then the newest.
    func text(_ palette: Palette) -> String {
        guard !rows.isEmpty else {
            return "no dead letters" + (foreign > 0 ? " of ours, \(foreign.grouped) others" : "")
        }
        var table = TextTable([.left, .left, .right, .right, .left])
        table.add(["input", "reason", "letters", "replayed", "newest"])
        for (kind, row) in rows.sorted(by: { $0.key < $1.key }) {
            let newest = row.newest == EventTime.unknown ? "no time" : TimeStyle.text(row.newest)
            table.add([kind.topic, kind.reason, row.letters.grouped, row.replayed.grouped, newest])
        }
        let others = foreign > 0 ? ["and \(foreign.counted("record")) that are no dead letters of ours"] : []
        return (table.lines + others + lines(palette)).joined(separator: "\n")
    }

    private func lines(_ palette: Palette) -> [String] {
        let line = DeadLetterText(palette)
        let newest = newest
        return (newest.isEmpty ? [] : [""])
            + newest.flatMap { entry in
                [line.text(entry.shelved, wasReplayed: entry.wasReplayed)] + entry.revealed.map { "    \($0)" }
            }
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(DeadLetterReport(self))).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension DeadLetterCensus.Row {
    fileprivate mutating func add(_ entry: DeadLetterCensus.Entry) {
        letters += 1
        if entry.wasReplayed { replayed += 1 }
        newest = max(newest, entry.shelved.time)
    }
}

extension DeadLetterCensus.Entry {
    fileprivate var revealed: [String] {
        [key.map { "key   \($0.debugDescription)" }, value.map { "value \($0.debugDescription)" }].compactMap(\.self)
    }
}

extension ShelvedLetter {
    fileprivate func isNewer(than other: ShelvedLetter) -> Bool {
        (time, offset, other.place) > (other.time, other.offset, place)
    }
}

/// A census for machines.
private struct DeadLetterReport: Encodable {
    struct Count: Encodable {
        var topic: String
        var reason: String
        var letters: Int
        var replayed: Int
        var newest: String?
    }

    struct Letter: Encodable {
        var topic: String
        var partition: Int32
        var offset: Int64
        var time: String?
        var reason: String
        var message: String
        var originTopic: String
        var originPartition: Int32
        var originOffset: Int64
        var bytes: Int
        var keyed: Bool
        var truncated: Bool
        var replays: Int
        var replayed: Bool
        var key: String?
        var value: String?
    }

    var counts: [Count]
    var newest: [Letter]
    var foreign: Int

    init(_ census: DeadLetterCensus) {
        counts = census.rows.sorted { $0.key < $1.key }.map { kind, row in
            Count(
                topic: kind.topic,
                reason: kind.reason,
                letters: row.letters,
                replayed: row.replayed,
                newest: DeadLetterReport.time(row.newest)
            )
        }
        newest = census.newest.map(DeadLetterReport.letter)
        foreign = census.foreign
    }

    private static func letter(_ entry: DeadLetterCensus.Entry) -> Letter {
        let shelved = entry.shelved
        return Letter(
            topic: shelved.place.topic,
            partition: shelved.place.partition,
            offset: shelved.offset,
            time: time(shelved.time),
            reason: shelved.letter.reason,
            message: shelved.letter.message,
            originTopic: shelved.letter.topic,
            originPartition: shelved.letter.partition,
            originOffset: shelved.letter.offset,
            bytes: shelved.bytes,
            keyed: shelved.isKeyed,
            truncated: shelved.letter.isTruncated,
            replays: shelved.letter.replays,
            replayed: entry.wasReplayed,
            key: entry.key,
            value: entry.value
        )
    }

    private static func time(_ time: EventTime) -> String? { time == EventTime.unknown ? nil : TimeStyle.text(time) }
}
