/// Turns a record of `privacy.erasures.v1` into a ``Fact`` of the kind ``FactKind/erased``, or says why not.
///
/// Reads what is sent by those who have to ask for it:
/// - Track events `User Deleted` and `User Suppressed` with a `userId`
/// - Segment regulations: `regulationType` that deletes, `subjectIds` with one user
/// - Shopify's `customers/redact`: `customer.id` beside `orders_to_redact`
///
/// What asks for something else (`UNSUPPRESS`, `SUPPRESS_ONLY`, another event) is skipped. A record without a time
/// counts from its own timestamp on.
public struct ErasureDecoder: ~Copyable {
    /// The last decoded erasure; meaningful after ``decode(_:recordTime:)`` answered `.fact`.
    public private(set) var fact = Fact()
    private var unescaped = ByteBuffer(capacity: 1 << 12)
    private var draft = ErasureDraft()
    private let fields = WordTable(ErasureField.names)
    private let requests = WordTable(ErasureRequest.names, foldsCase: true)
    private let allowedFuture = 5 * EventTime.minute

    public init() {}

    /// - Complexity: O(length of the value).
    public mutating func decode(_ value: Bytes, recordTime: EventTime) -> Decoded {
        guard value.count <= Limits.value else { return .rejected(.oversize) }
        guard let json = Decoder.json(in: value) else { return .rejected(.unsupportedEncoding) }
        unescaped.removeAll()
        unescaped.reserve(json.count)
        draft = ErasureDraft()
        do {
            try read(json)
        } catch {
            return .rejected(.malformedJSON)
        }
        return finish(recordTime)
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

    private mutating func readField(_ key: Slice, _ scanner: inout Scanner) throws(Malformed) {
        switch fields[Bytes(start: scanner.base + key.start, count: key.count)] {
        case .request: draft.request = try text(&scanner)
        case .userId: draft.userId = try text(&scanner)
        case .messageId: draft.messageId = try text(&scanner)
        case .time:
            if case .absent = draft.time { draft.time = try time(&scanner) } else { try scanner.skipValue(1) }
        case .subjectType: draft.subjectType = try text(&scanner)
        case .subjects: try readSubjects(&scanner)
        case .customer: try readCustomer(&scanner)
        case .orders:
            draft.redactsOrders = scanner.peek() == UInt8(ascii: "[")
            try scanner.skipValue(1)
        case nil: try scanner.skipValue(1)
        }
    }

    private mutating func readSubjects(_ scanner: inout Scanner) throws(Malformed) {
        guard scanner.peek() == UInt8(ascii: "[") else { return try scanner.skipValue(1) }
        try scanner.array { (scanner: inout Scanner) throws(Malformed) in
            draft.userId = try text(&scanner)
            draft.subjects += 1
        }
    }

    private mutating func readCustomer(_ scanner: inout Scanner) throws(Malformed) {
        guard scanner.peek() == UInt8(ascii: "{") else { return try scanner.skipValue(1) }
        try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
            if Bytes(start: scanner.base + key.start, count: key.count) == Bytes("id") {
                draft.shopifyCustomer = try text(&scanner)
            } else {
                try scanner.skipValue(2)
            }
        }
    }

    /// A string without its escapes, or a number as it stands; anything else is no text.
    private mutating func text(_ scanner: inout Scanner) throws(Malformed) -> Bytes {
        let start = scanner.at
        guard scanner.peek() == UInt8(ascii: "\"") else {
            let isNumber = scanner.peek() &- 48 < 10 || scanner.peek() == UInt8(ascii: "-")
            try scanner.skipValue(2)
            return isNumber ? Bytes(start: scanner.base + start, count: scanner.at - start) : .none
        }
        let found = try scanner.string()
        let raw = Bytes(start: scanner.base + found.start, count: found.count)
        guard found.isEscaped else { return raw }
        let place = unescaped.count
        guard Escapes.decode(raw, into: &unescaped) else { throw Malformed() }
        return unescaped.bytes(from: place)
    }

    private mutating func time(_ scanner: inout Scanner) throws(Malformed) -> DraftTime {
        if scanner.peek() == UInt8(ascii: "n") {
            try scanner.skipValue(1)
            return .absent
        }
        let text = try text(&scanner)
        return DraftTime(TimeText.parse(text) ?? Decimal.parse(text).flatMap(TimeText.fromNumber))
    }

    // MARK: from draft to fact

    private mutating func finish(_ recordTime: EventTime) -> Decoded {
        let isShopify = draft.redactsOrders && !draft.shopifyCustomer.isEmpty
        guard isShopify || !draft.request.isEmpty else { return .rejected(.unknownEnvelope) }
        if !isShopify, requests[draft.request.trimmed] != .erase { return .skipped }
        let customer = isShopify ? draft.shopifyCustomer : draft.userId
        guard !customer.isEmpty else { return .rejected(.missingIdentity) }
        guard customer.count <= Limits.identifier, draft.messageId.count <= Limits.identifier else {
            return .rejected(.oversize)
        }
        guard draft.subjects <= 1, draft.namesUser else { return .rejected(.schemaViolation) }
        guard let time = erasureTime(recordTime) else { return .rejected(.badTimestamp) }
        fact = Fact()
        fact.kind = .erased
        fact.customer = customer
        fact.messageId = draft.messageId
        fact.time = time
        return .fact
    }

    /// What lies ahead of the record would forget what has not happened yet.
    private func erasureTime(_ recordTime: EventTime) -> EventTime? {
        var found = draft.time
        if case .absent = found, recordTime != EventTime.unknown { found = .at(recordTime) }
        guard case .at(let time) = found, EventTime.plausible.contains(time) else { return nil }
        if recordTime != EventTime.unknown, time - allowedFuture > recordTime { return nil }
        return time
    }
}

/// What the decoder has seen of one request so far.
struct ErasureDraft {
    var request = Bytes.none
    var userId = Bytes.none
    var messageId = Bytes.none
    var time = DraftTime.absent
    var subjectType = Bytes.none
    var subjects = 0
    var shopifyCustomer = Bytes.none
    var redactsOrders = false

    var namesUser: Bool { subjectType.isEmpty || subjectType.equalsFoldingCase("USER_ID") }
}

enum ErasureField {
    case request, userId, messageId, time, subjectType, subjects, customer, orders

    /// The first time that is given counts.
    static let names: [(StaticString, ErasureField)] = [
        ("event", .request), ("regulationType", .request), ("regulation_type", .request), ("userId", .userId),
        ("messageId", .messageId), ("timestamp", .time), ("originalTimestamp", .time), ("receivedAt", .time),
        ("createdAt", .time), ("subjectType", .subjectType), ("subjectIds", .subjects), ("customer", .customer),
        ("orders_to_redact", .orders),
    ]
}

enum ErasureRequest {
    case erase

    static let names: [(StaticString, ErasureRequest)] = [
        ("User Deleted", .erase), ("User Suppressed", .erase), ("SUPPRESS_WITH_DELETE", .erase),
        ("SUPPRESS_WITH_DELETE_INTERNAL", .erase), ("SUPPRESS_AND_DELETE", .erase), ("DELETE_ONLY", .erase),
        ("DELETE_INTERNAL", .erase),
    ]
}
