import Events

/// The watchdog's verdict on one line: it has work, or has not said that it has none, and does not get on. Pure.
public struct Stall: Sendable, Equatable, CustomStringConvertible {
    public var line: String
    /// How long, ms.
    public var silence: Int64
    /// Records that wait.
    public var lag: Int64
    /// The line's thread goes round: it is not stuck in a call.
    public var isTurning: Bool
    public var reason: String?

    /// Silence that is a stall unless told otherwise, ms.
    public static let usualLimit: Int64 = 30_000

    /// Nil for a line that gets on, has nothing to do, has not begun or has ended.
    /// - Parameter condition: where the line met no fault itself, what is known of the cluster is the reason.
    public init?(
        _ status: LineStatus,
        _ condition: ClusterCondition = ClusterCondition(),
        at now: Int64,
        limit: Int64 = usualLimit
    ) {
        guard !status.hasFinished, status.turnedAt > 0 else { return nil }
        let progressedAt = status.progressedAt > 0 ? status.progressedAt : status.turnedAt
        isTurning = now - status.turnedAt <= limit
        silence = now - (isTurning ? progressedAt : min(progressedAt, status.turnedAt))
        guard silence > limit else { return nil }
        line = status.name
        lag = status.lag
        reason = status.trouble ?? condition.reasons.first
    }

    public var description: String {
        let what = isTurning ? "does not get on" : "is stuck in a call"
        let waiting = lag > 0 ? ", \(lag) \(lag == 1 ? "record waits" : "records wait")" : ""
        return "\(line) \(what) since \(silence / 1_000) s\(waiting): \(reason ?? Self.guess)"
    }

    /// What holds records back without any fault that a client could see.
    private static let guess =
        "no fault is known; an open transaction of a producer may hide the records "
        + "(kafka-transactions.sh find-hanging), else send this log"
}
