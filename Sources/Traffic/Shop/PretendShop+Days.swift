import Events

/// What happens outside of visits: the opening, the shelves, reviews, cancellations and refunds.
extension PretendShop {
    /// The moment that lies `gap` busy ms from now, as ms since the shop opened.
    func later(_ gap: Double) -> Int64 { rhythm.time(after: gap, from: time) - plan.start }

    /// Everybody's first visit, and the rest of what happens by itself.
    mutating func open() {
        agenda.reserve(crowd.people.count * 2 + 1_024)
        agenda.push(.opening, 0, at: 0)
        agenda.push(.stock, 0, at: later(restockGap))
        agenda.push(.visitor, 0, at: later(dice.exponential(mean: visitorGap)))
        for customer in crowd.people.indices {
            let person = crowd.people[customer]
            let order = later(Double(person.nextOrder))
            crowd.people[customer].nextOrder = order
            let look = later(Double(person.joins) + dice.exponential(mean: Double(person.idle)))
            agenda.push(.customer, customer, at: min(order, look))
        }
    }

    // MARK: the catalogue

    /// The whole catalogue, one record after the other, before the first customer.
    mutating func stockUp(_ product: Int, _ buffer: inout ByteBuffer) -> ShopEvent? {
        if product + 1 < plan.products {
            agenda.replaceFirst(.opening, product + 1, at: 0)
        } else {
            agenda.removeFirst()
        }
        return putProduct(Int32(product), isInStock: true, &buffer)
    }

    /// One of a hundred products a day gets another price or runs out.
    var restockGap: Double { Double(EventTime.day) * 100 / Double(plan.products) }

    mutating func restock(_ buffer: inout ByteBuffer) -> ShopEvent? {
        agenda.replaceFirst(.stock, 0, at: later(dice.exponential(mean: restockGap)))
        let product = dice.index(below: plan.products)
        let usual = Double(catalogue.products[product].cents)
        writer.cents[product] = Int32(max(50, (usual * (0.85 + 0.3 * dice.unit())).rounded()))
        return putProduct(Int32(product), isInStock: !dice.chance(0.15), &buffer)
    }

    private mutating func putProduct(_ product: Int32, isInStock: Bool, _ buffer: inout ByteBuffer) -> ShopEvent {
        writer.writeProduct(product, isInStock: isInStock)
        var event = ShopEvent(.catalog, nil, product: product, at: time)
        writer.pen.deliver(&event, to: &buffer)
        return event
    }

    // MARK: after an order

    /// Decides at the order whether a review will be written and whether the order will stand. One of each can be
    /// pending for a customer, so both are bounded by the crowd.
    mutating func planAftermath(of customer: Int, _ product: Int32) {
        let rhythm = Double(plan.rhythm)
        let person = crowd.people[customer]
        if person.reviewing < 0, dice.chance(plan.reviewed) {
            crowd.people[customer].reviewing = product
            agenda.push(.review, customer, at: later(rhythm * 0.1 + dice.exponential(mean: rhythm * 0.35)))
        }
        let fate = dice.unit()
        let refunds = 0.02 + 0.12 * (1 - quality(of: product))
        guard person.aftermath.product < 0, fate < 0.02 + refunds else { return }
        let cents = writer.cents[Int(product)]
        crowd.people[customer].aftermath = Aftermath(
            order: shown.number,
            product: product,
            cents: cents,
            isRefund: fate >= 0.02
        )
        agenda.push(.aftermath, customer, at: later(rhythm * (fate < 0.02 ? 0.01 : 0.3) * (0.5 + dice.unit())))
    }

    func quality(of product: Int32) -> Double {
        spoils[Int(product)] <= now ? 0.08 : Double(catalogue.products[Int(product)].quality)
    }

    mutating func review(_ customer: Int, _ buffer: inout ByteBuffer) -> ShopEvent? {
        agenda.removeFirst()
        let person = crowd.people[customer]
        crowd.people[customer].reviewing = -1
        guard person.leaves > now else { return nil }
        reviews += 1
        let number = reviews
        let mean = 1 + 4 * quality(of: person.reviewing)
        let stars = Int(min(max((mean + 0.8 * dice.normal()).rounded(), 1), 5))
        let voice = voice(of: customer)
        let draft = ShopEvent(
            .reviews,
            .productReviewed,
            customer: voice.customer,
            product: person.reviewing,
            at: time
        )
        return publish(draft, voice, &buffer) { writer, dice in
            writer.writeReview(Review(product: draft.product, stars: stars, number: number), voice, &dice)
        }
    }

    mutating func settle(_ customer: Int, _ buffer: inout ByteBuffer) -> ShopEvent? {
        agenda.removeFirst()
        let person = crowd.people[customer]
        crowd.people[customer].aftermath = .none
        guard person.leaves > now else { return nil }
        let aftermath = person.aftermath
        let voice = voice(of: customer)
        let kind = aftermath.isRefund ? FactKind.orderRefunded : .orderCancelled
        let draft = ShopEvent(.clickstream, kind, customer: voice.customer, product: aftermath.product, at: time)
        return publish(draft, voice, &buffer) { writer, _ in writer.writeAftermath(aftermath, voice) }
    }

    /// A customer outside of any visit.
    private func voice(of customer: Int) -> Voice {
        Voice(customer: Int32(customer), isChinese: crowd.people[customer].isChinese, time: time)
    }
}
