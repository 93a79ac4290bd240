import Events
import Models

/// A customer's last review, by which an edit of it is known; without an id its mark is zero. 6 bytes.
struct OwnReview: BitwiseCopyable {
    var mark: UInt32 = 0
    /// In 32,767ths.
    var fraction: Int16 = 0

    init() {}

    init(mark: UInt32, polarity: Float) {
        self.mark = mark
        fraction = Int16((max(-1, min(polarity, 1)) * 32_767).rounded())
    }

    var polarity: Float { Float(fraction) / 32_767 }
}

/// A judged review of a product or category, by which an edit of it is known. 12 bytes.
struct ReviewMark: BitwiseCopyable {
    let mark: UInt32
    /// Of the review, in seconds.
    let second: UInt32
    var polarity: Float
}

/// A customer's own mood, and the way of a review to the shop-wide sentiment model.
///
/// A review that comes again under its `review_id` is an edit and takes the place of the earlier one: in the customer's
/// mood if it was their last, in the counters of its product and category if it was among the last
/// ``Bounds/reviewMarks`` there.
extension CustomerState {
    func review(_ slot: Int, _ fact: Fact, _ origin: Origin, into effects: Effects) {
        guard let item = fact.items.first else { return }
        let mark = keepMood(slot, fact)
        push(slot, commons.names.intern(item.product), .productReviewed, fact.time)
        var signal = SignalFields(
            .review,
            time: fact.time,
            subject: Bytes(ModelKey.sentiment),
            object: item.product,
            category: item.category,
            text: fact.review,
            weight: Float(fact.rating),
            cause: origin.cause
        )
        signal.mark = mark
        effects.signals.emit(signal, unless: effects.isMuted)
    }

    /// Adds the review to the customer's own mood, or puts it in the place of its earlier version. Answers its mark.
    func keepMood(_ slot: Int, _ fact: Fact) -> UInt32 {
        let customer = customers.pointer(slot)
        let own = Float(
            fact.rating.isNaN ? Double(commons.words.lexiconPolarity(fact.review.buffer)) : fact.rating * 2 - 1
        )
        let mark = mark(of: fact.reviewId, by: slot)
        if mark != 0, mark == customer.pointee.lastReview.mark {
            let difference = own - customer.pointee.lastReview.polarity
            customer.pointee.sentiment += difference / Float(customer.pointee.reviews)
        } else {
            if customer.pointee.reviews < .max { customer.pointee.reviews += 1 }
            customer.pointee.sentiment += (own - customer.pointee.sentiment) / Float(customer.pointee.reviews)
        }
        customer.pointee.lastReview = OwnReview(mark: mark, polarity: own)
        return mark
    }

    /// 32 bits of customer and review id, so that nobody edits another's review; zero without an id. A false match once
    /// in hundreds of millions.
    private func mark(of review: Bytes, by slot: Int) -> UInt32 {
        guard !review.isEmpty else { return 0 }
        return UInt32(truncatingIfNeeded: Hash.of(review, seed: keys.hash(slot))) | 1
    }
}
