public import Engine
public import Pipeline

/// Why a question got no answer.
public enum Unanswered: Error, Sendable {
    /// Too many questions wait, or no line runs.
    case busy
    /// The lines did not come round to it in time.
    case late
}

/// Where the server's knowledge comes from.
public protocol Desk: Sendable {
    var statuses: [LineStatus] { get }
    var condition: ClusterCondition { get }
    /// Each is nil for a name that no line here knows.
    func customer(_ name: String) async throws(Unanswered) -> CustomerView?
    func product(_ name: String) async throws(Unanswered) -> ProductView?
    func list(of customer: String) async throws(Unanswered) -> ListView?
}
