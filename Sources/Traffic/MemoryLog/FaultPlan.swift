import Events

/// What goes wrong. ``FaultPlan`` says where, `FaultEffect` what it comes to there.
public enum FaultKind: String, CaseIterable, Sendable {
    /// The process dies before the step has an effect: this and every later call of its ports throws
    /// ``Pipeline/Fault/processGoneCode``. Its open transaction and its place in the group stay until others end them.
    case processGone
    /// Nothing happened, and the same call may be made again.
    case retriable
    case abortRequired
    /// The port is lost.
    case fatal
    /// The commit happens, and the caller does not learn it.
    case unknownButCommitted
    /// The transaction is aborted, and the caller does not learn it.
    case unknownAndAborted
    /// Another process takes the name over.
    case fenced
}

/// Which faults strike a run, and at which of its steps: deterministic, so that a run can be repeated, or tried with a
/// fault at each of its steps in turn.
///
/// A step is a call of a port, whichever port of the log makes it, counted from 0; `startCommit` counts as `offsets`
/// (unless there are none), `commit` and `afterCommit`. Ports on several threads share the count, so only a run on one
/// thread has the same indices each time.
public struct FaultPlan: Sendable {
    public enum Step: Int, CaseIterable, Sendable {
        case poll, fetch, release, committed, bounds
        case initialize, begin, send, offsets, commit, afterCommit, abort
    }

    /// A step as it was counted.
    public struct Moment: Sendable, Equatable, CustomStringConvertible {
        /// Among all steps, from 0.
        public var index: Int
        public var step: Step
        /// Among the steps of its kind, from 1.
        public var nth: Int

        public var description: String { "step \(index): \(step) \(nth)" }
    }

    /// A fault that has struck.
    public struct Injection: Sendable, Equatable, CustomStringConvertible {
        public var moment: Moment
        public var kind: FaultKind

        public var description: String { "\(kind.rawValue) at \(moment)" }
    }

    private enum Rule {
        case index(Int, FaultKind)
        case step(Step, nth: Int, FaultKind)
        case random(seed: UInt64, gap: Int, kinds: [FaultKind], limit: Int)
    }

    private var rules: [Rule] = []

    /// No faults; steps are counted all the same.
    public static let none = FaultPlan()

    /// One fault at a global step index, from 0.
    public static func at(_ index: Int, _ kind: FaultKind) -> FaultPlan { FaultPlan(rules: [.index(index, kind)]) }

    /// One fault at the `nth` step of a kind, from 1.
    public static func at(_ step: Step, _ nth: Int, _ kind: FaultKind) -> FaultPlan {
        FaultPlan(rules: [.step(step, nth: nth, kind)])
    }

    /// At most `limit` faults, on average one in `gap` steps, the same for the same seed.
    public static func random(
        seed: UInt64,
        gap: Int,
        kinds: [FaultKind] = FaultKind.allCases,
        limit: Int = .max
    ) -> FaultPlan {
        FaultPlan(rules: [.random(seed: seed, gap: max(1, gap), kinds: kinds, limit: limit)])
    }

    /// Both plans' faults; where both strike, this one's.
    public func and(_ other: FaultPlan) -> FaultPlan { FaultPlan(rules: rules + other.rules) }

    /// - Parameter struck: how many faults have struck before.
    func fault(at moment: Moment, struck: Int) -> FaultKind? {
        for rule in rules {
            if let kind = Self.fault(of: rule, at: moment, struck) { return kind }
        }
        return nil
    }

    private static func fault(of rule: Rule, at moment: Moment, _ struck: Int) -> FaultKind? {
        switch rule {
        case .index(let index, let kind): return index == moment.index ? kind : nil
        case .step(let step, let nth, let kind): return step == moment.step && nth == moment.nth ? kind : nil
        case .random(let seed, let gap, let kinds, let limit):
            let draw = Hash.combine(seed, UInt64(moment.index))
            guard struck < limit, !kinds.isEmpty, draw % UInt64(gap) == 0 else { return nil }
            return kinds[Int(Hash.combine(draw, seed) % UInt64(kinds.count))]
        }
    }
}

/// Counts the steps of a run and says which of them fail.
struct StepCounter: Sendable {
    var plan: FaultPlan
    private(set) var total = 0
    private(set) var counts: [Int]
    private(set) var injections: [FaultPlan.Injection] = []

    init(_ plan: FaultPlan) {
        self.plan = plan
        counts = Array(repeating: 0, count: FaultPlan.Step.allCases.count)
    }

    mutating func next(_ step: FaultPlan.Step) -> FaultKind? {
        counts[step.rawValue] += 1
        total += 1
        let moment = FaultPlan.Moment(index: total - 1, step: step, nth: counts[step.rawValue])
        guard let kind = plan.fault(at: moment, struck: injections.count) else { return nil }
        injections.append(FaultPlan.Injection(moment: moment, kind: kind))
        return kind
    }
}
