import Events
import Pipeline
import Testing

@testable import Traffic

/// The smallest line that keeps the rules of exactly-once: it copies `in` to `out`, a few records a transaction. Each
/// turn makes one call of a port, so that a test can let anything happen between two calls.
final class TinyLine {
    private enum Next: Equatable {
        case poll
        case release
        case fetch
        case begin
        case send
        case startCommit
        case commitDone
        case abort
    }

    let name: String
    private let desk: Desk
    private var process: MemoryProcess
    private var inlet: (any Inlet)?
    private var outlet: (any Outlet)?
    private var isInitialized = false
    private var assigned: [TopicPartition] = []
    private var batch: [Seen] = []
    private var next = Next.poll
    /// Broken on purpose: leaves the offsets out of the transaction.
    var forgetsOffsets = false

    init(_ name: String, _ desk: Desk) {
        self.name = name
        self.desk = desk
        process = desk.log.newIncarnation(of: name)
    }

    func turn() {
        do throws(Fault) { try call() } catch { recover(from: error) }
    }

    private func call() throws(Fault) {
        guard let outlet else { return outlet = try process.makeOutlet(transactionalId: name, topics: ["out"]) }
        if !isInitialized {
            try outlet.initialize()
            return isInitialized = true
        }
        guard let inlet else { return inlet = try desk.inlet(name, on: process) }
        switch next {
        case .poll: try poll(inlet)
        case .release: try release(inlet)
        case .fetch: try fetch(inlet)
        case .begin, .send, .startCommit, .commitDone, .abort: try transact(outlet, inlet)
        }
    }

    private func poll(_ inlet: any Inlet) throws(Fault) {
        let got = try inlet.take(3)
        batch = got.seen
        next = batch.isEmpty ? .poll : .begin
        switch got.polled.change {
        case nil: break
        case .assigned(let partitions):
            assigned = partitions
            next = .fetch
        case .revoked, .lost: next = .release
        }
    }

    private func release(_ inlet: any Inlet) throws(Fault) {
        try inlet.release(assignment: assigned)
        assigned = []
        next = .poll
    }

    /// From what is committed, at the start and after every abort.
    private func fetch(_ inlet: any Inlet) throws(Fault) {
        let committed = try inlet.committed(assigned)
        var positions: [TopicPartition: Int64] = [:]
        for place in assigned { positions[place] = committed[place] ?? Position.beginning }
        try inlet.fetch(from: positions)
        next = .poll
    }

    private func transact(_ outlet: any Outlet, _ inlet: any Inlet) throws(Fault) {
        switch next {
        case .begin:
            try outlet.begin()
            next = .send
        case .send:
            var outbox = Outbox()
            for seen in batch { outbox.add(0, seen.place.partition % 2, seen.key, seen.value) }
            try outlet.send(outbox)
            next = .startCommit
        case .startCommit:
            outlet.startCommit(offsets: forgetsOffsets ? [:] : offsets, membership: inlet.membership ?? .neverJoined)
            next = .commitDone
        case .commitDone:
            if try outlet.commitDone(wait: 0) { next = .poll }
        default:
            try outlet.abort()
            next = .fetch
        }
    }

    private var offsets: [TopicPartition: Int64] {
        batch.reduce(into: [:]) { offsets, seen in offsets[seen.place] = seen.offset + 1 }
    }

    private func recover(from fault: Fault) {
        switch fault.recovery {
        case .retry: break
        case .abortBatch: next = .abort
        case .restartLine, .stop(exitCode: Fault.Exit.fenced): restart(as: process)
        case .stop(exitCode: 0): restart(as: desk.log.newIncarnation(of: name))
        case .stop: Issue.record(fault)
        }
    }

    /// Dies in the middle of whatever it does, and comes back.
    func crash() { restart(as: desk.log.newIncarnation(of: name)) }

    private func restart(as process: MemoryProcess) {
        outlet?.close()
        inlet?.close(leave: false)
        outlet = nil
        inlet = nil
        isInitialized = false
        self.process = process
        next = .poll
    }
}
