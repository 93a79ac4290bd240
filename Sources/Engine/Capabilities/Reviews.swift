import Events
import Models

/// A customer's own mood, and the way of a review to the shop-wide sentiment model.
extension CustomerState {
    func review(_ slot: Int, _ fact: Fact, _ origin: Origin, into effects: Effects) {
        guard let item = fact.items.first else { return }
        let customer = customers.pointer(slot)
        let own = fact.rating.isNaN ? Double(commons.words.lexiconPolarity(fact.review.buffer)) : fact.rating * 2 - 1
        customer.pointee.reviews &+= 1
        customer.pointee.sentiment += (Float(own) - customer.pointee.sentiment) / Float(customer.pointee.reviews)
        push(slot, commons.names.intern(item.product), .productReviewed, fact.time)
        effects.signals.emit(
            SignalFields(
                .review,
                time: fact.time,
                subject: Bytes(ModelKey.sentiment),
                object: item.product,
                category: item.category,
                text: fact.review,
                weight: Float(fact.rating),
                cause: origin.cause
            ),
            unless: effects.isMuted
        )
    }
}
