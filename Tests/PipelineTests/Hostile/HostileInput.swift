import Events

/// An input that nobody wants, and what is to become of it.
struct HostileInput: Sendable {
    /// One record of it: a nil value is none at all.
    typealias Value = [UInt8]?

    let name: String
    /// Reason of the dead letter; nil where the input is put up with.
    let reason: Rejection?
    /// What putting up with it means, for the page.
    let note: String
    /// The records, made when they are wanted: some are large.
    let values: @Sendable () -> [Value]
    var key: [UInt8]? = Array("mallory".utf8)
    /// Whom the event is folded for.
    var customer = "mallory"
    /// Of the record, as the broker has it.
    var recordTime = HostileInput.noon
    /// Bytes of a header that the record carries.
    var header = 0
    /// `max.message.bytes` of the dead-letter topic.
    var room = 32 << 20

    /// 2026-03-02T12:00:00Z
    static let noon: EventTime = 1_772_452_800_000

    init(_ name: String, _ reason: Rejection? = nil, _ note: String = "", _ value: @escaping @Sendable () -> Value) {
        self.name = name
        self.reason = reason
        self.note = note
        values = { [value()] }
    }

    init(_ name: String, _ reason: Rejection?, _ note: String = "", _ text: String...) {
        self.name = name
        self.reason = reason
        self.note = note
        values = { text.map { Array($0.utf8) } }
    }

    func with(_ change: (inout HostileInput) -> Void) -> HostileInput {
        var copy = self
        change(&copy)
        return copy
    }
}

/// Parts of events.
extension HostileInput {
    static let when = #""timestamp":\#(noon)"#

    /// An event of mallory's with these properties.
    static func event(_ name: String, _ properties: String, user: String = #""mallory""#, time: String = when) -> String
    {
        #"{"type":"track","event":"\#(name)","userId":\#(user),\#(time),"properties":{\#(properties)}}"#
    }

    static func view(_ more: String = "", user: String = #""mallory""#, time: String = when) -> String {
        event("Product Viewed", #""product_id":"p1"\#(more)"#, user: user, time: time)
    }

    static func order(_ lines: String, _ more: String = "") -> String {
        event("Order Completed", #""products":[\#(lines)]\#(more)"#)
    }

    static func review(_ more: String) -> String { event("Product Reviewed", #""product_id":"p1",\#(more)"#) }

    /// `n` times the same letter.
    static func long(_ count: Int) -> String { String(repeating: "x", count: count) }
}
