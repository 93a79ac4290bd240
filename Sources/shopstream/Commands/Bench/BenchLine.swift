import ArgumentParser
import Events
import Logging
import Pipeline
import Traffic

/// The whole line over a log in memory: preloaded topics, transactions, journal and checkpoints included.
struct BenchLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "line", abstract: "A whole line over a log in memory, from preloaded topics to committed outputs.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Partitions of every topic.")
    var partitions: Int32 = 8

    func validate() throws {
        guard (1...256).contains(partitions) else { throw ValidationError("--partitions wants 1 to 256") }
    }

    func run() throws {
        let tape = try BenchTape(options.plan)
        let runs = try (0..<options.runs).map { _ in
            try LineBench(tape, count: options.measured, partitions: partitions).run()
        }
        var report = BenchReport(commandLine: options.commandLine("line") + " --partitions \(partitions)")
        report.figures = figures(runs) + [
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
            Figure(name: name, values: runs.map { 100 * Double($0.ports[keyPath: part]) / $0.wall }, unit: "% of the time", places: 1)
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

/// A shop's topics in memory, filled from a tape, and a line that works them off.
struct LineBench {
    private let log: MemoryLog
    private let topology: Topology
    private let count: Int

    init(_ tape: BenchTape, count: Int, partitions: Int32) throws(Fault) {
        log = MemoryLog()
        self.count = count
        let inputs = [ShopTopic.clickstream, .reviews].map { $0.name.text }
        for name in inputs + inputs.map(Topology.deadLetters) { log.createTopic(name, partitions: partitions) }
        for topic in OutputTopic.allCases {
            log.createTopic(topic.name, partitions: topic == .models ? 1 : partitions, compacted: topic.isCompacted)
        }
        topology = try Topology(inputs: inputs, existing: try log.topics())
        try fill(tape, inputs, partitions)
    }

    private func fill(_ tape: BenchTape, _ topics: [String], _ partitions: Int32) throws(Fault) {
        var outbox = Outbox()
        for record in tape.records.prefix(count) {
            let key = tape.key(record)
            outbox.add(
                topic: record.isReview ? 1 : 0, partition: Hash.partition(of: key, among: partitions),
                timestamp: record.time, key: key, value: tape.value(record))
            guard outbox.records.count == 10_000 else { continue }
            try log.append(outbox, topics: topics)
            outbox.removeAll()
        }
        try log.append(outbox, topics: topics)
    }

    func run() throws(Fault) -> LineRun {
        var settings = LineSettings()
        settings.untilEnd = true
        let stopwatch = PortStopwatch()
        let line = Line(
            cluster: TimedCluster(log, stopwatch), topology: topology, settings: settings, clock: WallClock(now: Clock.wall),
            writer: 1, log: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let wall = Clock.monotonicNanoseconds()
        let cpu = Clock.threadNanoseconds()
        try LineBench.finish(line)
        defer { line.shut() }
        return LineRun(
            wall: Double(Clock.monotonicNanoseconds() - wall), cpu: Double(Clock.threadNanoseconds() - cpu),
            ports: stopwatch.times, counters: line.counters)
    }

    private static func finish(_ line: Line) throws(Fault) {
        repeat {
            while try line.turn() {}
            if !line.hasDrained { line.stop() }
        } while !line.hasDrained
    }
}

extension OutputTopic {
    /// Whether only the last record of a key counts there.
    var isCompacted: Bool {
        switch self {
        case .signals, .churnAlerts: false
        default: true
        }
    }
}
