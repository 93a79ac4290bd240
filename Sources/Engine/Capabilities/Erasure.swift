import Events
import Models

/// Forgetting a customer who asked for it.
///
/// An erasure is a fact like any other, so every fold of the same journal forgets the same people at the same place.
/// Its time moves nobody's clock: requests come at once, events through a backlog.
extension CustomerState {
    /// Everything up to the erasure's time goes, at once and for good. A customer who began anew behind it stays.
    func erase(_ fact: Fact, into effects: Effects) -> Applied {
        let before = suppressions.end(of: fact.customer)
        suppressions.add(fact.customer, until: fact.time)
        if let slot = find(fact.customer), customers.pointer(slot).pointee.beganAnew, before >= fact.time {
            return .duplicate
        }
        let slot = find(fact.customer) ?? enrol(fact.customer, Hash.of(fact.customer))
        tellDeparture(slot, fact.time, into: effects)
        remove(slot, into: effects)
        return .erased
    }

    /// The customer's slot, or nil when the event belongs to what is forgotten. Costs a keyed hash for those who are
    /// new or began anew, and only where somebody is forgotten at all.
    @inline(__always)
    func slot(of fact: Fact) -> Int? {
        let hash = Hash.of(fact.customer)
        guard let slot = keys.find(fact.customer, hash: hash) else { return admit(fact, hash) }
        if customers.pointer(slot).pointee.beganAnew, fact.time <= suppressions.end(of: fact.customer) { return nil }
        return slot
    }

    /// Somebody new, unless the event is from before their erasure.
    private func admit(_ fact: Fact, _ hash: UInt64) -> Int? {
        let end = suppressions.end(of: fact.customer)
        guard fact.time > end else { return nil }
        let slot = enrol(fact.customer, hash)
        leastSeen = min(leastSeen, fact.time)
        customers.pointer(slot).pointee.beganAnew = end != EventTime.unknown
        return slot
    }

    private func enrol(_ customer: Bytes, _ hash: UInt64) -> Int {
        let slot = keys.insert(customer, hash: hash)
        let placed = customers.insert(Customer())
        precondition(placed == slot, "keys and customers share their slots")
        return slot
    }

    /// The shop-wide purchase model lets go of what it was told of the customer.
    func tellDeparture(_ slot: Int, _ time: EventTime, into effects: Effects) {
        var hash = keys.hash(slot)
        withUnsafeBytes(of: &hash) { raw in
            effects.signals.emit(
                SignalFields(.departed, time: time, subject: Bytes(ModelKey.churn), object: Bytes(raw)),
                unless: effects.isMuted
            )
        }
    }
}
