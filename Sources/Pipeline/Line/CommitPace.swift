/// When the next transaction is due: at an interval that adapts to what a commit costs, so that committing takes at
/// most about a third of the time.
struct CommitPace {
    private let bounds: ClosedRange<Int64>
    private(set) var interval: Int64
    /// When the oldest work that waits was found; nil without any.
    private var waitingSince: Int64?
    private var commitStarted: Int64 = 0
    /// Smoothed duration of a commit, ms.
    private(set) var commitCost = 0.0

    init(_ bounds: ClosedRange<Int64>) {
        self.bounds = bounds
        interval = bounds.lowerBound
    }

    mutating func sawWork(at now: Int64) {
        if waitingSince == nil { waitingSince = now }
    }

    func isDue(at now: Int64) -> Bool { waitingSince.map { now - $0 >= interval } ?? false }

    mutating func started(at now: Int64) {
        waitingSince = nil
        commitStarted = now
    }

    mutating func finished(at now: Int64) {
        commitCost += (Double(now - commitStarted) - commitCost) * 0.2
        interval = min(max(Int64(commitCost * 3), bounds.lowerBound), bounds.upperBound)
    }

    mutating func reset() { waitingSince = nil }

    /// How long polling may wait, ms.
    func wait(at now: Int64, hasWork: Bool, isCommitting: Bool) -> Int64 {
        if isCommitting { return 1 }
        guard hasWork else { return LineSettings.longestWait }
        return max(0, min((waitingSince ?? now) + interval - now, LineSettings.longestWait))
    }
}
