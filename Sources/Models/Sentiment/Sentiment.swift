/// Which way an opinion points.
@frozen
public enum PolarityLabel: UInt8, BitwiseCopyable, Sendable, Equatable, CaseIterable {
    case negative = 0
    case neutral = 1
    case positive = 2

    /// p(positive) < .40 is negative, > .65 positive. Not symmetric: reviews are mostly kind, so half-heartedness is
    /// not.
    @inlinable
    public init(probability: Double) {
        self = probability < 0.40 ? .negative : probability > 0.65 ? .positive : .neutral
    }
}

/// What a text was taken for, and why.
@frozen
public struct Sentiment: BitwiseCopyable, Sendable, Equatable {
    /// 2p - 1, where p is the probability of a positive rating; in -1…1.
    public var polarity: Double
    public var label: PolarityLabel
    public var evidence: Evidence

    @inlinable
    public init(polarity: Double, label: PolarityLabel, evidence: Evidence) {
        self.polarity = polarity
        self.label = label
        self.evidence = evidence
    }
}

/// Up to three places of a text that moved a verdict most, strongest first, never two that overlap.
@frozen
public struct Evidence: BitwiseCopyable, Sendable, Equatable {
    /// A byte range of the original UTF-8 and what it adds to the logit.
    @frozen
    public struct Place: BitwiseCopyable, Sendable, Equatable {
        public var start: UInt16
        public var end: UInt16
        public var contribution: Float

        @inlinable
        public init(start: UInt16, end: UInt16, contribution: Float) {
            self.start = start
            self.end = end
            self.contribution = contribution
        }

        @inlinable public var range: Range<Int> { Int(start)..<Int(end) }

        @inlinable
        func overlaps(_ other: Place) -> Bool { start < other.end && other.start < end }
    }

    @inlinable public static var limit: Int { 3 }

    @usableFromInline var first, second, third: Place
    public private(set) var count: Int

    init() {
        let nowhere = Place(start: 0, end: 0, contribution: 0)
        first = nowhere
        second = nowhere
        third = nowhere
        count = 0
    }

    @inlinable
    public subscript(i: Int) -> Place {
        precondition(i >= 0 && i < count, "no such place")
        return i == 0 ? first : i == 1 ? second : third
    }

    /// Takes one more, when there is room and none of those taken overlaps it.
    mutating func take(_ place: Place) {
        for i in 0..<count where self[i].overlaps(place) { return }
        switch count {
        case 0: first = place
        case 1: second = place
        case 2: third = place
        default: return
        }
        count += 1
    }
}
