import Foundation
import Logging
import Pipeline
import Synchronization

/// What one restore took: times in ns, memory in bytes.
struct RestoreRun {
    /// From the start of the lines to the assignment, and from the assignment to readiness; the slowest line's.
    var join: Double = 0
    var restore: Double = 0
    /// CPU of all threads of the process from the start of the lines to readiness.
    var cpu: Double = 0
    var records: UInt64 = 0
    var replayed: UInt64 = 0
    var customers = 0
    var products = 0
    var knowledgeRows = 0
    /// What the state reserves, by its own account.
    var stateBytes = 0
    /// Resident memory beyond what there was before: at most, and at the end.
    var peakBytes: Int64 = 0
    var endBytes: Int64 = 0
}

/// Starts lines on a filled cluster and waits until all of them are ready.
struct RestoreTrial {
    let ground: any BenchGround
    let settings: LineSettings
    let lines: Int

    /// Of the line with this number in the group.
    static func name(_ settings: LineSettings, _ index: Int) -> String { "\(settings.name)-\(index)" }

    static func line(_ settings: LineSettings, on ground: any BenchGround) -> Line {
        Line(
            cluster: ground.cluster,
            topology: ground.topology,
            settings: settings,
            clock: .system,
            writer: UInt64.random(in: 1 ... .max),
            log: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// What the lines' threads tell each other.
    final class Board: Sendable {
        struct Entry: Sendable {
            var assignedAt: Int64 = 0
            var readyAt: Int64 = 0
            var status = LineStatus()
            var fault: Fault?
        }

        private let entries: Mutex<[Entry]>
        /// The memory has been looked at: the lines may go.
        let isMeasured = Atomic(false)

        init(_ count: Int) { entries = Mutex(Array(repeating: Entry(), count: count)) }

        var all: [Entry] { entries.withLock { $0 } }
        func note(_ index: Int, _ change: @Sendable (inout Entry) -> Void) {
            entries.withLock { change(&$0[index]) }
        }

        var isOver: Bool { all.allSatisfy { $0.readyAt > 0 } || all.contains { $0.fault != nil } }
    }

    func run() throws -> RestoreRun {
        let before = ResidentMemory.settled()
        let start = Clock.monotonicNanoseconds()
        let cpu = ResourceUse.now().cpuSeconds
        let board = Board(lines)
        let isDone = DispatchGroup()
        for index in 0..<lines {
            isDone.enter()
            let thread = Thread { [self] in
                work(index, board)
                isDone.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        while !board.isOver { Clock.sleep(milliseconds: 5) }
        let run = result(board.all, since: start, cpu: cpu, before)
        board.isMeasured.store(true, ordering: .relaxed)
        isDone.wait()
        if let fault = board.all.compactMap(\.fault).first { throw fault }
        return run
    }

    private func work(_ index: Int, _ board: Board) {
        var own = settings
        own.name = RestoreTrial.name(settings, index)
        let line = RestoreTrial.line(own, on: ground)
        defer { line.shut(leaving: true) }
        do throws(Fault) {
            while !board.isMeasured.load(ordering: .relaxed) {
                let rebalances = line.counters.rebalances
                _ = try line.turn()
                let isNew = line.counters.rebalances > rebalances
                let isReady = line.isReady
                let now = Clock.monotonicNanoseconds()
                let status = line.status()
                board.note(index) { entry in
                    if isNew { entry = Board.Entry(assignedAt: now) }
                    if isReady, entry.readyAt == 0 { entry.readyAt = now }
                    if !isReady { entry.readyAt = 0 }
                    entry.status = status
                }
            }
        } catch {
            board.note(index) { $0.fault = error }
        }
    }

    private func result(
        _ entries: [Board.Entry],
        since start: Int64,
        cpu: Double,
        _ before: ResidentMemory
    ) -> RestoreRun {
        let after = ResidentMemory.now()
        var run = RestoreRun()
        let assigned = entries.map(\.assignedAt).max() ?? start
        run.join = Double(assigned - start)
        run.restore = Double((entries.map(\.readyAt).max() ?? start) - assigned)
        run.cpu = (ResourceUse.now().cpuSeconds - cpu) * 1e9
        for status in entries.map(\.status) {
            run.records += status.counters.restoredRecords
            run.replayed += status.counters.replayedRecords
            run.customers += status.customers
            run.products += status.products
            run.knowledgeRows = max(run.knowledgeRows, status.knowledgeRows)
            run.stateBytes += status.stateBytes
        }
        run.peakBytes = after.peak - before.now
        run.endBytes = after.now - before.now
        return run
    }
}

/// Memory of this process that is resident, as the kernel counts it.
struct ResidentMemory {
    var now: Int64
    var peak: Int64

    /// glibc's `malloc_trim`, which Swift's module of it leaves out.
    private static let trim = dlsym(nil, "malloc_trim").map {
        unsafeBitCast($0, to: (@convention(c) (Int) -> Int32).self)
    }

    static func now() -> ResidentMemory {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func value(_ name: String) -> Int64 {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
            return (line?.split(separator: " ").dropLast().last.flatMap { Int64($0) } ?? 0) * 1_024
        }
        return ResidentMemory(now: value("VmRSS:"), peak: value("VmHWM:"))
    }

    /// Gives back what nobody uses and lets the peak begin anew from here.
    static func settled() -> ResidentMemory {
        _ = trim?(0)
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        return now()
    }
}
