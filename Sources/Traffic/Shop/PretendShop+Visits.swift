import Events

/// Visits: who comes, what a step of a visit shows, and what an order leads to.
extension PretendShop {
    mutating func receiveVisitor(_ buffer: inout ByteBuffer) -> ShopEvent? {
        agenda.replaceFirst(.visitor, 0, at: later(dice.exponential(mean: visitorGap)))
        var session = newSession(customer: -1, goal: -1, category: dice.index(below: catalogue.categories))
        let who = UInt64(dice.index(below: 3 * plan.customers))
        session.device = Dice.mix(plan.seed ^ (who + 1) << 32)
        session.isChinese = Double(session.device >> 11) * 0x1p-53 < plan.chinese
        let place = sessions.insert(session)
        let step = sessions[place].step(&dice, catalogue)
        follow(place, step, replacing: false)
        return show(step, &buffer)
    }

    /// A customer comes, to buy if it is time to, and otherwise to look.
    mutating func receive(_ customer: Int, _ buffer: inout ByteBuffer) -> ShopEvent? {
        let person = crowd.people[customer]
        guard person.leaves > now else {
            agenda.removeFirst()
            return nil
        }
        let goal = person.nextOrder <= now ? nextPurchase(of: person) : -1
        let taste = goal >= 0 && dice.chance(0.5) ? catalogue.products[Int(goal)].category : person.taste
        let category = dice.chance(0.6) ? Int(taste) : dice.index(below: catalogue.categories)
        var session = newSession(customer: Int32(customer), goal: goal, category: category)
        session.isChinese = person.isChinese
        if dice.chance(0.12) {
            session.device = Dice.mix(plan.seed &+ UInt64(customer) &* 0xA076_1D64_78BD_642F)
            session.strange = Int8(2 + dice.index(below: 2))
        }
        return advance(sessions.insert(session), &buffer)
    }

    /// The planted chain: after the last product its successors, or something popular.
    private mutating func nextPurchase(of person: Customer) -> Int32 {
        if person.lastProduct >= 0, let next = catalogue.purchases.draw(after: person.lastProduct, &dice) {
            return next
        }
        return catalogue.popularity.draw(&dice)
    }

    private mutating func newSession(customer: Int32, goal: Int32, category: Int) -> Session {
        visits += 1
        let purpose = Session.Purpose(customer: customer, goal: goal, category: UInt16(category))
        return Session(purpose, number: visits, &dice, catalogue)
    }

    /// One step of a visit; nothing when its customer has left for good in the middle of it.
    mutating func advance(_ place: Int, _ buffer: inout ByteBuffer) -> ShopEvent? {
        let customer = Int(sessions[place].customer)
        guard customer < 0 || crowd.people[customer].leaves > now else {
            agenda.removeFirst()
            sessions.remove(place)
            return nil
        }
        let step = sessions[place].step(&dice, catalogue)
        follow(place, step, replacing: true)
        return show(step, &buffer)
    }

    /// Puts down what comes after a step. The agenda's first entry is this happening's own and gives way, unless it has
    /// been replaced already; only then may other happenings be added.
    private mutating func follow(_ place: Int, _ step: Session.Step, replacing: Bool) {
        shown = sessions[place]
        if !shown.isGone {
            let pause = step.pause * 0.2 + dice.exponential(mean: step.pause * 0.8)
            schedule(.session, place, at: now + Int64(pause) + 1, replacing)
            return
        }
        sessions.remove(place)
        guard shown.customer >= 0 else {
            if replacing { agenda.removeFirst() }
            return
        }
        let customer = Int(shown.customer)
        if step.kind == .orderCompleted { rememberOrder(step.product, by: customer) }
        schedule(.customer, customer, at: nextVisit(of: customer), replacing)
        if step.kind == .orderCompleted { planAftermath(of: customer, step.product) }
    }

    private mutating func schedule(_ subject: Agenda.Subject, _ index: Int, at offset: Int64, _ replacing: Bool) {
        if replacing {
            agenda.replaceFirst(subject, index, at: offset)
        } else {
            agenda.push(subject, index, at: offset)
        }
    }

    private mutating func show(_ step: Session.Step, _ buffer: inout ByteBuffer) -> ShopEvent {
        let session = shown
        let customer = session.isSignedIn ? session.customer : -1
        var voice = Voice(customer: customer, isChinese: session.isChinese, time: time)
        voice.device = session.device
        voice.session = session.number
        let draft = ShopEvent(.clickstream, step.kind, customer: customer, product: step.product, at: time)
        return publish(draft, voice, &buffer) { writer, _ in writer.write(step, in: session, voice) }
    }

    /// The next visit: when it is time to buy again, or before that when there is time to look.
    private mutating func nextVisit(of customer: Int) -> Int64 {
        let person = crowd.people[customer]
        let rested = now + Rehearsal.pause
        let gap = dice.exponential(mean: Double(person.idle))
        let idle = rhythm.time(after: gap, from: plan.start + rested) - plan.start
        return min(idle, max(person.nextOrder, rested))
    }

    private mutating func rememberOrder(_ product: Int32, by customer: Int) {
        let gap = dice.rhythmic(mean: Double(crowd.people[customer].gap))
        crowd.people[customer].nextOrder = later(gap)
        crowd.people[customer].lastProduct = product
        let basket = shown.basket
        let products = (0..<basket.count).map { Int(basket[$0].product) }
        lastOrder = PlacedOrder(customer: customer, time: time, products: products)
    }
}
