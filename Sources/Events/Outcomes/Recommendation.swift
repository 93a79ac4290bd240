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
    /// The customer said yes, to all that this is built on; otherwise nothing was said.
    public var isConsented: Bool
    public var time: EventTime
    public var trigger: Trigger
    public var product: Bytes
    public var model: StaticString
    public var places: Range<Int>

    public init(
        id: OutcomeId,
        customer: Bytes,
        isAnonymous: Bool,
        isConsented: Bool,
        time: EventTime,
        trigger: Trigger,
        product: Bytes,
        model: StaticString,
        places: Range<Int>
    ) {
        self.id = id
        self.customer = customer
        self.isAnonymous = isAnonymous
        self.isConsented = isConsented
        self.time = time
        self.trigger = trigger
        self.product = product
        self.model = model
        self.places = places
    }
}

/// What was recommended to a customer holds no more: a tombstone under the customer's key.
public struct Retraction: BitwiseCopyable {
    public var customer: Bytes
    /// Stands before the recommendation with this index, behind all earlier ones.
    public var place: Int

    public init(customer: Bytes, place: Int) {
        self.customer = customer
        self.place = place
    }
}
