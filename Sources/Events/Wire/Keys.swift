/// The members of a Track envelope that mean something to us.
enum Field: UInt8, CaseIterable {
    case type, event, messageId, userId, anonymousId, timestamp, originalTimestamp, receivedAt, context, properties

    static let names: [(StaticString, Field)] = [
        ("type", .type), ("event", .event), ("messageId", .messageId), ("userId", .userId),
        ("anonymousId", .anonymousId), ("timestamp", .timestamp), ("originalTimestamp", .originalTimestamp),
        ("receivedAt", .receivedAt), ("context", .context), ("properties", .properties),
    ]
}

/// The members of `context`.
enum ContextField: UInt8 {
    case session, locale, consent

    static let names: [(StaticString, ContextField)] = [
        ("sessionId", .session), ("session_id", .session), ("locale", .locale),
        ("consent", .consent),
    ]
}

/// The members of `properties`, and of each entry of `products`.
enum Property: UInt8 {
    case product, sku, category, brand, price, quantity, currency, order, total, revenue, value, rating, ratingScale
    case reviewId, reviewBody, reviewTitle, language, query, products

    static let names: [(StaticString, Property)] = [
        ("product_id", .product), ("sku", .sku), ("category", .category), ("brand", .brand), ("price", .price),
        ("quantity", .quantity), ("currency", .currency), ("order_id", .order), ("total", .total),
        ("revenue", .revenue), ("value", .value), ("rating", .rating), ("rating_scale", .ratingScale),
        ("review_id", .reviewId), ("review_body", .reviewBody), ("review_title", .reviewTitle),
        ("language", .language), ("query", .query), ("products", .products),
    ]
}

/// Event names of the specification's version 2, and the aliases of version 1.
let eventNames: [(StaticString, FactKind)] =
    FactKind.allCases.filter { $0 != .identified && $0 != .erased }.map { ($0.name, $0) } + [
        ("Viewed Product", .productViewed), ("Clicked Product", .productClicked),
        ("Viewed Product Category", .productListViewed), ("Product List Filtered", .productListViewed),
        ("Searched Products", .productsSearched), ("Added Product", .productAdded),
        ("Removed Product", .productRemoved), ("Viewed Cart", .cartViewed), ("Started Order", .checkoutStarted),
        ("Started Checkout", .checkoutStarted), ("Completed Order", .orderCompleted),
        ("Cancelled Order", .orderCancelled), ("Order Canceled", .orderCancelled), ("Refunded Order", .orderRefunded),
        ("Added Product to Wishlist", .productWishlisted), ("Reviewed Product", .productReviewed),
    ]

/// A small fixed table from names to values: one multiplication and one comparison a look-up, no `String`.
///
/// Open addressing at most half full; built once. Look-up is O(length of the name).
struct WordTable<Value>: ~Copyable {
    private struct Entry {
        var name: Bytes
        var value: Value?
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let mask: Int
    private let foldsCase: Bool

    init(_ names: [(StaticString, Value)], foldsCase: Bool = false) {
        var size = 16
        while size < names.count * 2 { size *= 2 }
        mask = size - 1
        self.foldsCase = foldsCase
        entries = .allocate(capacity: size)
        entries.initialize(repeating: Entry(name: .none, value: nil), count: size)
        for (name, value) in names {
            var slot = Int(truncatingIfNeeded: WordTable.hash(Bytes(name), foldsCase)) & mask
            while entries[slot].value != nil { slot = (slot + 1) & mask }
            entries[slot] = Entry(name: Bytes(name), value: value)
        }
    }

    deinit {
        entries.deinitialize(count: mask + 1)
        entries.deallocate()
    }

    @inline(__always)
    subscript(name: Bytes) -> Value? {
        var slot = Int(truncatingIfNeeded: WordTable.hash(name, foldsCase)) & mask
        while let value = entries[slot].value {
            if matches(entries[slot].name, name) { return value }
            slot = (slot + 1) & mask
        }
        return nil
    }

    @inline(__always)
    private func matches(_ entry: Bytes, _ name: Bytes) -> Bool {
        guard foldsCase else { return entry == name }
        guard entry.count == name.count else { return false }
        for index in 0..<name.count where entry[index] | 0x20 != name[index] | 0x20 { return false }
        return true
    }

    /// The first and last eight bytes and the length; letters folded to lower case where asked.
    @inline(__always)
    private static func hash(_ name: Bytes, _ foldsCase: Bool) -> UInt64 {
        guard let start = name.start else { return 0 }
        let fold: UInt64 = foldsCase ? 0x2020_2020_2020_2020 : 0
        let (first, last) = Hash.ends(UnsafeRawPointer(start), name.count)
        let product =
            ((first | fold) ^ (last | fold) &* 31 ^ UInt64(truncatingIfNeeded: name.count)) &* 0x9E37_79B9_7F4A_7C15
        return product >> 32
    }
}

extension Hash {
    /// The first and the last eight bytes of a name; all of a shorter one.
    @inline(__always)
    static func ends(_ raw: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
        count >= 8 ? (word(raw, 0), word(raw, count - 8)) : tail(raw, count)
    }
}
