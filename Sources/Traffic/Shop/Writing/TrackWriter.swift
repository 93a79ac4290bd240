import Events

/// Who is speaking in an event, and when.
struct Voice {
    /// Below zero: a visitor.
    var customer: Int32
    /// Zero: none given.
    var device: UInt64 = 0
    /// Zero: outside of any visit.
    var session: UInt64 = 0
    var isChinese: Bool
    var time: EventTime
}

/// One product of an event.
struct Item {
    var product: Int32
    var quantity: Int32 = 1
}

/// Writes the shop's events as Segment Track JSON, by appending bytes: no `String`, no tree.
///
/// Each method leaves one record in ``pen``: the key, `userId` else `anonymousId`, and after it the value.
struct TrackWriter: ~Copyable {
    var pen = Pen()
    /// The manner in which the next event is written.
    var quirk = Quirk.none
    /// Today's prices, in cents.
    var cents: [Int32]
    private var clock = ClockText()
    private var written: UInt64 = 0
    private let seed: UInt64
    let catalogue: Catalogue
    let vocabulary: Vocabulary

    init(_ plan: ShopPlan, _ catalogue: Catalogue) {
        seed = plan.seed
        self.catalogue = catalogue
        vocabulary = Vocabulary(plan)
        cents = catalogue.products.map(\.cents)
    }

    // MARK: the envelope

    mutating func begin(_ kind: FactKind, _ voice: Voice) {
        let name = quirk == .oldName ? Quirk.oldName(of: kind) : kind.name
        begin(kind == .identified ? .none : Bytes(name), voice)
        if kind != .identified { pen.put(",\"properties\":{") }
    }

    /// - Parameter event: the name of a track; none for an identify.
    mutating func begin(_ event: Bytes, _ voice: Voice) {
        pen.begin()
        putName(voice)
        pen.endKey()
        if event.isMissing {
            pen.put("{\"type\":\"identify\"")
        } else {
            pen.put("{\"type\":\"track\",\"event\":\"")
            pen.put(event)
            pen.put(UInt8(ascii: "\""))
        }
        putMessageId()
        putIdentity(voice)
        pen.put(",\"timestamp\":\"")
        clock.put(voice.time, into: &pen)
        pen.put(UInt8(ascii: "\""))
    }

    mutating func end(_ voice: Voice) {
        pen.put("},\"context\":{")
        if voice.session != 0 {
            pen.put("\"sessionId\":\"s")
            pen.put(hex: voice.session, digits: 8)
            pen.put("\",")
        }
        pen.put(voice.isChinese ? "\"locale\":\"zh-CN\"}}" : "\"locale\":\"en-GB\"}}")
    }

    private mutating func putName(_ voice: Voice) {
        if voice.customer >= 0 {
            pen.put(UInt8(ascii: "u"))
            pen.put(UInt64(voice.customer), width: 6)
        } else {
            putDevice(voice.device)
        }
    }

    private mutating func putDevice(_ device: UInt64) {
        pen.put(UInt8(ascii: "a"))
        pen.put(hex: device, digits: 16)
    }

    private mutating func putIdentity(_ voice: Voice) {
        if voice.customer >= 0 {
            pen.put(",\"userId\":\"u")
            pen.put(UInt64(voice.customer), width: 6)
            pen.put(UInt8(ascii: "\""))
        }
        if voice.device != 0 {
            pen.put(",\"anonymousId\":\"")
            putDevice(voice.device)
            pen.put(UInt8(ascii: "\""))
        }
    }

    /// Ids follow from the seed and the count of events, so that no dice are spent on them.
    private mutating func putMessageId() {
        written += 1
        if quirk == .noMessageId { return }
        let high = Dice.mix(seed &+ written &* 0x9E37_79B9_7F4A_7C15)
        pen.put(",\"messageId\":\"")
        pen.put(uuid: high, Dice.mix(high ^ written))
        pen.put(UInt8(ascii: "\""))
    }

    // MARK: products

    mutating func putProduct(_ item: Item, withQuantity: Bool) {
        let product = catalogue.products[Int(item.product)]
        pen.put(quirk == .skuOnly ? "\"sku\":\"" : "\"product_id\":\"")
        putProductName(item.product)
        pen.put("\",\"category\":\"")
        pen.put(vocabulary.categories[Int(product.category)])
        pen.put("\",\"brand\":\"")
        pen.put(vocabulary.brands[Int(product.brand)])
        pen.put("\",\"price\":")
        putPrice(Int64(cents[Int(item.product)]))
        if withQuantity {
            pen.put(",\"quantity\":")
            pen.put(UInt64(max(0, item.quantity)))
        }
    }

    mutating func putProductName(_ product: Int32) {
        pen.put(UInt8(ascii: "p"))
        pen.put(UInt64(product), width: 6)
    }

    private mutating func putPrice(_ cents: Int64) {
        if quirk == .textPrice { pen.put(UInt8(ascii: "\"")) }
        pen.put(cents: cents)
        if quirk == .textPrice { pen.put(UInt8(ascii: "\"")) }
    }

    mutating func putCurrency() {
        pen.put(quirk == .smallCurrency ? ",\"currency\":\"eur\"" : ",\"currency\":\"EUR\"")
    }

    mutating func putTotal(_ total: Int64) {
        pen.put(",\"total\":")
        putPrice(total)
    }
}
