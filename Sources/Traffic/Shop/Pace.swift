public import Events

/// Time lapse: when on the wall an event of the shop is due. Pure, so the caller owns the clock and the sleep.
///
/// `factor` is event time per wall time: 1 is life as it is, 86,400 a day a second, `.infinity` as fast as it goes.
public struct Pace: Sendable, Equatable {
    public var factor: Double
    public var eventStart: EventTime
    /// In ms, of whatever clock the caller reads.
    public var wallStart: Int64

    public init(factor: Double, eventStart: EventTime, wallStart: Int64) {
        self.factor = factor > 0 ? factor : 1
        self.eventStart = eventStart
        self.wallStart = wallStart
    }

    /// Milliseconds to wait at `wall` before the event at `time`; zero when it is due or late.
    public func wait(before time: EventTime, at wall: Int64) -> Int64 {
        guard factor.isFinite else { return 0 }
        let due = Double(time - eventStart) / factor
        let ahead = due - Double(wall - wallStart)
        return ahead > 0 ? Int64(min(ahead, 9e15).rounded(.up)) : 0
    }

    /// The event time reached at `wall`: everything up to it may go out in one batch.
    public func eventTime(at wall: Int64) -> EventTime {
        guard factor.isFinite else { return .max }
        let passed = Double(wall - wallStart) * factor
        return passed >= 9e15 ? .max : eventStart + Int64(passed.rounded(.down))
    }
}
