import Events
import Models

/// A customer leaves: asked to be forgotten, stayed away too long, or had to make room.
extension CustomerState {
    /// Forgets the customer in `slot` at once: profile, message ids, timer, key. The next checkpoint writes a
    /// tombstone, and another takes the published recommendation away, unless a restore repeats what is published.
    ///
    /// The key's bytes stand until that checkpoint is written, so outcomes of the same batch may go on pointing at
    /// them. The slot will be given to another customer: whoever goes through slots must not count on it. O(1)
    func remove(_ slot: Int, into effects: Effects) {
        disarm(slot)
        unmarkChanged(slot)
        release(slot)
        customers.remove(slot)
        let key = keys.retire(slot)
        left.append(key)
        retract(keys.bytes(key), into: effects)
    }

    /// Takes back what is published under the customer's key, behind what this batch has decided so far.
    func retract(_ key: Bytes, into effects: Effects) {
        guard !effects.isMuted else { return }
        effects.outcomes.retractions.append(Retraction(customer: key, place: effects.outcomes.recommendations.count))
    }

    /// Gives the blocks of the customer's histories back.
    func release(_ slot: Int) {
        let customer = customers.pointer(slot)
        customer.pointee.touches.free(in: &arena)
        customer.pointee.messageIds.free(in: &arena)
        customer.pointee.basket.free(in: &arena)
        customer.pointee.categories.free(in: &arena)
        customer.pointee.brands.free(in: &arena)
    }

    /// The last change takes the place that becomes free.
    private func unmarkChanged(_ slot: Int) {
        let place = customers.pointer(slot).pointee.change
        guard place > 0 else { return }
        let last = changed.removeLast()
        guard last != UInt32(slot) else { return }
        changed[Int(place) - 1] = last
        customers.pointer(Int(last)).pointee.change = place
    }
}
