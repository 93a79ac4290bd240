/// The verdict on a review's text.
public enum Polarity: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case negative, neutral, positive

    public var name: StaticString {
        switch self {
        case .negative: "negative"
        case .neutral: "neutral"
        case .positive: "positive"
        }
    }
}

/// Reviews of one window of event time.
public struct SentimentWindow: BitwiseCopyable, Sendable {
    public var start: EventTime
    public var reviews: UInt32
    public var mean: Double

    public init(start: EventTime, reviews: UInt32, mean: Double) {
        self.start = start
        self.reviews = reviews
        self.mean = mean
    }
}

/// Where a product's reviews are heading.
public enum Trend: UInt8, BitwiseCopyable, Sendable {
    case steady, worse, better

    public var name: StaticString {
        switch self {
        case .steady: "steady"
        case .worse: "worse"
        case .better: "better"
        }
    }
}

/// The counters of a product or category after a review; `shift` marks the review that tipped the balance.
public struct SentimentUpdate {
    public var id: OutcomeId
    public var subject: Subject
    public var key: Bytes
    public var time: EventTime
    public var negative: UInt32
    public var neutral: UInt32
    public var positive: UInt32
    public var mean: Double
    public var hour: SentimentWindow
    public var day: SentimentWindow
    public var trend: Trend
    public var isShift: Bool
    public var latest: Double
    public var label: Polarity
    /// Up to three words that decided the latest verdict, separated by a newline.
    public var evidence: Bytes

    public init(
        id: OutcomeId,
        subject: Subject,
        key: Bytes,
        time: EventTime,
        negative: UInt32,
        neutral: UInt32,
        positive: UInt32,
        mean: Double,
        hour: SentimentWindow,
        day: SentimentWindow,
        trend: Trend,
        isShift: Bool,
        latest: Double,
        label: Polarity,
        evidence: Bytes
    ) {
        self.id = id
        self.subject = subject
        self.key = key
        self.time = time
        self.negative = negative
        self.neutral = neutral
        self.positive = positive
        self.mean = mean
        self.hour = hour
        self.day = day
        self.trend = trend
        self.isShift = isShift
        self.latest = latest
        self.label = label
        self.evidence = evidence
    }
}
