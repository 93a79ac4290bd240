/// Identifies an output for good: 128 bits of hash over its kind, its key and its cause, so that the same cause gives
/// the same id in every replay and a consumer can drop what it has seen.
@frozen
public struct OutcomeId: BitwiseCopyable, Equatable, Sendable {
    public let high: UInt64
    public let low: UInt64

    /// - Parameters:
    ///   - kind: what sort of output; different sorts never share an id.
    ///   - key: the customer or product that it is about.
    ///   - cause: the triggering record's position, or the silence's start and level.
    @inlinable
    public init(kind: UInt8, key: Bytes, cause: (UInt64, UInt64)) {
        let seed = UInt64(kind) << 56
        high = Hash.combine(Hash.combine(Hash.of(key, seed: seed), cause.0), cause.1)
        low = Hash.combine(Hash.combine(Hash.of(key, seed: seed ^ 0x5851_F42D_4C95_7F2D), cause.0), cause.1)
    }
}

/// Where a record stood: what caused an output, and where a dead letter came from.
@frozen
public struct Origin: BitwiseCopyable, Equatable, Sendable {
    /// Hash of the topic's name.
    public var topic: Int32
    public var partition: Int32
    public var offset: Int64

    @inlinable
    public init(topic: Int32, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// The position as a cause of an ``OutcomeId``.
    @inlinable public var cause: (UInt64, UInt64) {
        (UInt64(UInt32(bitPattern: topic)) << 32 | UInt64(UInt32(bitPattern: partition)), UInt64(bitPattern: offset))
    }
}

/// Why a product stands in a recommendation.
public enum Reason: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case boughtAfter, boughtAfterView, viewedAfter, category, popular

    public var name: StaticString {
        switch self {
        case .boughtAfter: "bought-after"
        case .boughtAfterView: "bought-after-view"
        case .viewedAfter: "viewed-after"
        case .category: "category"
        case .popular: "popular"
        }
    }
}

/// One place of a recommendation.
@frozen
public struct RecommendedProduct: BitwiseCopyable {
    public var product: Bytes
    /// The mixed probability of being bought next, 0…1, rounded to four decimals before ranking.
    public var score: Float
    public var reason: Reason
    /// What the reason speaks of: "after `evidence`, `count` of `total` purchases were this".
    public var evidence: Bytes
    public var count: Float
    public var total: Float

    @inlinable
    public init(product: Bytes, score: Float, reason: Reason, evidence: Bytes, count: Float, total: Float) {
        self.product = product
        self.score = score
        self.reason = reason
        self.evidence = evidence
        self.count = count
        self.total = total
    }
}

/// What led to a recommendation.
public enum Trigger: UInt8, BitwiseCopyable, Sendable {
    case view, add, order

    public var name: StaticString {
        switch self {
        case .view: "view"
        case .add: "add"
        case .order: "order"
        }
    }
}

/// A ranked list for one customer. Its places stand in ``Outcomes/recommended``.
public struct Recommendation {
    public var id: OutcomeId
    public var customer: Bytes
    public var isAnonymous: Bool
    public var time: EventTime
    public var trigger: Trigger
    public var product: Bytes
    public var model: StaticString
    public var places: Range<Int>

    public init(
        id: OutcomeId,
        customer: Bytes,
        isAnonymous: Bool,
        time: EventTime,
        trigger: Trigger,
        product: Bytes,
        model: StaticString,
        places: Range<Int>
    ) {
        self.id = id
        self.customer = customer
        self.isAnonymous = isAnonymous
        self.time = time
        self.trigger = trigger
        self.product = product
        self.model = model
        self.places = places
    }
}

/// How likely a customer is to stay away.
public enum RiskLevel: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case none, low, medium, high

    public var name: StaticString {
        switch self {
        case .none: "none"
        case .low: "low"
        case .medium: "medium"
        case .high: "high"
        }
    }
}

/// What speaks for a customer leaving.
public enum ChurnReason: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case orderGap, inactivity, negativeReview, returned

    public var name: StaticString {
        switch self {
        case .orderGap: "order_gap"
        case .inactivity: "inactivity"
        case .negativeReview: "negative_review"
        case .returned: "returned"
        }
    }
}

/// What marketing might do about it.
public enum Measure: UInt8, BitwiseCopyable, Sendable {
    case none, reminder, coupon, personalCall

    public var name: StaticString {
        switch self {
        case .none: "none"
        case .reminder: "reminder"
        case .coupon: "coupon"
        case .personalCall: "personal_call"
        }
    }
}

/// A change of a customer's churn risk: detected, risen, fallen or cleared.
public struct ChurnAlert {
    public var id: OutcomeId
    public var customer: Bytes
    public var time: EventTime
    public var probability: Double
    public var level: RiskLevel
    public var previous: RiskLevel
    public var reasons: [ChurnReason]
    public var measure: Measure
    public var orders: UInt32
    public var lastOrder: EventTime
    /// In days; NaN while there are fewer than two orders.
    public var meanGap: Double
    public var averageOrderValue: Double
    public var currency: Currency
    /// Own sentiment, −1…1; NaN without a review.
    public var sentiment: Double

    public init(
        id: OutcomeId,
        customer: Bytes,
        time: EventTime,
        probability: Double,
        level: RiskLevel,
        previous: RiskLevel,
        reasons: [ChurnReason],
        measure: Measure,
        orders: UInt32,
        lastOrder: EventTime,
        meanGap: Double,
        averageOrderValue: Double,
        currency: Currency,
        sentiment: Double
    ) {
        self.id = id
        self.customer = customer
        self.time = time
        self.probability = probability
        self.level = level
        self.previous = previous
        self.reasons = reasons
        self.measure = measure
        self.orders = orders
        self.lastOrder = lastOrder
        self.meanGap = meanGap
        self.averageOrderValue = averageOrderValue
        self.currency = currency
        self.sentiment = sentiment
    }

    /// Cleared means: no risk is left.
    public var isCleared: Bool { level == .none }
}

/// What kind of thing a product-stage state or output is about.
public enum Subject: UInt8, BitwiseCopyable, Sendable {
    case product, category
}

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

/// A product beside another, with the decayed weight of the link.
@frozen
public struct Neighbour: BitwiseCopyable {
    public var product: Bytes
    public var weight: Float

    @inlinable
    public init(product: Bytes, weight: Float) {
        self.product = product
        self.weight = weight
    }
}

/// A row of neighbours: `entries` of ``Outcomes/neighbours``, strongest first, and the weight of the whole row.
public struct NeighbourRow {
    public var entries: Range<Int>
    public var total: Float

    public init(entries: Range<Int>, total: Float) {
        self.entries = entries
        self.total = total
    }
}

/// What one product or category has beside it: the projection that product pages show and ``Knowledge`` reads.
public struct Neighbours {
    public var subject: Subject
    public var key: Bytes
    public var category: Bytes
    public var time: EventTime
    public var popularity: Float
    public var views: UInt32
    public var orders: UInt32
    public var boughtAfter: NeighbourRow
    public var viewedAfter: NeighbourRow
    public var boughtAfterView: NeighbourRow

    public init(
        subject: Subject,
        key: Bytes,
        category: Bytes,
        time: EventTime,
        popularity: Float,
        views: UInt32,
        orders: UInt32,
        boughtAfter: NeighbourRow,
        viewedAfter: NeighbourRow,
        boughtAfterView: NeighbourRow
    ) {
        self.subject = subject
        self.key = key
        self.category = category
        self.time = time
        self.popularity = popularity
        self.views = views
        self.orders = orders
        self.boughtAfter = boughtAfter
        self.viewedAfter = viewedAfter
        self.boughtAfterView = boughtAfterView
    }
}

/// What the state decided while it folded a run of events. Reused: emptied once it is encoded.
public struct Outcomes {
    public var recommendations: [Recommendation] = []
    public var recommended: [RecommendedProduct] = []
    public var alerts: [ChurnAlert] = []
    public var sentiments: [SentimentUpdate] = []
    public var projections: [Neighbours] = []
    public var neighbours: [Neighbour] = []
    public var populations: [PopulationParameters] = []

    public init() {}

    public mutating func removeAll() {
        recommendations.removeAll(keepingCapacity: true)
        recommended.removeAll(keepingCapacity: true)
        alerts.removeAll(keepingCapacity: true)
        sentiments.removeAll(keepingCapacity: true)
        projections.removeAll(keepingCapacity: true)
        neighbours.removeAll(keepingCapacity: true)
        populations.removeAll(keepingCapacity: true)
    }
}

/// What the whole shop's purchases say: the four parameters of the purchase model.
@frozen
public struct PopulationParameters: BitwiseCopyable, Equatable, Sendable {
    public var r: Double
    public var alpha: Double
    public var a: Double
    public var b: Double

    @inlinable
    public init(r: Double, alpha: Double, a: Double, b: Double) {
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
    }
}
