import Foundation
public import Logging
import Synchronization

/// Runs lines, one thread each, until they finish, are asked to stop, or meet a fault that only a stop answers.
///
/// A line is made on its thread and never leaves it; others see its ``LineStatus`` and ask by ``Mailbox``.
public final class Runner: Sendable {
    private struct Shared {
        var statuses: [LineStatus]
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
        do throws(Fault) {
            try turn(line, index)
        } catch {
            fault = error
        }
        line.shut(leaving: settings[index].leaves)
        end(index, fault)
    }

    /// Turns until the line has nothing more to do and has drained; a fault while draining starts both over.
    private func turn(_ line: Line, _ index: Int) throws(Fault) {
        var next: Int64 = 0
        repeat {
            while try line.turn() {
                let now = clock.now()
                if now >= next {
                    next = now + 250
                    publish(line, index)
                }
                if isStopping.load(ordering: .relaxed) { line.stop() }
            }
            if !line.hasDrained { line.stop() }
        } while !line.hasDrained
        publish(line, index)
    }

    private func publish(_ line: Line, _ index: Int) {
        let status = line.status()
        shared.withLock { $0.statuses[index] = status }
    }

    private func end(_ index: Int, _ fault: Fault?) {
        let waiting = shared.withLock { shared in
            shared.statuses[index].hasFinished = true
            if shared.fault == nil { shared.fault = fault }
            shared.running -= 1
            defer { if shared.running == 0 { shared.waiting.removeAll() } }
            return shared.running == 0 ? shared.waiting : []
        }
        if fault != nil { stop() }
        for continuation in waiting { continuation.resume() }
    }
}
