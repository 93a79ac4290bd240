import Foundation
import Pipeline
import Synchronization

/// When each partition stopped folding and when it went on, whoever did it. Times in ns.
final class PauseBook: Sendable {
    struct Place: Hashable, Sendable {
        var stage: Stage
        var partition: Int32

        init(_ shard: Shard) {
            stage = shard.stage
            partition = shard.partition
        }
    }

    private struct Entries {
        var stopped: [Place: Int64] = [:]
        var folding: Set<Place> = []
        var longest: Int64 = 0
    }

    private let entries = Mutex(Entries())
    private let places: Int

    /// - Parameter partitions: of a topic; every one is there in both stages.
    init(partitions: Int32) { places = Int(partitions) * Stage.allCases.count }

    func note(gone: Set<Place>, come: Set<Place>, at now: Int64) {
        entries.withLock { entries in
            for place in gone {
                entries.folding.remove(place)
                entries.stopped[place] = now
            }
            for place in come {
                entries.folding.insert(place)
                guard let since = entries.stopped.removeValue(forKey: place) else { continue }
                entries.longest = max(entries.longest, now - since)
            }
        }
    }

    var isComplete: Bool { entries.withLock { $0.folding.count == places } }

    func takeLongest() -> Int64 {
        entries.withLock { entries in
            defer { entries.longest = 0 }
            return entries.longest
        }
    }
}

/// Lines that share a shop, one more that comes and goes.
final class RebalanceTrial: Sendable {
    struct Result {
        var joining: Int64
        var leaving: Int64
        var customers: Int
    }

    private struct Board {
        var live: [Int: Int] = [:]
        var customers: [Int: Int] = [:]
        var leaving: Set<Int> = []
        var fault: Fault?
    }

    private let ground: any BenchGround
    private let settings: LineSettings
    private let lines: Int
    private let book: PauseBook
    private let board = Mutex(Board())

    init(_ ground: any BenchGround, _ settings: LineSettings, lines: Int) {
        self.ground = ground
        self.settings = settings
        self.lines = lines
        book = PauseBook(partitions: ground.topology.partitions)
    }

    func run(times: Int) throws -> [Result] {
        let isDone = DispatchGroup()
        defer {
            board.withLock { $0.leaving = Set(0...lines) }
            isDone.wait()
        }
        for index in 0..<lines { start(index, isDone) }
        try wait(for: lines)
        var results: [Result] = []
        for _ in 0..<times {
            _ = book.takeLongest()
            start(lines, isDone)
            try wait(for: lines + 1)
            let joining = book.takeLongest()
            let customers = board.withLock { $0.customers.values.reduce(0, +) }
            _ = board.withLock { $0.leaving.insert(lines) }
            try wait(for: lines)
            results.append(Result(joining: joining, leaving: book.takeLongest(), customers: customers))
            _ = board.withLock { $0.leaving.remove(lines) }
        }
        return results
    }

    /// Until so many lines fold every partition there is.
    private func wait(for count: Int) throws {
        while true {
            let (folding, fault) = board.withLock { board in (board.live.values.count { $0 > 0 }, board.fault) }
            if let fault { throw fault }
            if folding == count, book.isComplete { return }
            Clock.sleep(milliseconds: 2)
        }
    }

    private func start(_ index: Int, _ isDone: DispatchGroup) {
        isDone.enter()
        let thread = Thread { [self] in
            do throws(Fault) { try work(index) } catch { board.withLock { [error] in $0.fault = error } }
            isDone.leave()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func work(_ index: Int) throws(Fault) {
        var own = settings
        own.name = RestoreTrial.name(settings, index)
        let line = RestoreTrial.line(own, on: ground)
        var before: Set<PauseBook.Place> = []
        while !board.withLock({ $0.leaving.contains(index) }) {
            _ = try line.turn()
            let now = Set(line.live.map(PauseBook.Place.init))
            if now != before { note(index, line, gone: before.subtracting(now), come: now.subtracting(before)) }
            before = now
        }
        line.stop()
        while try line.turn() {}
        line.shut(leaving: true)
        book.note(gone: before, come: [], at: Clock.monotonicNanoseconds())
        board.withLock { board in
            board.live[index] = 0
            board.customers[index] = 0
        }
    }

    private func note(_ index: Int, _ line: Line, gone: Set<PauseBook.Place>, come: Set<PauseBook.Place>) {
        book.note(gone: gone, come: come, at: Clock.monotonicNanoseconds())
        let status = line.status()
        board.withLock { board in
            board.live[index] = status.partitionsLive
            board.customers[index] = status.customers
        }
    }
}
