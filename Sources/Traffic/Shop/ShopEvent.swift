public import Events

/// Where the shop publishes.
public enum ShopTopic: UInt8, Sendable, CaseIterable {
    case clickstream, reviews, catalog

    public var name: StaticString {
        switch self {
        case .clickstream: "storefront.clickstream.v1"
        case .reviews: "storefront.reviews.v1"
        case .catalog: "storefront.catalog.v1"
        }
    }
}

/// One record of the shop: where its bytes lie, and what it is in plain values, for those who grade.
@frozen
public struct ShopEvent: Sendable {
    public var topic: ShopTopic
    /// None for the catalogue, for poison and for events without a meaning here.
    public var kind: FactKind?
    /// Below zero: a visitor, or nobody.
    public var customer: Int32
    /// The product an event is about, the first one of an order; below zero: none.
    public var product: Int32
    /// When the record is published, never earlier than that of the record before. The event's own `timestamp` is the
    /// same, except in a re-delivery, where it lies behind.
    public var time: EventTime
    /// In the buffer given to `next(into:)`; the value follows its key without a gap.
    public var key: Range<Int>
    public var value: Range<Int>
    public var isPoison = false
    public var isRedelivery = false

    /// An event that is not written yet.
    init(_ topic: ShopTopic, _ kind: FactKind?, customer: Int32 = -1, product: Int32 = -1, at time: EventTime) {
        self.topic = topic
        self.kind = kind
        self.customer = customer
        self.product = product
        self.time = time
        key = 0..<0
        value = 0..<0
    }
}

/// The shop's identifiers: `u000123` for customers, `p004567` for products.
public enum ShopName {
    public static func customer(_ index: Int) -> String { padded("u", index) }
    public static func product(_ index: Int) -> String { padded("p", index) }

    public static func customerIndex(_ name: Bytes) -> Int? { index(name, after: UInt8(ascii: "u")) }
    public static func productIndex(_ name: Bytes) -> Int? { index(name, after: UInt8(ascii: "p")) }

    private static func padded(_ letter: String, _ index: Int) -> String {
        let digits = String(index)
        return letter + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    private static func index(_ name: Bytes, after letter: UInt8) -> Int? {
        guard name.count >= 7, name.count <= 10, name[0] == letter else { return nil }
        var index = 0
        for place in 1..<name.count {
            let digit = name[place] &- 48
            guard digit < 10 else { return nil }
            index = index * 10 + Int(digit)
        }
        return index
    }
}
