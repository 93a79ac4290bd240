import ArgumentParser
import Configuration
import Events
import Foundation
import Kafka
import Pipeline

/// Looks at dead letters, and sends them back.
struct DeadLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq",
        abstract: "List dead letters, look at one, send them back.",
        discussion: """
            What shopstream cannot use it keeps, byte for byte, in dlq.<input topic>, with the reason in headers. \
            These verbs count and show it, and send it back once the reason is mended. shopstream tail dead-letters \
            follows them as they come. Keys and values are customers' data, and are printed with --reveal only.

            EXAMPLES
              shopstream dlq list -b localhost:9092
              shopstream dlq show --topic dlq.storefront.clickstream.v1 --partition 3 --offset 120
              shopstream dlq replay --reason bad_timestamp --since 2d --dry-run
            """,
        subcommands: [DeadLettersList.self, DeadLettersShow.self, DeadLettersReplay.self]
    )
}

/// Which dead letters are meant.
struct DeadLetterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only in this topic; may be repeated. Default: every topic dlq.….", valueName: "dlq.topic")
    )
    var topic: [String] = []

    @Option(
        help: ArgumentHelp("Only of this reason, like malformed_json; may be repeated.", valueName: "reason")
    )
    var reason: [String] = []

    @Option(
        help: ArgumentHelp("Only with a record's time from this on: 2026-11-21, 7d, 12h ago.", valueName: "time")
    )
    var since: TimeArgument?

    var filter: DeadLetterFilter {
        DeadLetterFilter(reasons: Set(reason), since: since?.time(now: Clock.wall()))
    }
}

struct DeadLettersList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Count dead letters by input and reason, and name the newest.",
        discussion: """
            Reads the topics once, outside of any group. A letter is named by where it lies, as show wants it.

            EXAMPLES
              shopstream dlq list -b localhost:9092
              shopstream dlq list --reason malformed_json --since 7d --limit 50
              shopstream dlq list --topic dlq.storefront.reviews.v1 --json --reveal
            """
    )

    @OptionGroup var wanted: DeadLetterOptions

    @Option(help: ArgumentHelp("The newest that are named.", valueName: "count"))
    var limit = 20

    @Flag(help: "Print keys and the beginnings of values too.")
    var reveal = false

    @Flag(help: "As JSON.")
    var json = false

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func validate() throws {
        guard (0...10_000).contains(limit) else { throw ValidationError("--limit wants 0 to 10000") }
    }

    func run() throws {
        let stop = StopFlag()
        let signals = StopSignals { stop.set() }
        defer { signals.cancel() }
        let kafka = try cluster.makeCluster(logger: cluster.makeLogger())
        let shelf = try DeadLetterShelf(wanted.topic, existing: try kafka.topics())
        let census = try census(kafka, shelf, stop)
        let palette = Palette(isOn: cluster.output.usesColor() && !json)
        let output = OutputFile.standardOutput()
        try output.write(line: json ? census.json : census.text(palette))
        try output.flush()
    }

    /// The most of a value that is revealed.
    private static let most = 4_096

    func census(_ kafka: any Cluster, _ shelf: DeadLetterShelf, _ stop: StopFlag) throws -> DeadLetterCensus {
        let replayed = try ReplayedLetters.read(kafka, shelf, stop)
        let filter = wanted.filter
        var census = DeadLetterCensus(limit: limit)
        let reading = try BoundedReading(kafka, shelf.partitions)
        defer { reading.close() }
        while !reading.isDone, !stop.isSet {
            try reading.poll { record, place in
                let headers = reading.headers(of: record)
                if ReplayedLetters.note(record, headers) != nil { return }
                guard let letter = DeadLetter(headers) else { return census.addForeign() }
                guard filter.admits(letter, at: record.timestamp) else { return }
                census.add(
                    DeadLetterCensus.Entry(
                        shelved: ShelvedLetter(record, at: place, letter),
                        wasReplayed: replayed.contains(record.offset, of: place),
                        key: reveal && !record.key.isMissing ? record.key.text : nil,
                        value: reveal && !record.value.isMissing ? beginning(of: record.value) : nil
                    )
                )
            }
        }
        return census
    }

    private func beginning(of value: Bytes) -> String {
        String(decoding: value.buffer.prefix(DeadLettersList.most), as: UTF8.self)
    }
}

struct DeadLettersShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one dead letter: reason, origin, size, headers.",
        discussion: """
            Key, value and the record's own headers are printed with --reveal only.

            EXAMPLES
              shopstream dlq show --topic dlq.storefront.clickstream.v1 --partition 3 --offset 120
              shopstream dlq show --topic dlq.storefront.clickstream.v1 --partition 3 --offset 120 --reveal --bytes 256
            """
    )

    @Option(help: ArgumentHelp("Where it lies.", valueName: "dlq.topic"))
    var topic: String

    @Option(help: ArgumentHelp("Where it lies.", valueName: "number"))
    var partition: Int32

    @Option(help: ArgumentHelp("Where it lies.", valueName: "number"))
    var offset: Int64

    @Flag(help: "Print key, value and the record's own headers.")
    var reveal = false

    @Option(help: ArgumentHelp("The most of the value that is printed.", valueName: "count"))
    var bytes = 1_024

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func validate() throws {
        guard partition >= 0, offset >= 0 else { throw ValidationError("--partition and --offset want numbers from 0") }
        guard bytes > 0 else { throw ValidationError("--bytes wants a number above 0") }
    }

    func run() throws {
        let kafka = try cluster.makeCluster(logger: cluster.makeLogger())
        let lines = try lines(kafka, existing: kafka.topics())
        let output = OutputFile.standardOutput()
        for line in lines { try output.write(line: line) }
        try output.flush()
    }

    func lines(_ kafka: any Cluster, existing: [String: Int32]) throws -> [String] {
        let shelf = try DeadLetterShelf([topic], existing: existing)
        let place = TopicPartition(topic, partition)
        guard shelf.partitions.contains(place) else {
            throw Exit(.usage, "\(topic) has no partition \(partition): it has \(shelf.partitions.count)")
        }
        let reading = try BoundedReading(kafka, [place], from: [place: offset])
        defer { reading.close() }
        var lines: [String]?
        while !reading.isDone, lines == nil {
            try reading.poll { record, _ in
                if lines == nil { lines = try self.lines(record, reading.headers(of: record)) }
            }
        }
        guard let lines else {
            throw Exit(.noInput, "\(place) ends at \(reading.end(of: place)): no record at \(offset)")
        }
        return lines
    }

    private func lines(_ record: Record, _ headers: [Header]) throws(Exit) -> [String] {
        guard record.offset == offset else {
            throw Exit(.noInput, "\(topic)[\(partition)] has no record at \(offset); the next is at \(record.offset)")
        }
        return DeadLetterView(record, headers, reveals: reveal, most: bytes).lines
    }
}

/// One dead letter in full. Pure.
struct DeadLetterView {
    private let record: Record
    private let headers: [Header]
    private let reveals: Bool
    private let most: Int

    /// - Parameter most: bytes of the value that are shown.
    init(_ record: Record, _ headers: [Header], reveals: Bool, most: Int) {
        self.record = record
        self.headers = headers
        self.reveals = reveals
        self.most = most
    }

    var lines: [String] { facts + headers.map(header) + (reveals ? value : []) }

    private var facts: [String] {
        var table = TextTable([.left, .left])
        if let letter = DeadLetter(headers) {
            table.add(["reason", "\(letter.reason): \(letter.message)"])
            table.add(["origin", "\(TopicPartition(letter.topic, letter.partition)) at \(letter.offset)"])
            table.add(["sent back", letter.replays.counted("time") + (letter.isTruncated ? "; truncated" : "")])
        } else if let note = ReplayedLetters.note(record, headers) {
            table.add(["note", "the letters at \(note.text) were sent back"])
        } else {
            table.add(["reason", "none: this was not written by Shopstream"])
        }
        table.add(["time", TimeStyle.text(record.timestamp)])
        table.add(["key", size(record.key) + (reveals && !record.key.isMissing ? ": \(record.key.text)" : "")])
        table.add(["value", size(record.value)])
        return table.lines
    }

    private func size(_ bytes: Bytes) -> String { bytes.isMissing ? "none" : bytes.count.counted("byte") }

    /// What the producer wrote may name people; what we wrote does not.
    private func header(_ header: Header) -> String {
        guard let value = header.value else { return "header \(header.name) is null" }
        let isOurs = header.name.hasPrefix(DeadLetter.Name.prefix)
        return "header \(header.name) "
            + (isOurs || reveals ? "= \(String(decoding: value, as: UTF8.self))" : "(\(value.count.counted("byte")))")
    }

    private var value: [String] {
        let rest = record.value.count - most
        return HexView.lines(record.value.buffer.prefix(most)) + (rest > 0 ? ["and \(rest.counted("byte")) more"] : [])
    }
}
