public import Engine
import Events
public import Pipeline
import Synchronization

/// Asks the lines between two of their batches, and waits two seconds at most.
public struct RunnerDesk: Desk {
    private let runner: Runner
    private let patience: Duration

    public init(_ runner: Runner, patience: Duration = .seconds(2)) {
        self.runner = runner
        self.patience = patience
    }

    public var statuses: [LineStatus] { runner.statuses }
    public var condition: ClusterCondition { runner.condition }

    public func customer(_ name: String) async throws(Unanswered) -> CustomerView? {
        try await ask { line in line.customers { $0.view(of: $1) }(name) }
    }

    public func product(_ name: String) async throws(Unanswered) -> ProductView? {
        try await ask { $0.product(name) }
    }

    public func list(of customer: String) async throws(Unanswered) -> ListView? {
        try await ask { line in line.customers { $0.list(for: $1) }(customer) }
    }

    /// The first answer that is not nil; nil when every line has said so.
    private func ask<View: Sendable>(_ question: @escaping @Sendable (Line) -> View?) async throws(Unanswered) -> View?
    {
        let gathering = Gathering<View>(expecting: runner.statuses.count { !$0.hasFinished })
        guard runner.ask({ gathering.take(question($0)) }) else { throw .busy }
        let alarm = Task { [patience] in
            try await Task.sleep(for: patience)
            gathering.end()
        }
        defer { alarm.cancel() }
        return try await gathering.answer().get()
    }
}

extension Line {
    /// Looks through the customers of all partitions that fold here.
    fileprivate func customers<View>(
        _ look: @escaping (CustomerState, Bytes) -> View?
    ) -> (String) -> View? {
        { name in
            Array(name.utf8).withUnsafeBytes { key in
                for shard in self.live {
                    if case .customers(let state) = shard.state, let view = look(state, Bytes(key)) { return view }
                }
                return nil
            }
        }
    }

    fileprivate func product(_ name: String) -> ProductView? {
        Array(name.utf8).withUnsafeBytes { key in
            for shard in live {
                if case .products(let state) = shard.state, let view = state.view(of: Bytes(key)) { return view }
            }
            return nil
        }
    }
}

/// Collects the lines' answers to one question, and gives the outcome to the one who waits.
final class Gathering<View: Sendable>: Sendable {
    typealias Outcome = Result<View?, Unanswered>

    private struct State {
        var left: Int
        var outcome: Outcome?
        var waiting: CheckedContinuation<Outcome, Never>?
    }

    private let state: Mutex<State>

    init(expecting count: Int) { state = Mutex(State(left: count, outcome: count == 0 ? .failure(.busy) : nil)) }

    func take(_ view: View?) {
        settle { state in
            state.left -= 1
            return view != nil || state.left == 0 ? .success(view) : nil
        }
    }

    /// No more patience.
    func end() { settle { _ in .failure(.late) } }

    func answer() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiting = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// The first outcome counts.
    private func settle(_ decide: (inout State) -> Outcome?) {
        let (outcome, waiting) = state.withLock { state -> (Outcome?, CheckedContinuation<Outcome, Never>?) in
            guard state.outcome == nil, let outcome = decide(&state) else { return (nil, nil) }
            state.outcome = outcome
            return (outcome, state.waiting.take())
        }
        if let outcome { waiting?.resume(returning: outcome) }
    }
}
