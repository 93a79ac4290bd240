/// Something outside went wrong. The type says what to do next, so the line never looks at a client's error code.
public struct Fault: Error, Sendable, CustomStringConvertible {
    public enum Recovery: Sendable, Equatable {
        /// The same call may be made again.
        case retry
        /// The transaction must be aborted; producer and membership are sound. State falls back to what is committed.
        case abortBatch
        /// Producer and state must be made anew: the outcome of the last commit is unknown, or the producer is lost.
        case restartLine
        /// Nothing here can mend it; the process ends with this exit code (sysexits).
        case stop(exitCode: Int32)
    }

    public var recovery: Recovery
    /// The client's name for it, for logs and metrics: `_FENCED`, `ILLEGAL_GENERATION`, `_TIMED_OUT` …
    public var code: String
    /// What was being done: "committing the transaction".
    public var doing: String
    /// What an operator can do about it, if anything.
    public var remedy: String?
    /// How long it may go on before it counts as a stop; nil is for ever.
    public var limit: Limit?

    /// The end of a patience.
    public struct Limit: Sendable, Equatable {
        /// Milliseconds since the line last got on.
        public var after: Int64
        public var exitCode: Int32

        public init(after: Int64, exitCode: Int32) {
            self.after = after
            self.exitCode = exitCode
        }
    }

    public init(_ recovery: Recovery, code: String, doing: String, remedy: String? = nil, limit: Limit? = nil) {
        self.recovery = recovery
        self.code = code
        self.doing = doing
        self.remedy = remedy
        self.limit = limit
    }

    public var description: String { "\(doing): \(code)" + (remedy.map { "; \($0)" } ?? "") }

    /// Exit codes of sysexits.h that a stop can carry.
    public enum Exit {
        public static let data: Int32 = 65
        public static let unavailable: Int32 = 69
        public static let software: Int32 = 70
        /// Another process holds our name; starting again would only fight it.
        public static let fenced: Int32 = 75
        public static let noPermission: Int32 = 77
        public static let configuration: Int32 = 78
    }
}
