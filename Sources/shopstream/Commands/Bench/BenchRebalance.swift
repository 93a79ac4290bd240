import ArgumentParser
import Pipeline

/// How long partitions stand still when a member comes or goes.
struct BenchRebalance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebalance",
        abstract: "The longest time that any partition does not fold while a member joins and leaves.",
        discussion: """
            Three lines share the shop of bench restore. A fourth joins, takes its share and folds; then it leaves for \
            good. For every partition of either stage the time is taken from when one line gave it up until one folds \
            it, the state it needs read back.
            """
    )

    @OptionGroup var shop: RestoreShopOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    @Option(help: ArgumentHelp("Lines before the other one comes.", valueName: "n"))
    var lines = 3

    @Option(help: ArgumentHelp("Measure so many times; the median is told.", valueName: "runs"))
    var runs = 3

    func validate() throws {
        guard (1...16).contains(lines) else { throw ValidationError("--lines wants 1 to 16") }
        guard runs > 0 else { throw ValidationError("--runs wants a number above 0") }
    }

    func run() throws {
        let ground = try shop.ground(cluster)
        let settings = shop.lineSettings
        try shop.shop.build(on: ground, settings: settings)
        let results = try RebalanceTrial(ground, settings, lines: lines).run(times: runs)
        var report = BenchReport(commandLine: shop.commandLine("rebalance") + " --lines \(lines) --runs \(runs)")
        report.figures = [
            figure("a member joins", results.map(\.joining)), figure("it leaves", results.map(\.leaving)),
        ]
        report.notes = ["", "over \(ground.name); \(results.last?.customers.counted("customer") ?? "")"]
        try report.print(json: shop.json)
    }

    private func figure(_ name: String, _ pauses: [Int64]) -> Figure {
        Figure(name: name, values: pauses.map { Double($0) / 1e9 }, unit: "s is the longest pause", places: 2)
    }
}
