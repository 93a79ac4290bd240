import ArgumentParser
import Configuration
import Events
import Foundation
import Kafka
import Logging
import Pipeline

struct DeadLettersReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send dead letters back to the topic that they came from.",
        discussion: """
            Key, value, timestamp and the record's own headers go back as they came, to the partition of the key \
            (without one: to the partition that it came from). What Shopstream noted in headers is taken off, and \
            \(DeadLetter.Name.replays) counts how often a record was sent: beyond --max-replays it stays.

            Each letter is sent once, however often the verb is run and whatever dies: what was sent is noted behind \
            the letters, in the same transaction. Letters that the filters leave out can be sent later. Only one \
            replay runs at a time; a second one takes over from the first. Truncated letters (too-large) are never \
            sent: only their beginning was kept.

            EXAMPLES
              shopstream dlq replay --reason bad_timestamp --dry-run
              shopstream dlq replay --reason bad_timestamp --since 2d --rate 100/s -b kafka:9092
              shopstream dlq replay --topic dlq.storefront.reviews.v1 --limit 10 --to storefront.reviews.v1
              shopstream dlq replay --max-replays 5 --json

            Exit codes: 69 the outcome of the last transaction is unknown (run it again), 75 another replay took \
            over, 78 a topic is missing.
            """
    )

    @OptionGroup var wanted: DeadLetterOptions

    @Option(help: ArgumentHelp("The most that are sent.", valueName: "count"))
    var limit: Int?

    @Option(help: ArgumentHelp("At most so many: 100/s, 30/m.", valueName: "count/s"))
    var rate: RateArgument?

    @Option(help: ArgumentHelp("Another topic than the one that they came from.", valueName: "topic"))
    var to: String?

    @Option(help: ArgumentHelp("Leave what was sent back so often.", valueName: "count"))
    var maxReplays = 3

    @Option(help: ArgumentHelp("Consumer group of the lines; default: shopstream.", valueName: "name"))
    var group: String?

    @Flag(help: "Tell what would be sent and what would stay; write nothing, join no group.")
    var dryRun = false

    @Flag(help: "The summary as JSON.")
    var json = false

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func validate() throws {
        guard limit ?? 1 > 0 else { throw ValidationError("--limit wants a number above 0") }
        guard (1...1_000).contains(maxReplays) else { throw ValidationError("--max-replays wants 1 to 1000") }
    }

    func run() throws {
        let log = cluster.makeLogger()
        let stop = StopFlag()
        let signals = StopSignals { stop.set() }
        defer { signals.cancel() }
        let settings = try settings()
        let kafka = try cluster.makeCluster(settings, logger: log)
        if !kafka.capabilities.enforcesTransactions, !dryRun {
            log.warning("this cluster does not enforce transactions: a letter may be sent twice")
        }
        let existing = try kafka.topics()
        let shelf = try DeadLetterShelf(wanted.topic, existing: existing)
        let judge = try DeadLetterJudge(request, shelf, existing: existing)
        try report(replay(kafka, shelf, judge, settings.group, stop))
    }

    private func replay(
        _ kafka: KafkaCluster,
        _ shelf: DeadLetterShelf,
        _ judge: DeadLetterJudge,
        _ group: String,
        _ stop: StopFlag
    ) throws -> DeadLetterTally {
        let clock = WallClock(now: Clock.wall)
        let replay = DeadLetterReplay(kafka, shelf, judge, group: group, clock: clock, stop: stop)
        var progress = ProgressLine("replay", isShown: !cluster.output.quiet && ProgressLine.isTerminal)
        defer { progress.clear() }
        return try replay.run { count in
            if progress.isDue() { progress.show(share: nil, count: count, unit: "letters") }
        }
    }

    private var request: DeadLetterRequest {
        DeadLetterRequest(
            filter: wanted.filter,
            limit: limit ?? .max,
            maxReplays: maxReplays,
            target: to,
            rate: rate?.perSecond,
            isDry: dryRun
        )
    }

    private func settings() throws -> Settings {
        var flags: [Setting: ConfigContent] = [:]
        flags[.group] = group.map { .string($0) }
        return try cluster.settings(flags)
    }

    private func report(_ tally: DeadLetterTally) throws {
        let output = OutputFile.standardOutput()
        let lines = json ? [DeadLetterReplaySummary(tally, isDry: dryRun).json] : tally.lines(request)
        for line in lines { try output.write(line: line) }
        try output.flush()
    }
}

/// `100/s`, `30/m`, `5/h`, or `100` a second.
struct RateArgument: ExpressibleByArgument, Equatable {
    var perSecond: Double

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        let units: [Substring: Double] = ["s": 1, "m": 60, "h": 3_600]
        guard (1...2).contains(parts.count), let count = Double(parts[0]), count.isFinite, count > 0,
            let unit = units[parts.count == 2 ? parts[1] : "s"]
        else { return nil }
        perSecond = count / unit
    }
}

/// The summary of a replay for machines.
struct DeadLetterReplaySummary: Encodable {
    let sent: Int
    let reasons: [String: Int]
    let alreadySent: Int
    let notAsked: Int
    let tooOften: Int
    let truncated: Int
    let foreign: Int
    let homeless: [String: Int]
    let dryRun: Bool

    init(_ tally: DeadLetterTally, isDry: Bool) {
        sent = tally.total
        reasons = tally.sent
        alreadySent = tally.alreadySent
        notAsked = tally.notAsked
        tooOften = tally.worn
        truncated = tally.truncated
        foreign = tally.foreign
        homeless = tally.homeless
        dryRun = isDry
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
