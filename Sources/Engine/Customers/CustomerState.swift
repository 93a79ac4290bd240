public import Events
import Models

/// What became of a fact.
public enum Applied: Sendable {
    case new
    /// Nothing changed: the customer's message id was seen before, or the erasure was.
    case duplicate
    /// The customer is forgotten, with everything up to the fact's time.
    case erased
    /// From before the customer's erasure: dropped.
    case suppressed
    /// Without consent to a profile: only counted.
    case withheld
    /// Without consent to marketing: only what service needs was taken.
    case limited
}

/// Where a fold leaves what it decides. While muted (a restore repeats what is already published) nothing is kept.
public final class Effects {
    public var outcomes = Outcomes()
    public let signals: SignalBox
    public var isMuted = false
    /// False while an event is folded that may not be used to address its customer.
    var mayAddress = true
    /// Outcomes about earlier times are dropped: a first start on old history mails nobody.
    public var since = EventTime.unknown

    /// Customers who left because they had been away for too long.
    public var leftIdle: UInt64 = 0

    public init(partitions: Int32) { signals = SignalBox(partitions: partitions) }

    func speaks(at time: EventTime) -> Bool { !isMuted && time >= since }

    /// Whether the customer whose event is being folded may be told something about this time.
    func addresses(at time: EventTime) -> Bool { mayAddress && speaks(at: time) }

    /// Forgets what was decided and not yet encoded.
    public func discard() {
        outcomes.removeAll()
        signals.drain { _, _ in }
    }
}

/// The customers of one partition: a pure fold over their facts and ticks, in the order in which they come.
///
/// Not thread-safe; one line owns it.
public final class CustomerState {
    public let partition: Int32
    let commons: Commons
    var keys = KeyTable()
    var customers = Paged<Customer>()
    var arena = Arena()
    var wheel = TimerWheel()
    /// Slots changed since the last checkpoint, and the keys of those who left since then.
    var changed = FlatArray<UInt32>()
    var left = FlatArray<KeyTable.Retired>()
    var due = FlatArray<UInt32>()
    var suppressions: Suppressions
    var clock = ChurnClock()
    let ranking: ChainRanking
    var hot = HotList()
    /// The highest event time seen.
    public internal(set) var newest = EventTime.unknown
    /// Nobody here was last seen before this; a lower bound, so that most days nobody is looked for.
    var leastSeen = EventTime.max
    /// Late events: older than the watermark when they came.
    public internal(set) var late: UInt64 = 0
    /// Alerts taken back because an event came late.
    public internal(set) var corrected: UInt64 = 0
    /// Events of hot customers.
    public internal(set) var quieted: UInt64 = 0

    public init(partition: Int32, commons: Commons) {
        self.partition = partition
        self.commons = commons
        suppressions = Suppressions(commons.pseudonyms)
        ranking = ChainRanking(commons)
    }

    public var count: Int { customers.count }
    /// State records that the changelog holds of this partition once all changes are written.
    public var records: Int { count + suppressions.count + 1 }
    /// Records that a checkpoint would write now, tombstones included.
    public var changes: Int { departures + changed.count + suppressions.changes }
    /// Customers who left since the last checkpoint.
    public var departures: Int { left.count }
    /// Customers who are kept forgotten, and those who were too many to keep so.
    public var suppressed: Int { suppressions.count }
    public var suppressionsForgotten: UInt64 { suppressions.forgotten }
    public var bytesReserved: Int {
        keys.bytesReserved + customers.bytesReserved + arena.bytesReserved + wheel.bytesReserved
            + suppressions.bytesReserved
    }

    /// Every event up to here has come, as far as can be told.
    public var watermark: EventTime {
        newest == EventTime.unknown ? EventTime.unknown : newest - commons.configuration.allowedLateness
    }

    /// Folds one fact. O(1) but for the timers that its time makes due.
    public func apply(_ fact: Fact, origin: Origin, into effects: Effects) -> Applied {
        if fact.kind == .erased { return erase(fact, into: effects) }
        advance(to: fact.time, into: effects)
        guard let slot = slot(of: fact) else { return .suppressed }
        guard let consent = hear(slot, fact, into: effects) else { return .withheld }
        guard remember(message: fact.messageId, slot) else { return .duplicate }
        markChanged(slot)
        guard !consent.allows(.marketing) else {
            fold(fact, slot, origin, into: effects)
            return .new
        }
        effects.mayAddress = false
        fold(fact, slot, origin, into: effects)
        effects.mayAddress = true
        keepService(slot)
        return .limited
    }

    private func fold(_ fact: Fact, _ slot: Int, _ origin: Origin, into effects: Effects) {
        meet(slot, fact)
        let missed = comeBack(slot, fact)
        if isHot(slot, at: fact.time) {
            keepBooks(slot, fact)
        } else {
            update(slot, fact, origin, into: effects)
        }
        clear(slot, from: missed == .none ? correct(slot, fact) : missed, fact, origin, into: effects)
    }

    @inline(__always)
    private func update(_ slot: Int, _ fact: Fact, _ origin: Origin, into effects: Effects) {
        switch fact.kind {
        case .productViewed: view(slot, fact, origin, into: effects)
        case .productClicked, .productWishlisted, .productRemoved: touch(slot, fact)
        case .productAdded: add(slot, fact, origin, into: effects)
        case .orderCompleted: order(slot, fact, origin, into: effects)
        case .orderRefunded, .orderCancelled: undo(slot, fact, into: effects)
        case .productReviewed: review(slot, fact, origin, into: effects)
        case .productListViewed, .productsSearched, .cartViewed, .checkoutStarted, .identified, .consentUpdated,
            .erased:
            break
        }
    }

    /// Time goes on without an event: a journaled tick.
    public func tick(_ time: EventTime, into effects: Effects) {
        advance(to: time + commons.configuration.allowedLateness, into: effects)
    }

    /// Whether time going on to `time` would pass an hour for which somebody's timer is set.
    public func wakes(before time: EventTime) -> Bool {
        wheel.count > 0 && Landmark.clamped(time) / EventTime.hour > Int64(wheel.hour) || endsDay(before: time)
    }

    /// Takes over what the whole shop's purchases say; journaled, because facts follow from it.
    public func adopt(_ population: PopulationParameters) {
        clock.population = PurchasePopulation(
            r: population.r,
            alpha: population.alpha,
            a: population.a,
            b: population.b
        )
    }

    /// The parameters that facts are folded with now.
    public var population: PopulationParameters {
        let p = clock.population
        return PopulationParameters(r: p.r, alpha: p.alpha, a: p.a, b: p.b)
    }

    func find(_ customer: Bytes) -> Int? { keys.find(customer, hash: Hash.of(customer)) }

    @inline(__always)
    func markChanged(_ slot: Int) {
        let customer = customers.pointer(slot)
        if customer.pointee.change > 0 { return }
        changed.append(UInt32(slot))
        customer.pointee.change = UInt32(changed.count)
    }

    /// SDKs send a batch again when they get no answer, so the last 64 ids are kept, as 32-bit hashes: a false match
    /// once in 67 million events. False when the message was seen.
    private func remember(message: Bytes, _ slot: Int) -> Bool {
        guard !message.isEmpty else { return true }
        let hash = MessageIds.hash(message)
        let customer = customers.pointer(slot)
        var isKnown = false
        for known in customer.pointee.messageIds.storage(in: arena) { isKnown = isKnown || known == hash }
        if isKnown { return false }
        customer.pointee.messageIds.push(hash, bound: Bounds.messageIds, in: &arena)
        return true
    }

    /// Moves the partition's time on and looks at everybody whose silence is due, hour by hour.
    private func advance(to time: EventTime, into effects: Effects) {
        guard time > newest else {
            if time < watermark { late += 1 }
            return
        }
        newest = time
        let hour = UInt32(truncatingIfNeeded: Landmark.clamped(watermark) / EventTime.hour)
        guard wheel.isStarted else { return wheel.start(at: max(hour, 1)) }
        while wheel.hour < hour {
            if wheel.count == 0 { return skip(to: hour, into: effects) }
            due.removeAll()
            wheel.step(into: &due)
            if due.count > 0 { fire(into: effects) }
            if wheel.hour % 24 == 0 { endDay(at: wheel.hour, into: effects) }
        }
    }

    /// Hours without a timer: of the days that end among them the last one says for all who leaves.
    private func skip(to hour: UInt32, into effects: Effects) {
        let day = wheel.hour / 24
        wheel.skip(to: hour)
        if hour / 24 > day { endDay(at: hour / 24 * 24, into: effects) }
    }

    /// Looks at the customers in ``due``, by name: an order that does not depend on when they got their slots.
    private func fire(into effects: Effects) {
        let slots = (0..<due.count).map { Int(due[$0]) }.sorted { keys.bytes($0).precedes(keys.bytes($1)) }
        let now = Int64(wheel.hour) * EventTime.hour
        for slot in slots {
            customers.pointer(slot).pointee.timer = 0
            checkSilence(slot, at: now, into: effects)
        }
    }
}
