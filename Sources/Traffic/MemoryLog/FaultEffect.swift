import Pipeline

/// What a fault comes to at the step where it strikes. A kind that makes no sense there becomes the nearest that does:
///
/// | kind | poll fetch release committed bounds | initialize | begin | send | offsets | commit | afterCommit | abort |
/// | --- | --- | --- | --- | --- | --- | --- | --- | --- |
/// | processGone | gone | gone | gone | gone | gone | gone | gone | gone |
/// | retriable | retry | retry | retry | retry | retry | retry | retry | retry |
/// | abortRequired | retry | retry | retry | abort | abort | abort | lost | retry |
/// | fatal | broken | broken | broken | broken | broken | broken | broken | broken |
/// | unknownButCommitted | retry | done, retry | retry | abort | lost, committed | same | lost | done, lost |
/// | unknownAndAborted | retry | retry | retry | abort | lost, aborted | same | lost | done, lost |
/// | fenced | fenced | fenced | fenced | fenced | fenced | fenced | fenced | fenced |
///
/// - gone: nothing happens, the process is dead. At `afterCommit` the commit has happened.
/// - retry: nothing happens, `.retry` `_TRANSPORT`; "done, retry": it happens, and the call must be made again.
/// - abort: nothing happens, `.abortBatch` `_MSG_TIMED_OUT`.
/// - broken: nothing happens, `.restartLine` `_FATAL`, from now on at every call of the port.
/// - lost: `.restartLine` `_TIMED_OUT`, and the port is broken; what was lost at `offsets` is lost at the commit.
/// - fenced: `.stop(75)` at every call of the port. An outlet's transactional id is taken over (the open transaction
///   aborted), an inlet only believes that its instance was; for a reader it is broken.
enum FaultEffect: Equatable {
    case gone
    case retry
    case doneThenRetry
    case abort
    case broken
    case lost(committed: Bool)
    case fenced

    init(_ kind: FaultKind, at step: FaultPlan.Step) {
        switch kind {
        case .processGone: self = .gone
        case .retriable: self = .retry
        case .fatal: self = .broken
        case .fenced: self = .fenced
        case .abortRequired: self = Self.abortRequired(at: step)
        case .unknownButCommitted: self = Self.unknown(committed: true, at: step)
        case .unknownAndAborted: self = Self.unknown(committed: false, at: step)
        }
    }

    private static func abortRequired(at step: FaultPlan.Step) -> FaultEffect {
        switch step {
        case .send, .offsets, .commit: .abort
        case .afterCommit: .lost(committed: true)
        case .poll, .fetch, .release, .committed, .bounds, .initialize, .begin, .abort: .retry
        }
    }

    private static func unknown(committed: Bool, at step: FaultPlan.Step) -> FaultEffect {
        switch step {
        case .poll, .fetch, .release, .committed, .bounds, .begin: .retry
        case .initialize: committed ? .doneThenRetry : .retry
        case .send: .abort
        case .offsets, .commit: .lost(committed: committed)
        case .afterCommit: .lost(committed: true)
        case .abort: .lost(committed: false)
        }
    }
}

extension Fault {
    static func injectedRetry(doing: String) -> Fault { Fault(.retry, code: "_TRANSPORT", doing: doing) }
    static func injectedAbort(doing: String) -> Fault { Fault(.abortBatch, code: "_MSG_TIMED_OUT", doing: doing) }
    static func injectedLoss(doing: String) -> Fault { Fault(.restartLine, code: "_TIMED_OUT", doing: doing) }
    static func injectedBreak(doing: String) -> Fault { Fault(.restartLine, code: "_FATAL", doing: doing) }
}
