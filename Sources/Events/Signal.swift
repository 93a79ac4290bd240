/// What the customer stage tells the product stage. Signals travel packed, many to a record, in the partition of their
/// subject.
public enum Signal {
    public enum Kind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
        /// A product was viewed, added, ordered or returned; `weight` is the quantity.
        case viewed = 1
        case added, ordered, returned
        /// `object` was bought in the order after `subject`, viewed after it, or bought after it was viewed.
        case boughtAfter, viewedAfter, boughtAfterView
        /// `object` was bought in the order after something of the category `subject`.
        case boughtAfterCategory
        /// A review on its way to the sentiment model's owner: `object` the product, `text` the words, `weight` the
        /// rating in 0…1 or NaN; carries a ``SignalFields/mark``.
        case review
        /// A judged review on its way to its product's (or category's) counters: `weight` the polarity in −1…1,
        /// `text` the words that decided; carries a ``SignalFields/mark``.
        case judged, judgedCategory
        /// A customer's purchase history on its way to the churn population's owner: `weight` repeats, `second` days
        /// from first to last purchase, `third` days from first purchase to now.
        case purchaseHistory
        /// A customer left the churn population: `object` as in ``purchaseHistory``.
        case departed
    }
}

/// Keys of the shop-wide models; each has one owner, the signals partition of its key.
public enum ModelKey {
    public static let sentiment: StaticString = "model:sentiment"
    public static let churn: StaticString = "model:churn"
}

/// One signal, unpacked. The bytes borrow from the record.
@frozen
public struct SignalFields: BitwiseCopyable {
    public var kind: Signal.Kind
    public var time: EventTime
    public var subject: Bytes
    public var object: Bytes
    public var category: Bytes
    public var text: Bytes
    public var weight: Float
    public var second: Float
    public var third: Float
    /// Where the record stood that this follows from, for the ids of outputs; zeros when none depends on it.
    public var cause: (UInt64, UInt64)

    @inlinable
    public init(
        _ kind: Signal.Kind,
        time: EventTime,
        subject: Bytes,
        object: Bytes = .none,
        category: Bytes = .none,
        text: Bytes = .none,
        weight: Float = 1,
        second: Float = 0,
        third: Float = 0,
        cause: (UInt64, UInt64) = (0, 0)
    ) {
        self.kind = kind
        self.time = time
        self.subject = subject
        self.object = object
        self.category = category
        self.text = text
        self.weight = weight
        self.second = second
        self.third = third
        self.cause = cause
    }

    /// What an edit of the same review is known by; zero for none. Travels in halves in `second` and `third`, which a
    /// review has no other use for and which hold 16 bits exactly.
    @inlinable public var mark: UInt32 {
        get { UInt32(max(0, min(second, 65_535))) << 16 | UInt32(max(0, min(third, 65_535))) }
        set { (second, third) = (Float(newValue >> 16), Float(newValue & 0xFFFF)) }
    }
}
