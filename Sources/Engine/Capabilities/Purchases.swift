import Events
import Models

/// Orders: counts, money, rhythm, and the links of the purchase chain.
///
/// The chain is first-order Markov over consecutive orders: each of the n products of one order leads to each of the m
/// of the next with weight 1/(n·m), so that an order counts once however large it is.
extension CustomerState {
    func order(_ slot: Int, _ fact: Fact, _ origin: Origin, into effects: Effects) {
        let isInOrder = keepOrder(slot, fact)
        let products = items(of: fact)
        guard !products.isEmpty else { return armSilence(slot, from: fact.time) }
        if !effects.isMuted { signalOrder(slot, fact, linked: isInOrder, into: effects) }
        for item in fact.items { like(slot, item, weight: 5, fact.time) }
        if isInOrder { keepBasket(slot, fact) }
        for item in products { push(slot, commons.names.intern(item.product), .orderCompleted, fact.time) }
        armSilence(slot, from: fact.time)
        tellPurchases(slot, fact.time, into: effects)
        recommend(slot, commons.names.intern(fact.items[0].product), .order, fact, origin, into: effects)
    }

    /// Count, money and rhythm. Answers whether the order came in its order.
    func keepOrder(_ slot: Int, _ fact: Fact) -> Bool {
        let customer = customers.pointer(slot)
        let isInOrder = customer.pointee.lastOrder == EventTime.unknown || fact.time >= customer.pointee.lastOrder
        customer.pointee.orders &+= 1
        earn(slot, fact)
        if isInOrder { keepRhythm(slot, fact.time) }
        return isInOrder
    }

    func undo(_ slot: Int, _ fact: Fact, into effects: Effects) {
        keepUndo(slot, fact)
        for item in fact.items {
            effects.signals.emit(
                SignalFields(.returned, time: fact.time, subject: item.product, weight: Float(item.quantity)),
                unless: effects.isMuted
            )
        }
    }

    func keepUndo(_ slot: Int, _ fact: Fact) {
        let customer = customers.pointer(slot)
        if fact.kind == .orderRefunded {
            customer.pointee.refunds &+= 1
        } else {
            customer.pointee.cancellations &+= 1
        }
        if fact.amount > 0 { earn(slot, -fact.amount, fact.currency) }
    }

    /// The products of an order that are linked and remembered: the first ``Bounds/basket``.
    private func items(of fact: Fact) -> Slice<UnsafeBufferPointer<LineItem>> { fact.items.prefix(Bounds.basket) }

    /// The order's own sum, else what its lines add up to.
    private func earn(_ slot: Int, _ fact: Fact) {
        var amount = fact.amount
        if amount.isNaN {
            amount = fact.items.reduce(0) { $0 + ($1.price.isNaN ? 0 : $1.price * $1.quantity) }
        }
        earn(slot, amount, fact.currency)
    }

    /// Adds to the sum in that currency. A fourth currency of one customer is not kept: its orders still count.
    private func earn(_ slot: Int, _ amount: Double, _ currency: Currency) {
        let customer = customers.pointer(slot)
        for index in 0..<Bounds.currencies {
            let isFree = customer.pointee.spend[index].amount == 0 && customer.pointee.spend[index].currency == .none
            guard isFree || customer.pointee.spend[index].currency == currency else { continue }
            customer.pointee.spend[index].currency = currency
            customer.pointee.spend[index].amount += amount
            return
        }
    }

    private func keepRhythm(_ slot: Int, _ time: EventTime) {
        let customer = customers.pointer(slot)
        let last = customer.pointee.lastOrder
        customer.pointee.lastOrder = time
        guard last != EventTime.unknown else {
            customer.pointee.firstOrder = time
            return
        }
        guard time / EventTime.day != last / EventTime.day else { return }
        customer.pointee.repeats &+= 1
        customer.pointee.gaps.add(days: Double(time - last) / Double(EventTime.day))
    }

    private func keepBasket(_ slot: Int, _ fact: Fact) {
        let customer = customers.pointer(slot)
        customer.pointee.basket.removeAll()
        for item in items(of: fact) {
            customer.pointee.basket.push(commons.names.intern(item.product), bound: Bounds.basket, in: &arena)
        }
        customer.pointee.basketCategory = commons.names.intern(fact.items[0].category)
    }

    private func signalOrder(_ slot: Int, _ fact: Fact, linked: Bool, into effects: Effects) {
        let bought = items(of: fact)
        for item in fact.items {
            effects.signals.emit(
                SignalFields(
                    .ordered,
                    time: fact.time,
                    subject: item.product,
                    category: item.category,
                    weight: Float(item.quantity)
                ),
                unless: false
            )
        }
        if linked { linkBaskets(slot, bought, fact.time, into: effects) }
        creditViews(slot, bought, fact.time, into: effects)
    }

    private func linkBaskets(
        _ slot: Int,
        _ bought: Slice<UnsafeBufferPointer<LineItem>>,
        _ time: EventTime,
        into effects: Effects
    ) {
        let customer = customers.pointer(slot)
        let before = customer.pointee.basket.storage(in: arena)
        let weight = 1 / (Float(before.count) * Float(bought.count))
        for name in before {
            let subject = commons.names.text(name)
            for item in bought {
                effects.signals.emit(
                    SignalFields(.boughtAfter, time: time, subject: subject, object: item.product, weight: weight),
                    unless: false
                )
            }
        }
        guard customer.pointee.basketCategory != .none, before.count > 0 else { return }
        let category = commons.names.text(customer.pointee.basketCategory)
        for item in bought {
            effects.signals.emit(
                SignalFields(
                    .boughtAfterCategory,
                    time: time,
                    subject: category,
                    object: item.product,
                    weight: 1 / Float(bought.count)
                ),
                unless: false
            )
        }
    }

    /// What was viewed in this session led to what was bought: the last ten different products.
    private func creditViews(
        _ slot: Int,
        _ bought: Slice<UnsafeBufferPointer<LineItem>>,
        _ time: EventTime,
        into effects: Effects
    ) {
        let customer = customers.pointer(slot)
        var credited = InlineArray<10, Name>(repeating: .none)
        var count = 0
        for age in 0..<customer.pointee.touches.count where count < Bounds.creditedViews {
            let touch = customer.pointee.touches.newest(age, in: arena)
            guard touch.time + EventTime.second >= customer.pointee.sessionStart else { break }
            guard touch.is(.productViewed), touch.time <= time else { continue }
            var isKnown = false
            for index in 0..<count { isKnown = isKnown || credited[index] == touch.product }
            if isKnown { continue }
            credited[count] = touch.product
            count += 1
        }
        for index in 0..<count {
            let subject = commons.names.text(credited[index])
            for item in bought {
                effects.signals.emit(
                    SignalFields(
                        .boughtAfterView,
                        time: time,
                        subject: subject,
                        object: item.product,
                        weight: 1 / Float(bought.count)
                    ),
                    unless: false
                )
            }
        }
    }

    /// The shop-wide purchase model learns from what its owner is told here; the customer goes by a hash.
    private func tellPurchases(_ slot: Int, _ time: EventTime, into effects: Effects) {
        guard !effects.isMuted, effects.mayAddress else { return }
        let customer = customers.pointer(slot)
        var hash = keys.hash(slot)
        withUnsafeBytes(of: &hash) { raw in
            effects.signals.emit(
                SignalFields(
                    .purchaseHistory,
                    time: customer.pointee.lastOrder,
                    subject: Bytes(ModelKey.churn),
                    object: Bytes(raw),
                    weight: Float(customer.pointee.repeats),
                    second: Float(
                        Double(customer.pointee.lastOrder - customer.pointee.firstOrder) / Double(EventTime.day)
                    )
                ),
                unless: false
            )
        }
    }
}
