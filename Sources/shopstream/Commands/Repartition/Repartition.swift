import ArgumentParser
import Configuration
import Events
import Foundation
import Kafka
import Logging
import Pipeline

/// Copies a topic that is keyed by nothing, or by something else, into one that is keyed by customer.
struct Repartition: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy a topic into one that is keyed by customer.",
        discussion: """
            Customers' memory is kept by partition, so their events need their id as key: userId, else anonymousId. \
            Where a producer cannot be taught that, this copies its topic, record by record and exactly once, into \
            one that shopstream run then reads. Value, headers and timestamp stay as they are; the key becomes the \
            customer, the partition that which Java producers choose for it (murmur2). Records that name no \
            customer go to the source's dead letters, with the reason; of those that are larger, uncompressed, than \
            the target (max.message.bytes) or our producer (message.max.bytes) takes, the beginning, size and SHA-256.

            It runs until Ctrl-C or SIGTERM, and goes on where it was when it is started again. Several processes \
            share the work; each wants its own --name. A customer's events may lie in any partition of the source: \
            each process copies those that it has in the order of their records' times, to within two minutes.

            The target is a topic of its own, with as many partitions as the other inputs: describe it in \
            Topics/topics, and the source's dead letters (dlq.<topic>), then shopstream topics apply.

            EXAMPLES
              shopstream repartition --from shop.events --to storefront.clickstream.v1 --dry-run
              shopstream repartition --from shop.events --to storefront.clickstream.v1 -b kafka:9092
              shopstream repartition --from shop.events --to shop.events.keyed --until-end --json
              shopstream repartition --from shop.events --to shop.events.keyed --group copy-2 --name host-2

            Exit codes: 64 topics that cannot be copied, 65 records were deleted before they were copied, 75 another \
            process has this --name, 78 a topic is missing or has another number of partitions.
            """
    )

    enum Key: String, ExpressibleByArgument, CaseIterable { case customer }

    @Option(help: ArgumentHelp("The topic that is copied.", valueName: "topic"))
    var from: String

    @Option(help: ArgumentHelp("The topic that it is copied into.", valueName: "topic"))
    var to: String

    @Option(help: ArgumentHelp("What becomes the key: customer.", valueName: "what"))
    var key = Key.customer

    @Option(
        help: ArgumentHelp("Consumer group, which remembers what was copied; default: shopstream-repartition-<from>.")
    )
    var group: String?

    @Option(help: ArgumentHelp("This process's own name in the group; default: the host's name.", valueName: "name"))
    var name: String?

    @Flag(help: "Copy what the topic holds now, then stop.")
    var untilEnd = false

    @Flag(help: "Go on where records were deleted before they were copied.")
    var skipLost = false

    @Flag(help: "Read the topic once and tell what would become of its records; write nothing, join no group.")
    var dryRun = false

    @Flag(help: "The summary as JSON.")
    var json = false

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func run() throws {
        let log = cluster.makeLogger()
        let stop = StopFlag()
        let signals = StopSignals { stop.set() }
        defer { signals.cancel() }
        let settings = try settings()
        let kafka = try cluster.makeCluster(settings, logger: log)
        let route = try RepartitionRoute(from: from, to: to, existing: try kafka.topics())
        let rooms = try RepartitionRooms(kafka, route)
        let start = Clock.monotonic()
        let tally = try dryRun ? sample(kafka, route, rooms, stop) : copy(kafka, route, rooms, settings, stop, log)
        try report(tally, milliseconds: Clock.monotonic() - start)
    }

    /// The group that the flags name; what `group` means elsewhere is the lines'.
    private var groupName: String { group ?? Repartition.group(from: from) }

    static func group(from source: String) -> String { "shopstream-repartition-\(source)" }

    private func settings() throws -> Settings {
        var flags: [Setting: ConfigContent] = [.group: .string(groupName)]
        flags[.name] = name.map { .string($0) }
        return try cluster.settings(flags)
    }

    private func copy(
        _ kafka: KafkaCluster,
        _ route: RepartitionRoute,
        _ rooms: RepartitionRooms,
        _ settings: Settings,
        _ stop: StopFlag,
        _ log: Logger
    ) throws -> RepartitionTally {
        if !kafka.capabilities.enforcesTransactions {
            log.warning("this cluster does not enforce transactions: a record may be copied twice")
        }
        let copying = Repartitioner.Settings(
            group: settings.group,
            name: settings.name,
            untilEnd: untilEnd,
            skipsLost: skipLost
        )
        let repartitioner = Repartitioner(kafka, route, rooms, copying, clock: WallClock(now: Clock.wall), log: log)
        defer { repartitioner.close() }
        var progress = ProgressLine("repartition", isShown: !cluster.output.quiet && ProgressLine.isTerminal)
        while !repartitioner.isFinished, !stop.isSet {
            try repartitioner.turn()
            if progress.isDue() { progress.show(share: nil, count: repartitioner.tally.records, unit: "records") }
        }
        try repartitioner.drain()
        progress.clear()
        return repartitioner.tally
    }

    private func sample(
        _ kafka: KafkaCluster,
        _ route: RepartitionRoute,
        _ rooms: RepartitionRooms,
        _ stop: StopFlag
    ) throws -> RepartitionTally {
        var keying = CustomerKeying(route, group: groupName, rooms)
        let reading = try BoundedReading(kafka, route.partitions)
        defer { reading.close() }
        while !reading.isDone, !stop.isSet {
            try reading.poll { record, _ in keying.count(record, reading.headers(of: record)) }
        }
        return keying.tally
    }

    private func report(_ tally: RepartitionTally, milliseconds: Int64) throws {
        let output = OutputFile.standardOutput()
        if json {
            try output.write(line: RepartitionSummary(tally, isDry: dryRun, milliseconds: milliseconds).json)
        } else {
            let rate = Double(tally.records) / max(0.001, Double(milliseconds) / 1_000)
            let end = dryRun ? "; nothing was written" : ", \(Int(rate).grouped)/s"
            try output.write(line: tally.text(dryRun ? "would be copied" : "copied") + end)
        }
        try output.flush()
    }
}

/// The summary for machines.
struct RepartitionSummary: Encodable {
    let copied: Int
    let keyed: Int
    let deadLetters: Int
    let reasons: [String: Int]
    let bytes: Int
    let dryRun: Bool
    let milliseconds: Int64

    init(_ tally: RepartitionTally, isDry: Bool, milliseconds: Int64) {
        copied = tally.copied
        keyed = tally.keyed
        deadLetters = tally.deadLetters
        reasons = tally.rejected
        bytes = tally.bytes
        dryRun = isDry
        self.milliseconds = milliseconds
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
