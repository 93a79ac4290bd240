import Foundation
public import Logging
import Synchronization

/// Runs lines, one thread each, until they finish, are asked to stop, or meet a fault that only a stop answers.
///
/// A line is made on its thread and never leaves it; others see its ``LineStatus`` and ask by ``Mailbox``.
public final class Runner: Sendable {
    private struct Shared {
        var statuses: [LineStatus]
        var condition = ClusterCondition()
        var fault: Fault?
        var running: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let cluster: any Cluster
    private let topology: Topology
    private let settings: [LineSettings]
    private let clock: WallClock
    private let log: Logger
    private let mailboxes: [Mailbox]
    private let shared: Mutex<Shared>
    private let isStopping = Atomic(false)

    /// - Parameter lines: threads; each has its own name in the group and its share of the memory budget.
    public init(
        cluster: any Cluster,
        topology: Topology,
        settings: LineSettings,
        lines: Int = 1,
        clock: WallClock,
        log: Logger
    ) {
        self.cluster = cluster
        self.topology = topology
        self.settings = (0..<lines).map { index in
            var own = settings
            own.name = "\(settings.name)-\(index)"
            own.memoryBudget = settings.memoryBudget / lines
            return own
        }
        self.clock = clock
        self.log = log
        mailboxes = (0..<lines).map { _ in Mailbox() }
        shared = Mutex(Shared(statuses: Array(repeating: LineStatus(), count: lines), running: lines))
    }

    public func start() {
        for index in settings.indices {
            let thread = Thread { self.runLine(index) }
            thread.name = settings[index].name
            thread.stackSize = 8 << 20
            thread.start()
        }
        let surveyor = Thread { self.survey() }
        surveyor.name = "survey"
        surveyor.start()
    }

    /// Asks every line to drain, checkpoint, commit and end.
    public func stop() { isStopping.store(true, ordering: .relaxed) }

    /// Returns when every line has ended.
    /// - Throws: the first fault that stopped one.
    public func join() async throws(Fault) {
        await withCheckedContinuation { continuation in
            let hasEnded = shared.withLock { shared in
                if shared.running > 0 { shared.waiting.append(continuation) }
                return shared.running == 0
            }
            if hasEnded { continuation.resume() }
        }
        if let fault = shared.withLock({ $0.fault }) { throw fault }
    }

    public var statuses: [LineStatus] { shared.withLock { $0.statuses } }

    /// What is known of the cluster.
    public var condition: ClusterCondition {
        var condition = shared.withLock { $0.condition }
        condition.health = cluster.health
        return condition
    }

    /// Asks every line; each answers by itself. False when some line has too many questions.
    public func ask(_ question: @escaping Mailbox.Question) -> Bool {
        mailboxes.reduce(true) { $1.ask(question) && $0 }
    }

    private func runLine(_ index: Int) {
        let writer = UInt64.random(in: 1 ... .max)
        let line = Line(
            cluster: cluster,
            topology: topology,
            settings: settings[index],
            clock: clock,
            writer: writer,
            log: log,
            mailbox: mailboxes[index]
        )
        var fault: Fault?
        publish(line, index)
        line.onTrouble = { [self] in publish($0, index) }
        do throws(Fault) {
            try turn(line, index)
        } catch {
            fault = error
            publish(line, index)
        }
        line.shut(leaving: settings[index].leaves)
        end(index, fault)
    }

    /// Turns until the line has nothing more to do and has drained; a fault while draining starts both over.
    private func turn(_ line: Line, _ index: Int) throws(Fault) {
        var next: Int64 = 0
        var drainEnd: Int64?
        repeat {
            while try line.turn() {
                let now = clock.now()
                if now >= next {
                    next = now + 250
                    publish(line, index)
                }
                if isStopping.load(ordering: .relaxed) {
                    let end = drainEnd ?? now + settings[index].drainTime
                    drainEnd = end
                    if now >= end { throw Runner.undrained(line) }
                    line.stop()
                } else if line.restUntil > now {
                    rest(until: line.restUntil)
                }
            }
            if !line.hasDrained { line.stop() }
        } while !line.hasDrained
        publish(line, index)
    }

    /// Waits, unless asked to stop.
    private func rest(until end: Int64) {
        while clock.now() < end, !isStopping.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 0.05) }
    }

    private static func undrained(_ line: Line) -> Fault {
        Fault(
            .stop(exitCode: Fault.Exit.unavailable),
            code: "NOT_DRAINED",
            doing: "stopping \(line.settings.name)"
                + (line.trouble.last.map { ", which could not go on \($0.doing) (\($0.code))" } ?? ""),
            remedy: "nothing is lost: what was not committed is read again at the next start"
        )
    }

    /// Looks at the topics from time to time, because clients do not tell of all that happens to them.
    private func survey() {
        guard let settings = settings.first else { return }
        var watch = TopicWatch(topology, patience: settings.topicPatience)
        let interval = settings.surveyInterval
        var next = clock.now() + interval
        while shared.withLock({ $0.running > 0 }), !isStopping.load(ordering: .relaxed) {
            Thread.sleep(forTimeInterval: 0.25)
            guard clock.now() >= next, let found = try? cluster.survey() else { continue }
            let fault = watch.look(found, at: clock.now())
            next = clock.now() + interval
            shared.withLock { shared in
                (shared.condition.missing, shared.condition.leaderless) = (watch.missing, watch.leaderless)
                if shared.fault == nil { shared.fault = fault }
            }
            if fault != nil { stop() }
        }
    }

    private func publish(_ line: Line, _ index: Int) {
        let status = line.status()
        shared.withLock { $0.statuses[index] = status }
    }

    private func end(_ index: Int, _ fault: Fault?) {
        let waiting = shared.withLock { shared in
            shared.statuses[index].hasFinished = true
            if shared.fault == nil {
                shared.fault = fault
            } else if let fault, fault.recovery != shared.fault?.recovery {
                log.error("\(settings[index].name) stopped: \(fault)")
            }
            shared.running -= 1
            defer { if shared.running == 0 { shared.waiting.removeAll() } }
            return shared.running == 0 ? shared.waiting : []
        }
        if fault != nil { stop() }
        for continuation in waiting { continuation.resume() }
    }
}
