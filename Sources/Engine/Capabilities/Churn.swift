import Events
import Models

/// The churn warning: a customer's silence against the shop's purchase model and the customer's own rhythm.
///
/// Churn is the absence of events, so it is looked for by timers. A level rises by silence alone and ends with the next
/// event of the customer; one alert a level and silence.
extension CustomerState {
    /// Nobody is called silent before a week, or before the usual gap between orders has passed (at most 60 days).
    private func patience(_ customer: Customer) -> Int64 {
        let usual = customer.gaps.count > 0 ? min(Double(customer.gaps.mean), 60) : 14
        return Int64(max(usual, 7) * Double(EventTime.day))
    }

    /// The customer is back: what was detected is over. Answers what that was.
    func comeBack(_ slot: Int, _ fact: Fact) -> RiskLevel {
        let customer = customers.pointer(slot)
        let previous = customer.pointee.level
        guard previous != .none, fact.time >= customer.pointee.lastSeen else { return .none }
        customer.pointee.level = .none
        if fact.time < watermark { corrected += 1 }
        if fact.kind != .orderCompleted { armSilence(slot, from: fact.time) }
        return previous
    }

    /// A late order can show that what was detected never was: then it is taken back, and looked for anew with what is
    /// known now. Answers the level that is over. An order before the last one known changes no rhythm.
    func correct(_ slot: Int, _ fact: Fact) -> RiskLevel {
        let customer = customers.pointer(slot)
        let previous = customer.pointee.level
        guard previous != .none, fact.kind == .orderCompleted, customer.pointee.lastOrder == fact.time else {
            return .none
        }
        let risk = clock.risk(of: customer.pointee.history, at: watermark)
        guard clock.level(from: .none, risk: risk).rawValue < previous.rawValue else { return .none }
        customer.pointee.level = .none
        armSilence(slot, from: fact.time)
        corrected += 1
        return previous
    }

    /// Tells that what was detected is over, as things stand with what the customer came for.
    func clear(_ slot: Int, from previous: RiskLevel, _ fact: Fact, _ origin: Origin, into effects: Effects) {
        guard previous != .none else { return }
        let risk = clock.risk(of: customers.pointer(slot).pointee.history, at: fact.time)
        alert(slot, at: fact.time, risk, from: previous, cause: origin.cause, into: effects)
    }

    /// Sets the timer, instead of any pending one, for the hour at which the silence would first mean something.
    func armSilence(_ slot: Int, from time: EventTime) {
        disarm(slot)
        let customer = customers.pointer(slot)
        guard customer.pointee.lastOrder != EventTime.unknown, wheel.isStarted else { return }
        let level = ChurnLevel(rawValue: customer.pointee.level.rawValue) ?? .none
        let rise = clock.nextCheck(of: customer.pointee.history, from: level, after: time)
        guard rise != .max else { return }
        let earliest = customer.pointee.lastSeen + patience(customer.pointee)
        let hour = (max(rise, earliest) + EventTime.hour - 1) / EventTime.hour
        customer.pointee.timer = wheel.set(slot, hour: UInt32(clamping: hour))
    }

    func disarm(_ slot: Int) {
        let customer = customers.pointer(slot)
        if customer.pointee.timer != 0 { wheel.cancel(slot, hour: customer.pointee.timer) }
        customer.pointee.timer = 0
    }

    /// A timer is due: has the level risen?
    func checkSilence(_ slot: Int, at now: EventTime, into effects: Effects) {
        let customer = customers.pointer(slot)
        markChanged(slot)
        defer { armSilence(slot, from: now) }
        guard now >= customer.pointee.lastSeen + patience(customer.pointee) else { return }
        let previous = customer.pointee.level
        let risk = clock.risk(of: customer.pointee.history, at: now)
        let found = clock.level(from: ChurnLevel(rawValue: previous.rawValue) ?? .none, risk: risk)
        let level = RiskLevel(rawValue: found.rawValue) ?? .none
        guard level.rawValue > previous.rawValue else { return }
        customer.pointee.level = level
        let cause = (UInt64(bitPattern: customer.pointee.lastSeen), UInt64(level.rawValue))
        alert(slot, at: now, risk, from: previous, cause: cause, into: effects)
    }

    /// Marketing can reach only those who said who they are.
    private func alert(
        _ slot: Int,
        at time: EventTime,
        _ risk: Double,
        from previous: RiskLevel,
        cause: (UInt64, UInt64),
        into effects: Effects
    ) {
        let customer = customers.pointer(slot)
        guard effects.addresses(at: time), !customer.pointee.isAnonymous else { return }
        let key = keys.bytes(slot)
        let level = customer.pointee.level
        effects.outcomes.alerts.append(
            ChurnAlert(
                id: OutcomeId(kind: 2, key: key, cause: cause),
                customer: key,
                isConsented: customer.pointee.consent.isStated,
                time: time,
                probability: (risk * 1e4).rounded() / 1e4,
                level: level,
                previous: previous,
                reasons: reasons(customer.pointee, at: time),
                measure: measure(customer.pointee, level),
                orders: customer.pointee.orders,
                lastOrder: customer.pointee.lastOrder,
                meanGap: customer.pointee.gaps.count > 0 ? Double(customer.pointee.gaps.mean) : .nan,
                averageOrderValue: customer.pointee.orders > 0
                    ? max(0, customer.pointee.spend[0].amount) / Double(customer.pointee.orders) : .nan,
                currency: customer.pointee.spend[0].currency,
                sentiment: customer.pointee.reviews > 0 ? Double(customer.pointee.sentiment) : .nan
            )
        )
    }

    /// Strongest first: an unusual gap, then what spoiled the customer's mood, then plain absence.
    private func reasons(_ customer: Customer, at time: EventTime) -> [ChurnReason] {
        var reasons: [ChurnReason] = []
        if customer.gaps.count > 0, clock.silenceScore(of: customer.history, at: time) > 1 { reasons.append(.orderGap) }
        if customer.reviews > 0, customer.sentiment < -0.2 { reasons.append(.negativeReview) }
        if customer.refunds > 0, UInt64(customer.refunds) * 3 >= customer.orders { reasons.append(.returned) }
        if reasons.isEmpty || customer.lastSeen + 30 * EventTime.day < time { reasons.append(.inactivity) }
        return reasons
    }

    /// The dearer the customer and the higher the risk, the more personal.
    private func measure(_ customer: Customer, _ level: RiskLevel) -> Measure {
        switch level {
        case .none: .none
        case .low: .reminder
        case .medium: .coupon
        case .high: customer.orders >= 10 ? .personalCall : .coupon
        }
    }
}
