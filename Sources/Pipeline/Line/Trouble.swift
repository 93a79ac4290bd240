import Logging

/// What stands in a line's way: which faults it met since it last got on, what to do about the next one, and what the
/// log is told. Pure: faults, sights and times in, answers out.
///
/// One cause is told once, then every half a minute for as long as it lasts, and once more when it is over. A line that
/// falls back again and again without a commit rests in between, up to ten seconds; the second time in a row it makes
/// new clients, which look at every topic anew.
struct Trouble {
    struct Note: Equatable {
        var level: Logger.Level
        var text: String
    }

    struct Answer {
        /// The fault, with the recovery that fits by now.
        var fault: Fault
        var note: Note?
        var recovery: Fault.Recovery { fault.recovery }
    }

    /// What a turn without a fault has seen.
    struct Sight {
        var commits: UInt64
        /// Grows with whatever is done: commits, records restored and replayed.
        var steps: UInt64
        /// Something is there to do.
        var waits: Bool
        var isReady: Bool
    }

    /// A passing refusal is worth no line in the log.
    static let quietTime: Int64 = 5_000
    static let repeatTime: Int64 = 30_000
    /// Without a commit the line counts as mended when it was ready for so long: longer than a transaction lasts.
    static let calmTime: Int64 = 15_000
    private static let longestRest: Int64 = 10_000

    /// Wall time of the first fault since the line last got on; nil when nothing stands in its way.
    private(set) var since: Int64?
    private(set) var last: Fault?
    private(set) var restUntil: Int64 = 0
    /// Wall time of the last step, or at which nothing was there to do.
    private(set) var progressedAt: Int64 = 0
    private var metAt: Int64 = 0
    private var saidAt: Int64?
    private var said = ""
    private var count = 0
    /// Aborts and restarts without a commit in between.
    private var setbacks = 0
    private var commits: UInt64 = 0
    private var steps: UInt64 = 0

    mutating func meet(_ fault: Fault, at now: Int64) -> Answer {
        let first = since ?? now
        since = first
        last = fault
        metAt = now
        count += 1
        var fault = fault
        if let limit = fault.limit, now - first >= limit.after { fault.recovery = .stop(exitCode: limit.exitCode) }
        if fault.recovery == .abortBatch || fault.recovery == .restartLine { setBack(&fault, now) }
        return Answer(fault: fault, note: note(fault, now, lasting: now - first))
    }

    /// - Returns: that it is over, if it was told.
    mutating func look(_ sight: Sight, at now: Int64) -> Note? {
        let hasCommitted = sight.commits > commits
        if hasCommitted || !sight.waits || setbacks < 2 && sight.steps > steps { progressedAt = now }
        commits = sight.commits
        steps = sight.steps
        guard let first = since, hasCommitted || sight.isReady && now - metAt >= Self.calmTime else { return nil }
        let wasTold = saidAt != nil
        let seconds = (now - first) / 1_000
        self = Trouble(progressedAt: now, commits: commits, steps: steps)
        return wasTold ? Note(level: .notice, text: "the line goes on after \(seconds) s") : nil
    }

    init() {}

    private init(progressedAt: Int64, commits: UInt64, steps: UInt64) {
        self.progressedAt = progressedAt
        self.commits = commits
        self.steps = steps
    }

    private mutating func setBack(_ fault: inout Fault, _ now: Int64) {
        setbacks += 1
        if setbacks > 1 {
            fault.recovery = .restartLine
            restUntil = now + min(Self.longestRest, 250 << min(Int64(setbacks), 6))
        }
    }

    /// The stop itself is told by whoever ends the process.
    private mutating func note(_ fault: Fault, _ now: Int64, lasting: Int64) -> Note? {
        if case .stop = fault.recovery { return nil }
        let isRetry = fault.recovery == .retry
        let isNew = said != fault.code
        let isDue = isNew && !isRetry || now - (saidAt ?? .min / 2) >= Self.repeatTime
        guard isDue, !isRetry || lasting >= Self.quietTime else { return nil }
        defer { (saidAt, said, count) = (now, fault.code, 0) }
        let what =
            switch fault.recovery {
            case .abortBatch: "transaction aborted"
            case .restartLine: "line restarted"
            case .retry, .stop: "trying again"
            }
        let length = lasting < 1_000 ? "" : ", for \(lasting / 1_000) s" + (count > 1 ? " (\(count) times)" : "")
        return Note(level: .warning, text: "\(what)\(length): \(fault)")
    }
}
