import ArgumentParser
import Kafka
import Pipeline

/// How fast the memory of a large shop comes back.
struct BenchRestore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "State back in memory, from assignment to ready, on changelogs with a day's churn.",
        discussion: """
            Fills the topics with the memory of a made-up shop: a record for every customer, the products and their \
            published rows, then a day's journals and events that a line folds, commits and checkpoints before it is \
            killed. Nothing is compacted. Then new lines take over, and what is timed is what a shop waits for.

            Over a log in memory, or with -b on a cluster whose topics exist and are empty: never on one in use.

            EXAMPLES
              shopstream bench restore
              shopstream bench restore --customers 200000 --lines 1 --json
              shopstream topics apply -b test:9092 && shopstream bench restore -b test:9092
            """
    )

    @OptionGroup var shop: RestoreShopOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    @Option(help: ArgumentHelp("Threads, each with its share of the partitions.", valueName: "n"))
    var lines = 2

    @Option(help: ArgumentHelp("Measure so many times; the median is told.", valueName: "runs"))
    var runs = 3

    func validate() throws {
        guard (1...64).contains(lines) else { throw ValidationError("--lines wants 1 to 64") }
        guard runs > 0 else { throw ValidationError("--runs wants a number above 0") }
    }

    func run() throws {
        let ground = try shop.ground(cluster)
        let settings = shop.lineSettings
        try shop.shop.build(on: ground, settings: settings)
        let trial = RestoreTrial(ground: ground, settings: settings, lines: lines)
        let results = try (0..<runs).map { _ in
            defer { ground.restart() }
            return try trial.run()
        }
        var report = BenchReport(commandLine: shop.commandLine("restore") + " --lines \(lines) --runs \(runs)")
        report.figures = figures(results)
        report.notes = ["", "over \(ground.name); \(results.last.map(BenchRestore.text) ?? "")"]
        try report.print(json: shop.json)
    }

    private func figures(_ runs: [RestoreRun]) -> [Figure] {
        func seconds(_ name: String, _ value: KeyPath<RestoreRun, Double>, _ unit: String) -> Figure {
            Figure(name: name, values: runs.map { $0[keyPath: value] / 1e9 }, unit: unit, places: 2)
        }
        func mebibytes(_ name: String, _ value: (RestoreRun) -> Double, _ unit: String) -> Figure {
            Figure(name: name, values: runs.map { value($0) / 1_048_576 }, unit: unit)
        }
        return [
            seconds("restore", \.restore, "s from assignment to ready"),
            seconds("  join", \.join, "s before it"),
            seconds("  CPU", \.cpu, "s of all threads, joining included"),
            Figure(name: "  rate", values: runs.map { Double($0.records) / $0.restore * 1e9 }, unit: "records/s"),
            mebibytes("memory", { Double($0.peakBytes) }, "MiB at most"),
            mebibytes("  at the end", { Double($0.endBytes) }, "MiB"),
            mebibytes("  state", { Double($0.stateBytes) }, "MiB by its own account"),
            Figure(
                name: "  at most",
                values: runs.map { Double($0.peakBytes) / Double(max(1, $0.endBytes)) },
                unit: "times what it is at the end",
                places: 2
            ),
        ]
    }

    private static func text(_ run: RestoreRun) -> String {
        "\(run.customers.counted("customer")), \(run.products.counted("product")), "
            + "\(run.knowledgeRows.counted("known row")); \(run.records.counted("record")) read, "
            + "\(run.replayed.counted("event")) replayed"
    }
}

/// The shop that comes back.
struct RestoreShopOptions: ParsableArguments {
    @Option(help: ArgumentHelp("People in the shop.", valueName: "customers"))
    var customers = 1_000_000

    @Option(help: ArgumentHelp("Products in the shop.", valueName: "products"))
    var products = 50_000

    @Option(help: ArgumentHelp("Events of the day that are folded over the memory.", valueName: "events"))
    var events = 500_000

    @Option(help: ArgumentHelp("Journals of the day that later ones replace.", valueName: "journals"))
    var journals = 1_000_000

    @Option(help: "Partitions of every topic, in memory.")
    var partitions: Int32 = 8

    @Option(help: "Seed of the shop.")
    var seed: UInt64 = 20_260_102

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        for (name, value) in [("customers", customers), ("products", products), ("events", events)] where value < 21 {
            throw ValidationError("--\(name) wants a number above 20")
        }
        guard journals >= 0 else { throw ValidationError("--journals wants a number from 0 on") }
        guard (1...256).contains(partitions) else { throw ValidationError("--partitions wants 1 to 256") }
    }

    var shop: RestoreShop {
        RestoreShop(customers: customers, products: products, events: events, journals: journals, seed: seed)
    }

    var lineSettings: LineSettings {
        var settings = LineSettings()
        settings.group = "shopstream-bench"
        settings.name = "bench"
        return settings
    }

    func ground(_ cluster: ClusterOptions) throws -> any BenchGround {
        guard cluster.brokers != nil || cluster.properties != nil else {
            return try MemoryGround(partitions: partitions, waits: true)
        }
        let settings = try cluster.settings()
        return try KafkaGround(settings, try cluster.makeCluster(settings, logger: cluster.makeLogger()))
    }

    func commandLine(_ verb: String) -> String {
        "shopstream bench \(verb) --customers \(customers) --products \(products) --events \(events)"
            + " --journals \(journals) --partitions \(partitions) --seed \(seed)"
    }
}
