public import ArgumentParser
import Events
import Foundation
import Traffic

/// Spoiled bytes for everything that reads bytes.
struct BenchFuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Spoiled records for every decoder; fails when one breaks a promise.",
        discussion: """
            Takes real records of a pretend shop and of a line's own topics, spoils them by the seed, and gives them \
            to the decoders of events, state, signals, feeds and journals in turn. Whatever comes in is read or \
            refused; what an event made of the state can be restored. A crash shows the last number that was told; \
            --from goes on there, with the same inputs.

            EXAMPLES
              shopstream bench fuzz --inputs 5000000
              shopstream bench fuzz --inputs 1000 --from 1200000 --target events
            """
    )

    @Option(help: ArgumentHelp("How many inputs in all.", valueName: "inputs"))
    var inputs = 1_000_000

    @Option(help: "Seed of corpus and spoiling.")
    var seed: UInt64 = 20_260_102

    @Option(help: ArgumentHelp("Number of the first input.", valueName: "number"))
    var from = 0

    @Option(help: ArgumentHelp("Only this one: \(FuzzTarget.names).", valueName: "target"))
    var target: FuzzTarget?

    @Option(help: ArgumentHelp("Write the records that would be spoiled, and nothing else.", valueName: "folder"))
    var corpusTo: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        for (name, value) in [("inputs", inputs - 1), ("from", from)] where value < 0 {
            throw ValidationError("--\(name) wants a larger number")
        }
    }

    func run() throws {
        let targets = target.map { [$0] } ?? FuzzTarget.allCases
        let corpus = try FuzzCorpus(seed: seed)
        if let corpusTo {
            for target in targets { try corpus.write(target, to: "\(corpusTo)/\(target.rawValue)") }
            return
        }
        var run = FuzzRun(seed: seed, corpus: corpus, targets: targets)
        let start = ResourceUse.now()
        run.go(from..<from + inputs) { number in
            FileHandle.standardError.write(Data("at \(number.grouped)\n".utf8))
        }
        var report = BenchReport(commandLine: "shopstream bench fuzz --inputs \(inputs) --seed \(seed) --from \(from)")
        report.figures = run.figures(ResourceUse.now().since(start))
        report.notes = run.broken
        try report.print(json: json)
        guard run.broken.isEmpty else {
            throw Exit(.software, "\(run.broken.count.counted("input")) broke a promise")
        }
    }
}

extension FuzzTarget: ExpressibleByArgument {
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// Gives spoiled inputs to the targets in turn, and keeps count.
struct FuzzRun {
    private static let tellEvery = 1 << 20
    /// Broken inputs that are shown.
    private static let mostShown = 20

    private let targets: [FuzzTarget]
    private let mutations: [FuzzMutation]
    private let body = FuzzBody()
    private(set) var taken: [Int]
    private(set) var refused: [Int]
    /// Which input broke what, with its bytes.
    private(set) var broken: [String] = []

    init(seed: UInt64, corpus: FuzzCorpus, targets: [FuzzTarget]) {
        self.targets = targets
        mutations = targets.map { FuzzMutation(seed: seed, corpus: corpus[$0]) }
        taken = Array(repeating: 0, count: targets.count)
        refused = taken
    }

    mutating func go(_ numbers: Range<Int>, tell: (Int) -> Void) {
        for number in numbers {
            if number % FuzzRun.tellEvery == 0 { tell(number) }
            let index = number % targets.count
            let input = mutations[index].input(number)
            let verdict = input.withUnsafeBytes { body.run(targets[index], Bytes($0)) }
            switch verdict {
            case .taken: taken[index] += 1
            case .refused: refused[index] += 1
            case .broken(let promise): note(number, targets[index], promise, input)
            }
        }
    }

    private mutating func note(_ number: Int, _ target: FuzzTarget, _ promise: String, _ input: [UInt8]) {
        guard broken.count < FuzzRun.mostShown else { return }
        broken.append("\(target.rawValue) \(number): \(promise): \(Data(input).base64EncodedString())")
    }

    func figures(_ use: ResourceUse) -> [Figure] {
        let all = zip(taken, refused).reduce(broken.count) { $0 + $1.0 + $1.1 }
        let each = targets.indices.map { index in
            Figure(
                name: targets[index].rawValue,
                values: [Double(taken[index])],
                unit: "taken, \(refused[index].grouped) refused"
            )
        }
        return each + [
            Figure(name: "inputs", values: [Double(all)], unit: "in all"),
            Figure(name: "", values: [use.cpuSeconds * 1e9 / Double(max(1, all))], unit: "ns an input"),
            Figure(name: "peak", values: [Double(use.peakBytes) / 1e6], unit: "MB resident"),
        ]
    }
}
