import Events
import Models

/// What customers agree to, and what is kept of those who do not.
///
/// The last word in event time counts, whatever event carries it. An event that carries none goes by what was said
/// before, and flows when nothing was. What is kept is named here and nowhere else: every other field begins anew.
extension CustomerState {
    /// Takes the event's word on consent and answers what it may be used for; nil when it only counts.
    func hear(_ slot: Int, _ fact: Fact, into effects: Effects) -> Consent? {
        let customer = customers.pointer(slot)
        guard fact.consent.isStated else {
            return customer.pointee.consent.allows(.profile) ? customer.pointee.consent : nil
        }
        if customer.pointee.lastSeen == EventTime.unknown || fact.time >= customer.pointee.lastSeen {
            take(fact.consent, slot, fact.time, into: effects)
            return fact.consent.allows(.profile) ? fact.consent : nil
        }
        // A late event goes by its own word and by the later one; what only the later one allows is left alone.
        let both = customer.pointee.consent.limited(by: fact.consent)
        return both.allows(.profile) && both.allows(.marketing) == customer.pointee.consent.allows(.marketing)
            ? both : nil
    }

    /// The customer's word from here on. What was published or told with a consent that is gone is taken back.
    private func take(_ word: Consent, _ slot: Int, _ time: EventTime, into effects: Effects) {
        let customer = customers.pointer(slot)
        let before = customer.pointee.consent
        let isKnown = customer.pointee.lastSeen != EventTime.unknown
        if word != before { markChanged(slot) }
        customer.pointee.consent = word
        if !word.allows(.profile) {
            keepWord(slot, time)
        } else if before.allows(.marketing), !word.allows(.marketing) {
            keepService(slot)
        }
        guard isKnown, before.allows(.marketing), !word.allows(.marketing) else { return }
        retract(keys.bytes(slot), into: effects)
        tellDeparture(slot, time, into: effects)
    }

    /// Without consent to marketing: what tells an event from its repetition, orders and money. Nothing that only
    /// serves to address the customer.
    func keepService(_ slot: Int) {
        let all = customers[slot]
        var kept = blank(slot)
        kept.firstSeen = all.firstSeen
        kept.lastSeen = all.lastSeen
        kept.orders = all.orders
        kept.refunds = all.refunds
        kept.cancellations = all.cancellations
        kept.spend = all.spend
        kept.messageIds = all.messageIds
        customers[slot].messageIds = Ring()
        replace(slot, by: kept)
    }

    /// Without consent to a profile: the word itself and when it was given, so that it need not come with every event.
    func keepWord(_ slot: Int, _ time: EventTime) {
        markChanged(slot)
        var kept = blank(slot)
        kept.firstSeen = time
        kept.lastSeen = time
        replace(slot, by: kept)
    }

    /// The customer's name and word, and where the slot stands in the books.
    private func blank(_ slot: Int) -> Customer {
        let all = customers[slot]
        var kept = Customer()
        kept.isAnonymous = all.isAnonymous
        kept.consent = all.consent
        kept.beganAnew = all.beganAnew
        kept.change = all.change
        return kept
    }

    private func replace(_ slot: Int, by kept: Customer) {
        disarm(slot)
        release(slot)
        customers[slot] = kept
    }
}
