import Events
import Pipeline
import Traffic

/// Folds recordings line by line and hands what follows to a sink, so that nothing piles up.
final class ReplayRun {
    let replayer: Replayer
    private(set) var tally = ReplayTally()
    private let sink: any ReplaySink
    private let limit: Int
    private let topics: [ReplayTopic]

    /// - Parameter limit: of lines, over all files.
    init(_ replayer: Replayer, sink: any ReplaySink, limit: Int? = nil) {
        self.replayer = replayer
        self.sink = sink
        self.limit = limit ?? .max
        topics = replayer.topology.outputs.enumerated().map { ReplayTopic(index: $0, name: $1) }
    }

    var isFull: Bool { tally.lines >= limit }

    /// Folds a recording to its end, or to the limit.
    ///
    /// - Parameters:
    ///   - file: how dead letters name it.
    ///   - report: the share of the file that is read, if it has a size, and the lines so far.
    func fold(
        _ reader: inout RecordingReader,
        of file: String,
        report: (Double?, Int) -> Void = { _, _ in }
    ) throws {
        tally.files += 1
        while !isFull, let line = try reader.next() {
            try fold(line, of: file)
            if tally.lines & 1_023 == 0 { report(ReplayRun.share(reader), tally.lines) }
        }
    }

    private func fold(_ line: RecordedLine, of file: String) throws(Exit) {
        tally.lines += 1
        tally.bytes += line.length
        let place = RecordedPlace(file: file, line: line.number)
        guard !line.isTooLong else {
            tally.tooLong += 1
            return try sink.take(deadLetter: .none, reason: Rejection.oversize.code.text, at: place)
        }
        replayer.fold(key: .none, value: line.bytes)
        if !replayer.outbox.isEmpty { try empty(at: place) }
    }

    /// Publishes what product pages would show, if wanted, and writes everything out.
    func finish(neighbours: Bool) throws(Exit) {
        if neighbours {
            replayer.finish()
            try empty(at: RecordedPlace(file: "", line: 0))
        }
        try sink.finish()
    }

    private func empty(at place: RecordedPlace) throws(Exit) {
        for record in replayer.outbox.records {
            let topic = topics[Int(record.topic)]
            let value = replayer.outbox.value(of: record)
            if topic.isDeadLetters {
                try sink.take(deadLetter: value, reason: reason(record), at: place)
            } else if !topic.isInternal {
                tally.count(topic, value)
                try sink.take(topic, key: replayer.outbox.key(of: record), value: value)
            }
        }
        replayer.outbox.removeAll()
    }

    private func reason(_ record: Outgoing) -> String {
        guard record.headers >= 0 else { return "unknown" }
        let header = replayer.outbox.headers[Int(record.headers)].first { $0.name == "__dlq.errors.exception" }
        return header?.value.map { String(decoding: $0, as: UTF8.self) } ?? "unknown"
    }

    private static func share(_ reader: borrowing RecordingReader) -> Double? {
        guard let total = reader.totalBytes, let read = reader.bytesRead, total > 0 else { return nil }
        return Double(read) / Double(total)
    }
}

/// A topic that the replayer writes to.
struct ReplayTopic {
    let name: String
    /// None for dead letters.
    let output: OutputTopic?

    init(index: Int, name: String) {
        self.name = name
        output = OutputTopic(rawValue: Int32(index))
    }

    var isDeadLetters: Bool { output == nil }

    /// Nobody outside reads it.
    var isInternal: Bool {
        switch output {
        case .signals, .models, .customersChangelog, .productsChangelog: true
        default: false
        }
    }
}

/// Where a line stood in what was replayed.
struct RecordedPlace: Equatable {
    var file: String
    var line: Int
}

/// What a replay has seen beside the line's own counters.
struct ReplayTally: Equatable {
    var files = 0
    var lines = 0
    var bytes = 0
    /// Lines that were not even read.
    var tooLong = 0
    var shifts = 0
    var outputs = [Int](repeating: 0, count: OutputTopic.allCases.count)

    mutating func count(_ topic: ReplayTopic, _ value: Bytes) {
        guard let output = topic.output else { return }
        outputs[Int(output.rawValue)] += 1
        if output == .productSentiment, value.begins(with: ReplayTally.shifted) { shifts += 1 }
    }

    private static let shifted: StaticString = "{\"type\":\"track\",\"event\":\"Product Sentiment Shifted\""
}

extension Bytes {
    func begins(with prefix: StaticString) -> Bool {
        let prefix = Bytes(prefix)
        return count >= prefix.count && Bytes(start: start, count: prefix.count) == prefix
    }
}

extension StaticString {
    var text: String { description }
}
