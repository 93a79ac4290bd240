import Events
import Histogram
import Synchronization
import Traffic

/// What the shop's thread, the audience and the screen share.
final class DemoBoard: Sendable {
    struct State {
        var grader: Grader
        var marks = SendMarks()
        var sent: UInt64 = 0
        /// Event time reached by the shop.
        var eventTime: EventTime
        var latency = Histogram<UInt32>(highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: .two)
        var headlines = Headlines()
        var isSoldOut = false
        var fault: String?
    }

    private let state: Mutex<State>

    init(_ truth: PlantedTruth, start: EventTime) {
        state = Mutex(State(grader: Grader(truth), eventTime: start))
    }

    func update<Answer>(_ body: (inout sending State) -> sending Answer) -> sending Answer { state.withLock(body) }
}

/// When events of which time were sent, so that an output can be dated by the event that caused it.
///
/// Bound: the last 65,536 marks; an event older than those has no latency.
struct SendMarks: Sendable {
    private static let bound = 65_536
    private var marks: [(event: EventTime, sent: Int64)] = []
    private var first = 0

    /// Marks come in order of event time.
    mutating func add(_ event: EventTime, sent: Int64) {
        if let last = marks.last, last.event == event { return }
        marks.append((event, sent))
        if marks.count - first > SendMarks.bound { first += 1 }
        if first > SendMarks.bound {
            marks.removeFirst(first)
            first = 0
        }
    }

    /// When the event of this time was sent; nil if nobody remembers. O(log marks)
    func sent(_ event: EventTime) -> Int64? {
        var low = first
        var high = marks.count
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].event < event { low = middle + 1 } else { high = middle }
        }
        return low < marks.count && marks[low].event == event ? marks[low].sent : nil
    }
}

/// The latest of each kind, in words.
struct Headlines: Sendable, Equatable {
    struct Place: Sendable, Equatable {
        var product: String
        var score: Double
        var reason: String
    }

    var recommendationFor: String?
    var places: [Place] = []
    var alert: String?
    var shift: String?
    var recommendations = 0
    var alerts = 0
    var shifts = 0
}
