import ArgumentParser
import Pipeline

/// The whole line over a log in memory: preloaded topics, transactions, journal and checkpoints included.
struct BenchLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "line",
        abstract: "A whole line over a log in memory, from preloaded topics to committed outputs."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: "Partitions of every topic.")
    var partitions: Int32 = 8

    @Flag(help: "Start with no rows published, as in a shop's first second: next to nothing is recommended.")
    var cold = false

    func validate() throws {
        guard (1...256).contains(partitions) else { throw ValidationError("--partitions wants 1 to 256") }
    }

    func run() throws {
        let tape = try BenchTape(options.plan)
        let rows = cold ? nil : PublishedRows(tape, options.measured)
        let runs = try (0..<options.runs).map { _ in
            try LineBench(tape, count: options.measured, partitions: partitions, rows: rows).run()
        }
        let own = " --partitions \(partitions)" + (cold ? " --cold" : "")
        var report = BenchReport(commandLine: options.commandLine("line") + own)
        report.figures =
            figures(runs) + [
                Figure(name: "record", values: [tape.meanBytes(options.measured)], unit: "bytes on average"),
                try AllocationCount.figure("line", options),
            ]
        report.notes = runs.last.map { ["", $0.outcomeText] } ?? []
        try report.print(json: options.json)
    }

    private func figures(_ runs: [LineRun]) -> [Figure] {
        let count = Double(options.measured)
        let shares: [(String, KeyPath<PortTimes, Int64>)] = [
            ("  poll", \.poll), ("  send", \.send), ("  commit", \.commit), ("  other ports", \.other),
        ]
        let ports = shares.map { name, part in
            Figure(
                name: name,
                values: runs.map { 100 * Double($0.ports[keyPath: part]) / $0.wall },
                unit: "% of the time",
                places: 1
            )
        }
        let own = runs.map { 100 * ($0.wall - Double($0.ports.all)) / $0.wall }
        return [
            Figure(name: "line", values: runs.map { count / $0.wall * 1e9 }, unit: "events/s"),
            Figure(name: "", values: runs.map { count / $0.cpu * 1e9 }, unit: "events/s of CPU"),
            Figure(name: "", values: runs.map { $0.cpu / count }, unit: "ns of CPU an event"),
            Figure(name: "  decode, fold, encode", values: own, unit: "% of the time", places: 1),
        ] + ports
    }
}

/// One run: times in ns.
struct LineRun {
    var wall: Double
    var cpu: Double
    var ports: PortTimes
    var counters: Counters

    var outcomeText: String {
        let outputs = OutputTopic.allCases.filter { counters.outputs[Int($0.rawValue)] > 0 }
        return outputs.map { "\($0.name) \(counters.outputs[Int($0.rawValue)].grouped)" }.joined(separator: ", ")
            + "; \(counters.transactions.counted("transaction")), \(counters.checkpoints.counted("checkpoint"))"
    }
}
