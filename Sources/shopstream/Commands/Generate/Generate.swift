import ArgumentParser
import Events
import Kafka
import Pipeline
import Traffic

/// The pretend shop, to a file or to a cluster.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make up a shop's events, into a file or a cluster.",
        discussion: """
            A seeded shop: visitors, repeat buyers with a planted order of purchases, customers who go quiet, products \
            whose reviews turn bad, in English and Chinese, with the duplicates, quirks and broken records that shops \
            send. The same plan gives the same bytes.

            How much: --events, --days of the shop's own time, or --seconds of yours. How fast: as fast as it goes, at \
            a --rate, or in time lapse with --speed. A record's timestamp is its event's. With --speed the shop opens \
            now; otherwise it closes now on a cluster, and opens 2026-01-01 in a file.

            EXAMPLES
              shopstream generate --out shop.ndjson --days 30
              shopstream generate --out - --events 1000 --bench
              shopstream generate --out clicks.ndjson --reviews reviews.ndjson --catalog catalog.ndjson --seed 7
              shopstream generate -b localhost:9092 --rate 5000 --events 1000000
              shopstream generate -b localhost:9092 --speed 600 --seconds 120
            """
    )

    @Option(help: ArgumentHelp("Write the events into this file, one a line; - is standard output.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("Write the reviews into a file of their own.", valueName: "file"))
    var reviews: String?

    @Option(help: ArgumentHelp("Write the catalogue's rows into this file.", valueName: "file"))
    var catalog: String?

    @OptionGroup(title: "The shop") var shop: ShopOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func validate() throws {
        if out == nil, reviews != nil || catalog != nil { throw ValidationError("--reviews and --catalog want --out") }
        if [out, reviews, catalog].count(where: { $0 == "-" }) > 1 {
            throw ValidationError("standard output can take one of the files")
        }
    }

    func run() throws {
        let stop = StopFlag()
        let signals = StopSignals { stop.set() }
        defer { signals.cancel() }
        let plan = GeneratePlan(shop, endsNow: out == nil, now: Clock.wall())
        let sink = try makeSink()
        var generator = try Generator(plan, sink, stop)
        var progress = ProgressLine("generate", isShown: !cluster.output.quiet && ProgressLine.isTerminal)
        try generator.run { generator in
            if progress.isDue() { progress.show(share: generator.share, count: generator.count, unit: "events") }
        }
        progress.clear()
        StandardError.print(generator.summary)
    }

    private func makeSink() throws -> any EventSink {
        guard let out else {
            let logger = cluster.makeLogger()
            return try ClusterSink(cluster.makeCluster(logger: logger))
        }
        return try RecordingSink(events: out, reviews: reviews, catalog: catalog)
    }
}

/// What kind of shop, how much of it and how fast.
struct ShopOptions: ParsableArguments {
    @Option(help: "The same seed gives the same shop.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("People with an account.", valueName: "customers"))
    var customers = 20_000

    @Option(help: ArgumentHelp("Products on the shelves.", valueName: "products"))
    var products = 5_000

    @Option(help: ArgumentHelp("Clickstream events on an average day.", valueName: "events"))
    var eventsPerDay = 200_000

    @Option(help: ArgumentHelp("Stop after so many records.", valueName: "events"))
    var events: Int?

    @Option(
        help: ArgumentHelp(
            "How long the shop is open, in its own time; 7 unless something else ends it.",
            valueName: "days"
        )
    )
    var days: Double?

    @Option(help: ArgumentHelp("Stop after so many seconds of your time.", valueName: "seconds"))
    var seconds: Double?

    @Option(help: ArgumentHelp("Records a second.", valueName: "events"))
    var rate: Double?

    @Option(
        help: ArgumentHelp("Time lapse: the shop's clock goes so many times as fast as yours.", valueName: "factor")
    )
    var speed: Double?

    @Option(help: ArgumentHelp("When the shop opens: ISO-8601, now, or so long ago (7d, 12h).", valueName: "time"))
    var start: TimeArgument?

    @Flag(help: "The plain stream that benchmarks use, instead of a shop with a life behind it.")
    var bench = false

    func validate() throws {
        let positive: [(String, Double?)] = [
            ("events", events.map(Double.init)), ("days", days), ("seconds", seconds), ("rate", rate), ("speed", speed),
        ]
        for (name, value) in positive where !((value ?? 1) > 0 && (value ?? 1).isFinite) {
            throw ValidationError("--\(name) wants a number above 0")
        }
        if rate != nil, speed != nil { throw ValidationError("--rate and --speed exclude each other") }
        if let days, days > 3_000 { throw ValidationError("--days wants at most 3000") }
    }
}
