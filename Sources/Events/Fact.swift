/// What a shop's event says happened.
public enum FactKind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case productViewed, productClicked, productListViewed, productsSearched, productAdded, productRemoved, cartViewed
    case checkoutStarted, orderCompleted, orderCancelled, orderRefunded, productWishlisted, productReviewed, identified
    /// The customer said anew what they agree to.
    case consentUpdated
    /// The customer is to be forgotten: everything up to the fact's time. Comes from its own topic alone.
    case erased

    /// The name in the Segment e-commerce specification, version 2.
    public var name: StaticString {
        switch self {
        case .productViewed: "Product Viewed"
        case .productClicked: "Product Clicked"
        case .productListViewed: "Product List Viewed"
        case .productsSearched: "Products Searched"
        case .productAdded: "Product Added"
        case .productRemoved: "Product Removed"
        case .cartViewed: "Cart Viewed"
        case .checkoutStarted: "Checkout Started"
        case .orderCompleted: "Order Completed"
        case .orderCancelled: "Order Cancelled"
        case .orderRefunded: "Order Refunded"
        case .productWishlisted: "Product Added to Wishlist"
        case .productReviewed: "Product Reviewed"
        case .identified: "identify"
        case .consentUpdated: "Segment Consent Preference Updated"
        case .erased: "User Deleted"
        }
    }

    /// Without a product these say nothing.
    public var needsProduct: Bool {
        switch self {
        case .productViewed, .productClicked, .productAdded, .productRemoved, .productWishlisted, .productReviewed: true
        default: false
        }
    }

    /// A line of these says that something was bought or came back, so a line of nothing is none.
    var countsUnits: Bool { self == .orderCompleted || self == .orderCancelled || self == .orderRefunded }
}

/// An ISO 4217 code in four bytes; zero means that none was given.
@frozen
public struct Currency: BitwiseCopyable, Hashable, Sendable {
    public let code: UInt32

    @inlinable public init(code: UInt32) { self.code = code }

    public static let none = Currency(code: 0)

    /// Three letters of any case; anything else is `none`.
    public init(_ text: Bytes) {
        guard text.count == 3 else {
            self = .none
            return
        }
        var code: UInt32 = 0
        for index in 0..<3 {
            let upper = text[index] & 0xDF
            guard upper >= 65, upper <= 90 else {
                self = .none
                return
            }
            code = code << 8 | UInt32(upper)
        }
        self.code = code
    }

    /// The three letters, most significant first.
    @inlinable public var letters: (UInt8, UInt8, UInt8) {
        (UInt8(truncatingIfNeeded: code >> 16), UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code))
    }
}

/// One product in an event: a viewed product, a line of an order.
@frozen
public struct LineItem: BitwiseCopyable {
    /// `product_id`, or `sku` where the shop sends only that.
    public var product = Bytes.none
    public var category = Bytes.none
    public var brand = Bytes.none
    /// NaN when not given.
    public var price = Double.nan
    public var quantity = 1.0

    @inlinable public init() {}
}

/// One event of the shop, decoded and checked. The bytes belong to the record and to the decoder: valid until it
/// decodes the next one.
public struct Fact {
    public var kind = FactKind.identified
    /// `userId`, else `anonymousId`.
    public var customer = Bytes.none
    public var isAnonymous = false
    /// Empty when the producer sent none; then nothing is a duplicate.
    public var messageId = Bytes.none
    public var time = EventTime.unknown
    /// What the event says about its customer's consent.
    public var consent = Consent.unstated
    public var session = Bytes.none
    /// The products of the event, at most ``Limits/lineItems``. Borrowed from the decoder.
    public var items = UnsafeBufferPointer<LineItem>(start: nil, count: 0)
    public var order = Bytes.none
    /// `total`, else `revenue`, else `value`; NaN when none was given.
    public var amount = Double.nan
    public var currency = Currency.none
    /// Stars brought to 0…1 by the rating's scale (1…5 unless said); NaN when not given.
    public var rating = Double.nan
    public var review = Bytes.none
    public var reviewId = Bytes.none
    public var query = Bytes.none
    public var locale = Bytes.none
}

/// Bounds on what is read from one record.
public enum Limits {
    /// Longest identifier, category, brand: 512 bytes. Longer ones are rejected as `oversize`.
    public static let identifier = 512
    /// Products read of one event; the rest is counted as cut.
    public static let lineItems = 256
    /// Longest record value that is decoded: 4 MiB.
    public static let value = 4 << 20
    /// Deepest nesting.
    public static let depth = 64
    /// Longest review text that is read: 16 KiB.
    public static let review = 16 << 10
}

/// Why a record could not be used. The codes are finite and stable; they stand in the dead letter's headers.
public enum Rejection: UInt8, Error, Sendable, CaseIterable {
    case malformedJSON, unknownEnvelope, unsupportedEncoding, schemaViolation, missingIdentity, badTimestamp, oversize
    case keyMismatch, futureTimestamp, tooLarge

    public var code: StaticString {
        switch self {
        case .malformedJSON: "malformed_json"
        case .unknownEnvelope: "unknown_envelope"
        case .unsupportedEncoding: "unsupported_encoding"
        case .schemaViolation: "schema_violation"
        case .missingIdentity: "missing_identity"
        case .badTimestamp: "bad_timestamp"
        case .oversize: "oversize"
        case .keyMismatch: "key_mismatch"
        case .futureTimestamp: "future_timestamp"
        case .tooLarge: "too-large"
        }
    }

    /// Where the record fell out.
    public var stage: StaticString {
        switch self {
        case .malformedJSON, .unknownEnvelope, .unsupportedEncoding: "decode"
        case .tooLarge: "produce"
        default: "validate"
        }
    }

    /// One sentence for people, without a word of the payload.
    public var message: StaticString {
        switch self {
        case .malformedJSON: "the value is not well-formed JSON in UTF-8"
        case .unknownEnvelope: "the JSON is not a Track envelope: \"type\" and \"event\" are missing"
        case .unsupportedEncoding: "the value is not JSON (empty, Avro, Protobuf or another binary format)"
        case .schemaViolation: "a required property is missing or has the wrong type"
        case .missingIdentity: "neither userId nor anonymousId is given"
        case .badTimestamp: "the timestamp cannot be read, is implausible, or there is no clock to hold it against"
        case .keyMismatch: "the record's key is not the user whom it is about"
        case .oversize: "the record or one of its identifiers is too long"
        case .futureTimestamp: "the event is more than five minutes ahead of its record"
        case .tooLarge: "the record is larger than the topic takes to which it had to go: only its beginning is kept"
        }
    }
}

/// What became of one record's bytes.
public enum Decoded {
    case fact
    /// A well-formed event that this product has no use for (`page`, `Coupon Applied` …): counted and skipped.
    case skipped
    case rejected(Rejection)
}
