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
    /// The customer said yes, to all that this is built on; otherwise nothing was said.
    public var isConsented: Bool
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
        isConsented: Bool,
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
        self.isConsented = isConsented
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
