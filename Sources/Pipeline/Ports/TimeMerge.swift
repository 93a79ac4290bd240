public import Events

/// Which of the topics that share a partition is read next, so that what belongs together is folded in the order of
/// its records' timestamps: a topic that is ahead is held back until the others have caught up.
///
/// Topics need not keep step to the millisecond: each is read on until it is more than ``slack`` ahead of another,
/// which keeps runs long and stays inside the lateness that the fold allows. A topic that has more than is at hand is
/// waited for, for ``patience`` at most; one that is read to its end is not (as KIP-695 does for Kafka Streams).
///
/// Pure: a port shows what it has at hand, and is told where to take from. O(topics) a choice.
public struct TimeMerge: Sendable {
    /// One topic's records of the partition.
    public struct Lane: Sendable {
        /// Timestamp of the first record at hand; nil when there is none. An unknown one counts as earliest.
        public var next: EventTime?
        /// The highest timestamp taken so far.
        public var taken = EventTime.unknown
        /// Everything there is has been handed out.
        public var isAtEnd = false

        public init() {}
    }

    /// What to take: records of `lane` as long as their timestamp is at most `upTo`, the first in any case.
    public struct Choice: Sendable, Equatable {
        public var lane: Int
        public var upTo: EventTime

        public init(lane: Int, upTo: EventTime) {
            self.lane = lane
            self.upTo = upTo
        }
    }

    /// How far one topic may be ahead of another, in ms of their records' time.
    public static let slack = 2 * EventTime.minute
    /// How long to wait for a topic that has more, in ms of wall time.
    public static let patience: Int64 = 1_000

    public var lanes: [Lane]
    /// The lane that was chosen last: going on with it keeps runs long.
    private var current = 0
    private var waitingSince: Int64?

    public init(lanes: Int) { self.lanes = Array(repeating: Lane(), count: lanes) }

    /// - Parameter now: wall time in ms.
    /// - Returns: nil when nothing is at hand, or when what is has to wait.
    public mutating func choose(now: Int64) -> Choice? {
        guard let first = earliest() else { return nil }
        if lanes.count == 1 { return Choice(lane: 0, upTo: .max) }
        let start = time(first)
        guard let horizon = horizon(over: start, now) else { return nil }
        if !(lanes[current].next != nil && time(current) <= min(horizon, ahead(start))) { current = first }
        return Choice(lane: current, upTo: min(horizon, boundBesideCurrent()))
    }

    private func time(_ lane: Int) -> EventTime { lanes[lane].next ?? .max }

    private func ahead(_ time: EventTime) -> EventTime { min(time, .max - TimeMerge.slack) + TimeMerge.slack }

    private func earliest() -> Int? {
        var found: Int?
        for lane in lanes.indices where lanes[lane].next != nil {
            if found.map({ time(lane) < time($0) }) ?? true { found = lane }
        }
        return found
    }

    /// Up to where nothing can still come that would have to be read first; nil when even `start` must wait.
    private mutating func horizon(over start: EventTime, _ now: Int64) -> EventTime? {
        var horizon = EventTime.max
        for lane in lanes where lane.next == nil && !lane.isAtEnd {
            horizon = min(horizon, lane.taken == EventTime.unknown ? .min : ahead(lane.taken))
        }
        if start <= horizon {
            waitingSince = nil
            return horizon
        }
        let since = waitingSince ?? now
        waitingSince = since
        return now - since >= TimeMerge.patience ? .max : nil
    }

    private func boundBesideCurrent() -> EventTime {
        var bound = EventTime.max
        for lane in lanes.indices where lane != current && lanes[lane].next != nil {
            bound = min(bound, ahead(time(lane)))
        }
        return bound
    }
}
