/// What one client may cost. Times are in ms and absolute: sending a byte now and then wins nothing.
struct ServingLimits: Sendable {
    /// Held at once; a client that has not asked yet gives way to a new one.
    var connections = 64
    /// Request line and headers.
    var headBytes = 16 << 10
    var headers = 64
    /// From connecting to the end of the headers.
    var head: Int64 = 5_000
    /// From the question to its answer.
    var answer: Int64 = 10_000
    /// For taking the answer.
    var write: Int64 = 10_000
    /// For hearing that we have closed.
    var linger: Int64 = 1_000
}
