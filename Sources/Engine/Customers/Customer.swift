import Events
import Models

/// What a customer did with a product, in one word: product (28 bits), what (4 bits), when in seconds (32 bits).
struct Touch: BitwiseCopyable {
    let word: UInt64

    init(_ product: Name, _ kind: FactKind, _ time: EventTime) {
        word = UInt64(product.raw) << 36 | UInt64(kind.rawValue & 15) << 32 | UInt64(Landmark.seconds(of: time))
    }

    init(word: UInt64) { self.word = word }

    var product: Name { Name(raw: UInt32(truncatingIfNeeded: word >> 36)) }
    var kind: UInt8 { UInt8(truncatingIfNeeded: word >> 32) & 15 }
    var second: UInt32 { UInt32(truncatingIfNeeded: word) }
    var time: EventTime { Landmark.milliseconds(of: second) }

    func `is`(_ kind: FactKind) -> Bool { self.kind == kind.rawValue }
}

/// Money spent in one currency.
struct Spend: BitwiseCopyable {
    var currency = Currency.none
    var amount = 0.0
}

/// Mean and spread of the logarithm of prices that a customer looks at (Welford 1962).
struct PriceBand: BitwiseCopyable {
    var count: UInt32 = 0
    var logMean: Float = 0
    var logSquares: Float = 0

    mutating func add(_ price: Double) {
        guard price > 0 else { return }
        let log = Elementary.log(price)
        if count < .max { count += 1 }
        let before = log - Double(logMean)
        logMean += Float(before / Double(count))
        logSquares += Float(before * (log - Double(logMean)))
    }

    /// The prices between which about two thirds of those seen lie; nil before the first.
    var range: ClosedRange<Double>? {
        guard count > 0 else { return nil }
        // Rounding can leave the sum of squares a hair below zero.
        let deviation = count > 1 ? (Double(max(0, logSquares)) / Double(count - 1)).squareRoot() : 0.25
        return Elementary.exp(Double(logMean) - deviation)...Elementary.exp(Double(logMean) + deviation)
    }
}

/// Everything remembered of one customer. 320 bytes here; histories and likings in blocks of the arena, at most 704
/// more.
///
/// Facts follow from the customer's events alone; *advice* was decided with knowledge of the whole shop and is kept,
/// not refolded.
struct Customer: BitwiseCopyable {
    var firstSeen = EventTime.unknown
    var lastSeen = EventTime.unknown
    var firstOrder = EventTime.unknown
    var lastOrder = EventTime.unknown
    var sessionStart = EventTime.unknown
    /// Hash of the producer's session id, zero without one.
    var sessionTag: UInt32 = 0
    var sessions: UInt32 = 0
    var views: UInt32 = 0
    var adds: UInt32 = 0
    var orders: UInt32 = 0
    var refunds: UInt32 = 0
    var cancellations: UInt32 = 0
    var reviews: UInt32 = 0
    /// Days with an order after the first such day: the x of the purchase model.
    var repeats: UInt32 = 0
    /// Mean polarity of the customer's own reviews.
    var sentiment: Float = 0
    var gaps = GapStatistics()
    var prices = PriceBand()
    var spend = InlineArray<3, Spend>(repeating: Spend())
    var categories = DecayedTop<Name>()
    var brands = DecayedTop<Name>()
    /// Category of the first product of the last order.
    var basketCategory = Name.none
    var touches = Ring<Touch>()
    var messageIds = Ring<UInt32>()
    var basket = Ring<Name>()
    var bustle = Bustle()
    var lastReview = OwnReview()
    /// Hour of the pending look at this customer's silence; zero for none.
    var timer: UInt32 = 0
    var level = RiskLevel.none
    var isAnonymous = false
    /// The customer's last word on what the data may be used for.
    var consent = Consent.unstated
    /// Was forgotten once: events from before then do not count.
    var beganAnew = false

    /// Advice: hash of the list recommended last; zero for unknown.
    var lastList: UInt32 = 0

    /// Bookkeeping: place among the changes since the last checkpoint, from one on; zero for unchanged.
    var change: UInt32 = 0

    var history: PurchaseHistory {
        PurchaseHistory(first: firstOrder, last: lastOrder, repeats: repeats, gaps: gaps)
    }
}
