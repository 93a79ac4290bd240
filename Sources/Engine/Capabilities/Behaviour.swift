import Events
import Models

/// The behaviour profile: presence, sessions, likings, prices. Incremental; nothing is ever computed over history.
extension CustomerState {
    /// Presence and session. A late event counts but moves nothing.
    func meet(_ slot: Int, _ fact: Fact) {
        let customer = customers.pointer(slot)
        customer.pointee.isAnonymous = fact.isAnonymous
        let isFirst = customer.pointee.firstSeen == EventTime.unknown
        if isFirst || fact.time < customer.pointee.firstSeen { customer.pointee.firstSeen = fact.time }
        let tag = fact.session.isEmpty ? 0 : UInt32(truncatingIfNeeded: Hash.of(fact.session)) | 1
        let isNewSession =
            isFirst || fact.time > customer.pointee.lastSeen + commons.configuration.sessionGap
            || (tag != 0 && tag != customer.pointee.sessionTag && fact.time >= customer.pointee.lastSeen)
        if isNewSession {
            customer.pointee.sessions &+= 1
            customer.pointee.sessionStart = fact.time
            customer.pointee.sessionTag = tag
        }
        customer.pointee.lastSeen = max(customer.pointee.lastSeen, fact.time)
    }

    func view(_ slot: Int, _ fact: Fact, _ origin: Origin, into effects: Effects) {
        let customer = customers.pointer(slot)
        customer.pointee.views &+= 1
        guard let item = fact.items.first else { return }
        let product = commons.names.intern(item.product)
        signalView(slot, product, item, fact.time, into: effects)
        like(slot, item, weight: 1, fact.time)
        push(slot, product, .productViewed, fact.time)
        recommend(slot, product, .view, fact, origin, into: effects)
    }

    func add(_ slot: Int, _ fact: Fact, _ origin: Origin, into effects: Effects) {
        customers.pointer(slot).pointee.adds &+= 1
        guard let item = fact.items.first else { return }
        let product = commons.names.intern(item.product)
        effects.signals.emit(
            SignalFields(.added, time: fact.time, subject: item.product, weight: Float(item.quantity)),
            unless: effects.isMuted
        )
        like(slot, item, weight: 2, fact.time)
        push(slot, product, .productAdded, fact.time)
        recommend(slot, product, .add, fact, origin, into: effects)
    }

    /// Clicks, wishes and removals: remembered, liked a little, no reason to recommend.
    func touch(_ slot: Int, _ fact: Fact) {
        guard let item = fact.items.first else { return }
        if fact.kind != .productRemoved {
            like(slot, item, weight: fact.kind == .productWishlisted ? 2 : 0.5, fact.time)
        }
        push(slot, commons.names.intern(item.product), fact.kind, fact.time)
    }

    @inline(__always)
    func push(_ slot: Int, _ product: Name, _ kind: FactKind, _ time: EventTime) {
        customers.pointer(slot).pointee.touches.push(
            Touch(product, kind, time),
            bound: Bounds.touches,
            in: &arena
        )
    }

    @inline(__always)
    func like(_ slot: Int, _ item: LineItem, weight: Float, _ time: EventTime) {
        let customer = customers.pointer(slot)
        customer.pointee.prices.add(item.price)
        if !item.category.isEmpty {
            let category = commons.names.intern(item.category)
            customer.pointee.categories.add(category, weight, at: time, shape: commons.affinity, in: &arena)
        }
        if !item.brand.isEmpty {
            let brand = commons.names.intern(item.brand)
            customer.pointee.brands.add(brand, weight, at: time, shape: commons.affinity, in: &arena)
        }
    }

    /// Tells the product that it was viewed, and the one viewed before it in this session what came next.
    private func signalView(
        _ slot: Int,
        _ product: Name,
        _ item: LineItem,
        _ time: EventTime,
        into effects: Effects
    ) {
        guard !effects.isMuted else { return }
        effects.signals.emit(
            SignalFields(.viewed, time: time, subject: item.product, category: item.category),
            unless: false
        )
        let customer = customers.pointer(slot)
        for age in 0..<customer.pointee.touches.count {
            let touch = customer.pointee.touches.newest(age, in: arena)
            guard touch.time + EventTime.second >= customer.pointee.sessionStart else { return }
            // A late view follows what was viewed before it, not what came before it.
            guard touch.is(.productViewed), touch.time <= time else { continue }
            guard touch.product != product else { return }
            let before = commons.names.text(touch.product)
            return effects.signals.emit(
                SignalFields(.viewedAfter, time: time, subject: before, object: item.product),
                unless: false
            )
        }
    }
}
