/// A time as the envelope gives it.
enum DraftTime {
    case absent, unreadable
    case at(EventTime)

    init(_ time: EventTime?) { self = time.map { .at($0) } ?? .unreadable }

    var isKnown: Bool { if case .at = self { true } else { false } }
}

/// What the decoder has seen of one product so far.
struct DraftItem {
    var product = Bytes.none
    var sku = Bytes.none
    var category = Bytes.none
    var brand = Bytes.none
    var price = Double.nan
    var quantity = Double.nan

    /// Prices beyond a thousand million are none, nor are those below a millionth but for zero; quantities below zero
    /// are zero, absent ones one.
    var lineItem: LineItem {
        var item = LineItem()
        item.product = product.isEmpty ? sku : product
        item.category = category
        item.brand = brand
        item.price = price == 0 || price >= 1e-6 && price <= 1e9 ? price : .nan
        item.quantity = quantity.isNaN ? 1 : max(0, min(quantity, 1e6))
        return item
    }
}

/// What the decoder has seen of one envelope so far.
struct Draft {
    var type = Bytes.none
    var event = Bytes.none
    var messageId = Bytes.none
    var userId = Bytes.none
    var anonymousId = Bytes.none
    var timestamp = DraftTime.absent
    var originalTimestamp = DraftTime.absent
    var receivedAt = DraftTime.absent
    /// Bits of the consent categories that were allowed; nil when nothing was said.
    var consent: UInt16?
    var session = Bytes.none
    var locale = Bytes.none
    var language = Bytes.none
    var item = DraftItem()
    var itemCount = 0
    var order = Bytes.none
    var currency = Bytes.none
    var total = Double.nan
    var revenue = Double.nan
    var value = Double.nan
    var rating = Double.nan
    var ratingMinimum = 1.0
    var ratingMaximum = 5.0
    var review = Bytes.none
    var reviewTitle = Bytes.none
    var reviewId = Bytes.none
    var query = Bytes.none

    /// Whose event it is; empty where nobody is named.
    var customer: Bytes { userId.isEmpty ? anonymousId : userId }

    /// Whoever says `type` or `event` means to be a Track envelope.
    var isEnvelope: Bool { !type.isEmpty || !event.isEmpty }

    /// `total`, else `revenue`, else `value`. Negative or absurd sums are none.
    var amount: Double {
        let sum = !total.isNaN ? total : !revenue.isNaN ? revenue : value
        return sum >= 0 && sum <= 1e12 ? sum : .nan
    }

    /// Stars on the rating's own scale, brought to 0…1; outside of the scale, or on one that nobody rates by, it is no
    /// rating.
    var normalisedRating: Double {
        let span = ratingMaximum - ratingMinimum
        guard span > 0, span <= 1e6, rating >= ratingMinimum, rating <= ratingMaximum else { return .nan }
        return (rating - ratingMinimum) / span
    }

    var reviewText: Bytes { review.isEmpty ? reviewTitle : review }
}

extension Bytes {
    /// Without ASCII white space at either end.
    var trimmed: Bytes {
        var low = 0
        var high = count
        while low < high, self[low] <= 0x20 { low += 1 }
        while high > low, self[high - 1] <= 0x20 { high -= 1 }
        return low == 0 && high == count ? self : Bytes(start: start.map { $0 + low }, count: high - low)
    }

    func equalsFoldingCase(_ word: StaticString) -> Bool {
        let other = Bytes(word)
        guard count == other.count else { return false }
        for index in 0..<count where self[index] | 0x20 != other[index] | 0x20 { return false }
        return true
    }
}
