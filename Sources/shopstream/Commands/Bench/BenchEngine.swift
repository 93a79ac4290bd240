import ArgumentParser
import Engine
import Events

/// Both stages without a log between them: what an event costs in the mind, and beside it decoding and encoding.
struct BenchEngine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Decoded events to outcomes, with the full profile and recommendations."
    )

    @OptionGroup var options: BenchOptions

    func run() throws {
        let tape = try BenchTape(options.plan)
        var runs: [EngineFold] = []
        for _ in 0..<options.runs {
            let fold = EngineFold(between: min(128 * Int64(EngineFold.chunk), Int64(options.measured / 16)))
            fold.play(tape, options.measured)
            runs.append(fold)
        }
        var report = BenchReport(commandLine: options.commandLine("engine"))
        report.figures = steps(runs.map(\.times)) + [try AllocationCount.figure("engine", options)] + memory(runs)
        report.notes = runs.last.map { ["", $0.outcomeText] } ?? []
        try report.print(json: options.json)
    }

    private func steps(_ runs: [StepTimes]) -> [Figure] {
        let count = Double(options.measured)
        let rates = [
            Figure(name: "fold", values: runs.map { count / $0.fold * 1e9 }, unit: "events/s of CPU"),
            Figure(
                name: "fold, encode",
                values: runs.map { count / ($0.fold + $0.encode) * 1e9 },
                unit: "events/s of CPU"
            ),
            Figure(name: "decode, fold, encode", values: runs.map { count / $0.all * 1e9 }, unit: "events/s of CPU"),
        ]
        let parts: [(String, KeyPath<StepTimes, Int64>)] = [
            ("  decode", \.decodeTime), ("  customers", \.customersTime), ("  products", \.productsTime),
            ("  projection", \.projectionTime), ("  encode", \.encodeTime),
        ]
        return rates
            + parts.map { name, part in
                Figure(name: name, values: runs.map { Double($0[keyPath: part]) / count }, unit: "ns an event")
            }
    }

    private func memory(_ runs: [EngineFold]) -> [Figure] {
        guard let run = runs.last else { return [] }
        return [
            Figure(name: "customer", values: [run.bytesPerCustomer], unit: "bytes"),
            Figure(name: "product", values: [run.bytesPerProduct], unit: "bytes"),
            Figure(name: "known row", values: [run.bytesPerKnownRow], unit: "bytes"),
            Figure(name: "name", values: [run.bytesPerName], unit: "bytes"),
        ]
    }
}
