/// Turns the bytes of a record into a ``Fact``, or says why not.
///
/// One pass over the JSON, no tree, no `String`, no allocation once its buffers have their working size. Tolerant where
/// producers differ (prices and ratings as strings, `sku` for `product_id`, numbers for ids, `properties: null`,
/// duplicate keys: the last one counts), strict where guessing would be wrong.
public struct Decoder: ~Copyable {
    /// The last decoded event; meaningful after ``decode(_:recordTime:)`` answered `.fact`.
    public private(set) var fact = Fact()
    /// Products beyond ``Limits/lineItems``, since the start.
    public private(set) var itemsCut: UInt64 = 0

    private let fields = WordTable(Field.names)
    private let contextFields = WordTable(ContextField.names)
    private let properties = WordTable(Property.names)
    private let events = WordTable(eventNames, foldsCase: true)
    private let items: UnsafeMutablePointer<LineItem>
    private(set) var unescaped = ByteBuffer(capacity: 1 << 16)
    private var draft = Draft()
    private var base: UnsafePointer<UInt8>
    private let allowedFuture = 5 * EventTime.minute
    private let categories: ConsentCategories
    private let needsClock: Bool

    /// - Parameters:
    ///   - categories: the shop's consent categories by what they stand for.
    /// - needsClock: an event with neither a record's time nor a `receivedAt` to hold its own against is rejected: one
    ///     wild date would move the time of a whole partition. Files have no record times.
    public init(categories: ConsentCategories = .usual, needsClock: Bool = false) {
        self.categories = categories
        self.needsClock = needsClock
        items = .allocate(capacity: Limits.lineItems)
        items.initialize(repeating: LineItem(), count: Limits.lineItems)
        base = UnsafePointer(unescaped.base)
    }

    deinit { items.deallocate() }

    /// Scratch space: as large as the largest record so far.
    public var bytesReserved: Int { unescaped.capacity }

    /// - Parameters:
    ///   - value: the record's value; ``fact`` borrows from it.
    ///   - recordTime: the record's own timestamp in ms, or ``EventTime/unknown``. It bounds the event's time and
    ///     stands in for a missing one.
    /// - Complexity: O(length of the value).
    public mutating func decode(_ value: Bytes, recordTime: EventTime) -> Decoded {
        if let rejection = parse(value) { return .rejected(rejection) }
        return finish(recordTime)
    }

    /// Only whose event it is, by the rule of ``decode(_:recordTime:)`` and for events of every kind: `userId`, else
    /// `anonymousId`. The answer borrows from the value, and from the decoder until its next use.
    /// - Complexity: O(length of the value).
    public mutating func customer(of value: Bytes) -> Result<Bytes, Rejection> {
        if let rejection = parse(value) { return .failure(rejection) }
        let customer = draft.customer
        if customer.isEmpty { return .failure(.missingIdentity) }
        return customer.count <= Limits.identifier ? .success(customer) : .failure(.oversize)
    }

    @inline(__always)
    private mutating func parse(_ value: Bytes) -> Rejection? {
        guard value.count <= Limits.value else { return .oversize }
        guard let json = Decoder.json(in: value) else { return .unsupportedEncoding }
        unescaped.removeAll()
        unescaped.reserve(json.count)
        base = json.start!
        draft = Draft()
        do {
            try read(json)
        } catch {
            return .malformedJSON
        }
        return nil
    }

    /// The JSON in the value: bare, or behind a schema registry's magic byte (0x00 and a 4- or 8-byte id, 0x01 and a
    /// GUID), or behind a byte order mark.
    static func json(in value: Bytes) -> Bytes? {
        guard value.count > 0 else { return nil }
        switch value[0] {
        case UInt8(ascii: "{"), UInt8(ascii: "["), 0x20, 0x09, 0x0A, 0x0D: return value
        case 0x00:
            if value.count > 5, value[5] == UInt8(ascii: "{") { return value.dropFirst(5) }
            return value.count > 9 && value[9] == UInt8(ascii: "{") ? value.dropFirst(9) : nil
        case 0x01: return value.count > 17 && value[17] == UInt8(ascii: "{") ? value.dropFirst(17) : nil
        case 0xEF: return value.count > 3 && value[1] == 0xBB && value[2] == 0xBF ? value.dropFirst(3) : nil
        default: return nil
        }
    }

    private mutating func read(_ json: Bytes) throws(Malformed) {
        var scanner = Scanner(json)
        scanner.skipSpace()
        if scanner.peek() == UInt8(ascii: "{") {
            try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
                try readField(key, &scanner)
            }
        } else {
            try scanner.skipValue()
        }
        scanner.skipSpace()
        guard scanner.at == scanner.end else { throw Malformed() }
        if scanner.sawHighBit { try Decoder.checkUTF8(json) }
    }

    static func checkUTF8(_ json: Bytes) throws(Malformed) {
        do {
            _ = try UTF8Span(validating: json.buffer.span)
        } catch {
            throw Malformed()
        }
    }

    private mutating func readField(_ key: Slice, _ scanner: inout Scanner) throws(Malformed) {
        switch fields[slice(key)] {
        case .type: draft.type = try text(&scanner)
        case .event: draft.event = try text(&scanner)
        case .messageId: draft.messageId = try text(&scanner)
        case .userId: draft.userId = try text(&scanner)
        case .anonymousId: draft.anonymousId = try text(&scanner)
        case .timestamp: draft.timestamp = try time(&scanner)
        case .originalTimestamp: draft.originalTimestamp = try time(&scanner)
        case .receivedAt: draft.receivedAt = try time(&scanner)
        case .context: try readContext(&scanner)
        case .properties: try readProperties(&scanner)
        case nil: try scanner.skipValue(1)
        }
    }

    private mutating func readContext(_ scanner: inout Scanner) throws(Malformed) {
        guard scanner.peek() == UInt8(ascii: "{") else { return try scanner.skipValue(1) }
        try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
            switch contextFields[slice(key)] {
            case .session: draft.session = try text(&scanner)
            case .locale: draft.locale = try text(&scanner)
            case .consent: try readConsent(&scanner)
            case nil: try scanner.skipValue(2)
            }
        }
    }

    /// Says something only with `categoryPreferences` in it; an empty one says no to everything.
    private mutating func readConsent(_ scanner: inout Scanner) throws(Malformed) {
        guard scanner.peek() == UInt8(ascii: "{") else { return try scanner.skipValue(2) }
        try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
            guard slice(key) == Bytes("categoryPreferences"), scanner.peek() == UInt8(ascii: "{") else {
                return try scanner.skipValue(3)
            }
            var allowed: UInt16 = 0
            try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
                let bit = categories.bit(of: slice(key))
                allowed = scanner.peek() == UInt8(ascii: "t") ? allowed | bit : allowed & ~bit
                try scanner.skipValue(4)
            }
            draft.consent = allowed
        }
    }

    private mutating func readProperties(_ scanner: inout Scanner) throws(Malformed) {
        guard scanner.peek() == UInt8(ascii: "{") else { return try scanner.skipValue(1) }
        try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
            guard let property = properties[slice(key)] else { return try scanner.skipValue(2) }
            if try readItem(property, &scanner) { return }
            try readProperty(property, &scanner)
        }
    }

    /// The properties of a product, which stand flat in an event or once per entry of `products`.
    @inline(__always)
    private mutating func readItem(
        _ property: Property,
        _ scanner: inout Scanner
    ) throws(Malformed) -> Bool {
        switch property {
        case .product: draft.item.product = try text(&scanner)
        case .sku: draft.item.sku = try text(&scanner)
        case .category: draft.item.category = try text(&scanner)
        case .brand: draft.item.brand = try text(&scanner)
        case .price: draft.item.price = try number(&scanner)
        case .quantity: draft.item.quantity = try number(&scanner)
        default: return false
        }
        return true
    }

    private mutating func readProperty(_ property: Property, _ scanner: inout Scanner) throws(Malformed) {
        switch property {
        case .currency: draft.currency = try text(&scanner)
        case .order: draft.order = try text(&scanner)
        case .total: draft.total = try number(&scanner)
        case .revenue: draft.revenue = try number(&scanner)
        case .value: draft.value = try number(&scanner)
        case .rating: draft.rating = try number(&scanner)
        case .ratingScale: try readScale(&scanner)
        case .reviewId: draft.reviewId = try text(&scanner)
        case .reviewBody: draft.review = try text(&scanner)
        case .reviewTitle: draft.reviewTitle = try text(&scanner)
        case .language: draft.language = try text(&scanner)
        case .query: draft.query = try text(&scanner)
        case .products: try readProducts(&scanner)
        default: try scanner.skipValue(2)
        }
    }

    private mutating func readProducts(_ scanner: inout Scanner) throws(Malformed) {
        guard scanner.peek() == UInt8(ascii: "[") else { return try scanner.skipValue(2) }
        let flat = draft.item
        draft.itemCount = 0
        try scanner.array { (scanner: inout Scanner) throws(Malformed) in
            guard scanner.peek() == UInt8(ascii: "{") else { return try scanner.skipValue(3) }
            draft.item = DraftItem()
            try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
                guard let property = properties[slice(key)], try readItem(property, &scanner) else {
                    return try scanner.skipValue(4)
                }
            }
            keep(draft.item)
        }
        draft.item = flat
    }

    private mutating func keep(_ draftItem: DraftItem) {
        let item = draftItem.lineItem
        guard !item.product.isEmpty else { return }
        guard draft.itemCount < Limits.lineItems else {
            itemsCut += 1
            return
        }
        items[draft.itemCount] = item
        draft.itemCount += 1
    }

    private mutating func readScale(_ scanner: inout Scanner) throws(Malformed) {
        guard scanner.peek() == UInt8(ascii: "{") else { return try scanner.skipValue(2) }
        try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
            let name = slice(key)
            if name == Bytes("min") {
                draft.ratingMinimum = try number(&scanner)
            } else if name == Bytes("max") {
                draft.ratingMaximum = try number(&scanner)
            } else {
                try scanner.skipValue(3)
            }
        }
    }

    // MARK: values

    @inline(__always)
    private func slice(_ slice: Slice) -> Bytes { Bytes(start: base + slice.start, count: slice.count) }

    /// A string without its escapes, or a number as it stands; anything else is no text.
    @inline(__always)
    private mutating func text(_ scanner: inout Scanner) throws(Malformed) -> Bytes {
        if scanner.peek() == UInt8(ascii: "\"") { return try string(&scanner) }
        let start = scanner.at
        let isNumber = scanner.peek() &- 48 < 10 || scanner.peek() == UInt8(ascii: "-")
        try scanner.skipValue(2)
        return isNumber ? Bytes(start: base + start, count: scanner.at - start) : .none
    }

    @inline(__always)
    private mutating func string(_ scanner: inout Scanner) throws(Malformed) -> Bytes {
        let found = try scanner.string()
        return found.isEscaped ? try unescape(slice(found)) : slice(found)
    }

    /// A number, or a string that holds one; anything else is NaN.
    @inline(__always)
    private mutating func number(_ scanner: inout Scanner) throws(Malformed) -> Double {
        let c = scanner.peek()
        if c &- 48 < 10 || c == UInt8(ascii: "-") { return try scanner.number() }
        guard c == UInt8(ascii: "\"") else {
            try scanner.skipValue(2)
            return .nan
        }
        return Decimal.parse(try string(&scanner).trimmed) ?? .nan
    }

    /// .NET writes the `+` of an offset as an escape.
    private mutating func time(_ scanner: inout Scanner) throws(Malformed) -> DraftTime {
        let c = scanner.peek()
        if c == UInt8(ascii: "\"") {
            let text = try string(&scanner)
            return DraftTime(TimeText.parse(text) ?? Decimal.parse(text).flatMap(TimeText.fromNumber))
        } else if c &- 48 < 10 || c == UInt8(ascii: "-") {
            return DraftTime(TimeText.fromNumber(try scanner.number()))
        } else {
            try scanner.skipValue(1)
            return c == UInt8(ascii: "n") ? .absent : .unreadable
        }
    }

    private mutating func unescape(_ text: Bytes) throws(Malformed) -> Bytes {
        let start = unescaped.count
        guard Escapes.decode(text, into: &unescaped) else { throw Malformed() }
        return unescaped.bytes(from: start)
    }

    // MARK: from draft to fact

    private mutating func finish(_ recordTime: EventTime) -> Decoded {
        guard let kind = kind() else {
            return draft.isEnvelope ? .skipped : .rejected(.unknownEnvelope)
        }
        let customer = draft.customer
        guard !customer.isEmpty else { return .rejected(.missingIdentity) }
        if draft.itemCount == 0 { keep(draft.item) }
        if kind.countsUnits { dropEmptyLines() }
        guard withinLimits(customer) else { return .rejected(.oversize) }
        guard !kind.needsProduct || draft.itemCount > 0 else { return .rejected(.schemaViolation) }
        guard let time = eventTime(recordTime) else { return .rejected(.badTimestamp) }
        if isAhead(time, of: recordTime) { return .rejected(.futureTimestamp) }
        if kind == .productReviewed, draft.reviewText.isEmpty, draft.normalisedRating.isNaN {
            return .rejected(.schemaViolation)
        }
        assemble(kind, customer, time)
        return .fact
    }

    private func kind() -> FactKind? {
        let type = draft.type.trimmed
        if type.isEmpty || type.equalsFoldingCase("track") { return events[draft.event.trimmed] }
        return type.equalsFoldingCase("identify") ? .identified : nil
    }

    /// Lines of an order by which nothing was bought, or came back.
    private mutating func dropEmptyLines() {
        var kept = 0
        for index in 0..<draft.itemCount where items[index].quantity > 0 {
            items[kept] = items[index]
            kept += 1
        }
        draft.itemCount = kept
    }

    /// `timestamp`, else `originalTimestamp`, `receivedAt`, the record's own.
    private func eventTime(_ recordTime: EventTime) -> EventTime? {
        var found = draft.timestamp
        if case .absent = found { found = draft.originalTimestamp }
        if case .absent = found { found = draft.receivedAt }
        if case .absent = found, recordTime != EventTime.unknown { found = .at(recordTime) }
        guard case .at(let time) = found, EventTime.plausible.contains(time) else { return nil }
        if needsClock, recordTime == EventTime.unknown, !draft.receivedAt.isKnown { return nil }
        return time
    }

    /// A time ahead of its record by more than five minutes is quarantined: it would move the watermark for everybody.
    private func isAhead(_ time: EventTime, of recordTime: EventTime) -> Bool {
        // A plausible time less five minutes cannot overflow; a producer's record time plus five can.
        if recordTime != EventTime.unknown, time - allowedFuture > recordTime { return true }
        if case .at(let received) = draft.receivedAt { return time - allowedFuture > received }
        return false
    }

    private func withinLimits(_ customer: Bytes) -> Bool {
        guard customer.count <= Limits.identifier, draft.session.count <= Limits.identifier,
            draft.order.count <= Limits.identifier, draft.messageId.count <= Limits.identifier
        else { return false }
        for index in 0..<draft.itemCount {
            let item = items[index]
            if item.product.count > Limits.identifier || item.category.count > Limits.identifier
                || item.brand.count > Limits.identifier
            {
                return false
            }
        }
        return true
    }

    private mutating func assemble(_ kind: FactKind, _ customer: Bytes, _ time: EventTime) {
        fact.kind = kind
        fact.customer = customer
        fact.isAnonymous = draft.userId.isEmpty
        fact.messageId = draft.messageId
        fact.time = time
        fact.consent = draft.consent.map(categories.consent) ?? .unstated
        fact.session = draft.session
        fact.items = UnsafeBufferPointer(start: items, count: draft.itemCount)
        fact.order = draft.order
        fact.amount = draft.amount
        fact.currency = Currency(draft.currency)
        fact.rating = draft.normalisedRating
        let text = draft.reviewText
        fact.review = Bytes(start: text.start, count: min(text.count, Limits.review))
        fact.reviewId = draft.reviewId
        fact.query = draft.query
        fact.locale = draft.language.isEmpty ? draft.locale : draft.language
    }
}
