import Events

/// The decoders of what the shop sends, and what their facts promise.
struct FuzzDecoder: ~Copyable {
    private var decoder = Decoder()
    private var erasures = ErasureDecoder()
    private(set) var isFact = false

    var fact: Fact { decoder.fact }
    var erasure: Fact { erasures.fact }

    /// The first promise that is not kept; nil when all are.
    mutating func decode(event input: Bytes) -> String? {
        isFact = false
        if case .fact = decoder.decode(input, recordTime: EventTime.unknown) { isFact = true }
        let most = max(1 << 16, 2 * input.count)
        if decoder.bytesReserved > most { return "\(decoder.bytesReserved) bytes of scratch for \(input.count)" }
        return isFact ? FuzzDecoder.broken(decoder.fact) : nil
    }

    mutating func decode(erasure input: Bytes) -> String? {
        isFact = false
        if case .fact = erasures.decode(input, recordTime: EventTime.unknown) { isFact = true }
        guard isFact else { return nil }
        return erasures.fact.kind == .erased ? FuzzDecoder.broken(erasures.fact) : "kind"
    }

    private static func broken(_ fact: Fact) -> String? {
        if fact.customer.isEmpty || fact.customer.count > Limits.identifier { return "customer" }
        if !EventTime.plausible.contains(fact.time) { return "time" }
        if fact.items.count > Limits.lineItems || fact.kind.needsProduct && fact.items.isEmpty { return "items" }
        if fact.items.contains(where: isBroken) { return "item" }
        if !fact.amount.isNaN, !(0...1e12).contains(fact.amount) { return "amount" }
        if !fact.rating.isNaN, !(0...1).contains(fact.rating) { return "rating" }
        return fact.review.count > Limits.review ? "review" : nil
    }

    private static func isBroken(_ item: LineItem) -> Bool {
        item.product.isEmpty || item.product.count > Limits.identifier || item.category.count > Limits.identifier
            || !(0...1e6).contains(item.quantity) || (!item.price.isNaN && !(0...1e9).contains(item.price))
    }
}
