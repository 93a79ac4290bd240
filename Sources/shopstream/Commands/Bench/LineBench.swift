import Engine
import Events
import Logging
import Pipeline
import Traffic

/// A shop's topics in memory, filled from a tape, and a line that works them off.
struct LineBench {
    private let log: MemoryLog
    private let topology: Topology
    private let count: Int

    /// - Parameter rows: what the line knows of the products from the start.
    init(_ tape: BenchTape, count: Int, partitions: Int32, rows: PublishedRows? = nil) throws {
        let ground = try MemoryGround(partitions: partitions)
        log = ground.log
        topology = ground.topology
        self.count = count
        try fill(tape, MemoryGround.inputs, partitions)
        try rows?.publish(to: log)
    }

    private func fill(_ tape: BenchTape, _ topics: [String], _ partitions: Int32) throws(Fault) {
        var outbox = Outbox()
        for record in tape.records.prefix(count) {
            let key = tape.key(record)
            outbox.add(
                topic: record.isReview ? 1 : 0,
                partition: Hash.partition(of: key, among: partitions),
                timestamp: record.time,
                key: key,
                value: tape.value(record)
            )
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
            cluster: TimedCluster(log, stopwatch),
            topology: topology,
            settings: settings,
            clock: WallClock(now: Clock.wall),
            writer: 1,
            log: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        )
        let wall = Clock.monotonicNanoseconds()
        let cpu = Clock.threadNanoseconds()
        try LineBench.finish(line)
        defer { line.shut() }
        return LineRun(
            wall: Double(Clock.monotonicNanoseconds() - wall),
            cpu: Double(Clock.threadNanoseconds() - cpu),
            ports: stopwatch.times,
            counters: line.counters
        )
    }

    private static func finish(_ line: Line) throws(Fault) {
        repeat {
            while try line.turn() {}
            if !line.hasDrained { line.stop() }
        } while !line.hasDrained
    }
}

/// The rows of products and categories that the same events lead to, as a line that has run for a while has published
/// them.
struct PublishedRows {
    private let outcomes: Outcomes
    /// Owns the names in the rows.
    private let fold: EngineFold

    init(_ tape: BenchTape, _ count: Int) {
        fold = EngineFold()
        fold.play(tape, count)
        outcomes = fold.rowsNow()
    }

    func publish(to log: MemoryLog) throws {
        try outcomes.publishRows { try log.append($0, topics: [OutputTopic.productNeighbours.name]) }
    }
}
