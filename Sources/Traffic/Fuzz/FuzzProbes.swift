import Engine
import Events

/// A few days of one customer and of one product: state that was taken back has to bear what comes next.
struct FuzzProbes: ~Copyable {
    private var decoder = Decoder()

    /// The day after the corpus' shop closes, so that restored timers fire, the churn clock among them.
    private static let start: EventTime = 1_772_500_000_000

    private static let events: [StaticString] = [
        #"""
        {"type":"track","event":"Product Viewed","userId":"u","timestamp":1772500000000,
        "properties":{"product_id":"p1","category":"c1","price":9.5,"currency":"EUR"}}
        """#,
        #"""
        {"type":"track","event":"Order Completed","userId":"u","timestamp":1772600000000,
        "properties":{"order_id":"o1","total":29,"currency":"EUR","products":[
        {"product_id":"p1","quantity":2,"price":9.5},{"product_id":"p2","quantity":1,"price":10}]}}
        """#,
        #"""
        {"type":"track","event":"Product Reviewed","userId":"u","timestamp":1772700000000,
        "properties":{"product_id":"p1","review_id":"r1","rating":2,"review_body":"broken, 很差"}}
        """#,
        #"""
        {"type":"track","event":"Order Refunded","userId":"u","timestamp":1772800000000,
        "properties":{"order_id":"o1","total":29,"currency":"EUR","products":[{"product_id":"p1"}]}}
        """#,
        #"""
        {"type":"track","event":"Order Completed","userId":"u","timestamp":1790000000000,
        "properties":{"order_id":"o2","total":10,"currency":"CNY","products":[{"product_id":"p2"}]}}
        """#,
    ]

    /// Hands out the facts of `customer`. False when one of them cannot be read.
    mutating func forEachFact(of customer: Bytes, _ body: (Fact) -> Void) -> Bool {
        for event in FuzzProbes.events {
            guard case .fact = decoder.decode(Bytes(event), recordTime: EventTime.unknown) else { return false }
            var fact = decoder.fact
            fact.customer = customer
            body(fact)
        }
        return true
    }

    /// One signal of each kind that concerns a product or a category.
    static func signals(of name: Bytes, isCategory: Bool) -> [SignalFields] {
        let kinds: [Signal.Kind] =
            isCategory
            ? [.boughtAfterCategory, .judgedCategory]
            : [.viewed, .added, .ordered, .returned, .boughtAfter, .viewedAfter, .boughtAfterView, .judged, .judged]
        return kinds.enumerated().map { number, kind in
            var signal = SignalFields(
                kind,
                time: FuzzProbes.start + Int64(number) * EventTime.hour,
                subject: name,
                object: Bytes("p2"),
                category: Bytes("c1"),
                weight: kind == .judged || kind == .judgedCategory ? -0.5 : 1
            )
            if number % 2 == 0 { signal.mark = 0xFFFF_FFFF }
            return signal
        }
    }
}
