public import Events

/// An order as it was placed, for those who grade.
public struct PlacedOrder: Sendable, Equatable {
    public var customer: Int
    public var time: EventTime
    /// What the order is about first, then what else was in the cart.
    public var products: [Int]
}

/// A shop that does not exist: customers come, look, buy, review and leave, by seed and in order of time, to the byte.
///
///     var shop = try PretendShop(ShopPlan())
///     while let event = shop.next(into: &buffer) { send(buffer.bytes(event.key), buffer.bytes(event.value)) }
///
/// What should be found in it is planted and known (``truth``): which purchase follows which, who goes quiet and when,
/// whose reviews turn bad and when. One agenda holds what happens next to everybody; an event costs one walk through
/// it. Memory is bounded by the plan: customers, products, visits going on, and at most 65,536 waiting re-deliveries.
public struct PretendShop: ~Copyable {
    public let plan: ShopPlan
    public let truth: PlantedTruth
    /// The order behind the last event whose kind was `orderCompleted`, re-deliveries excepted.
    public internal(set) var lastOrder = PlacedOrder(customer: -1, time: .unknown, products: [])

    let catalogue: Catalogue
    let rhythm = WeekRhythm()
    let visitorGap: Double
    /// When each product turns bad, as ms since the shop opened.
    let spoils: [Int64]
    var crowd: Crowd
    var sessions = SessionPool()
    var agenda = Agenda()
    var dice: Dice
    var mail: Mail
    var redeliveries = Redeliveries()
    var writer: TrackWriter
    /// Ms since the shop opened.
    var now: Int64 = 0
    var visits: UInt64 = 0
    var reviews: UInt64 = 0
    /// The visit behind the present event, as it is after its step.
    var shown = Session.nobody
    private var lastVoice = Voice(customer: 0, isChinese: false, time: 0)
    private var lastTopic = ShopTopic.clickstream

    /// The present moment.
    var time: EventTime { plan.start + now }

    /// Builds the shop. O(customers + products), about a second for a million of either.
    public init(_ plan: ShopPlan) throws(UnfitPlan) {
        try plan.check()
        self.plan = plan
        var building = Dice(seed: plan.seed, .building)
        catalogue = Catalogue(plan, &building)
        crowd = Crowd(plan, &building)
        let rehearsal = Rehearsal(plan, catalogue, ordersPerDay: crowd.ordersPerDay(span: plan.span))
        crowd.spreadVisits(perDay: rehearsal.idleVisitsPerDay, pause: Rehearsal.pause, span: plan.span, &building)
        visitorGap = rehearsal.visitorGap
        truth = PlantedTruth(plan, catalogue, crowd, &building)
        var spoils = [Int64](repeating: .max, count: plan.products)
        for turn in truth.badProducts { spoils[turn.id] = turn.since - plan.start }
        self.spoils = spoils
        dice = Dice(seed: plan.seed, .living)
        mail = Mail(plan)
        writer = TrackWriter(plan, catalogue)
        open()
    }

    /// Writes the next record to the end of `buffer`, key and value, and says what it is; nil when the span is over.
    ///
    /// - Complexity: O(log(customers)), and no allocation once the buffers have their working size, except for orders
    ///   and
    ///   copies to be delivered again.
    public mutating func next(into buffer: inout ByteBuffer) -> ShopEvent? {
        if mail.extra != .none { return writeExtra(into: &buffer) }
        while let entry = agenda.first, entry.offset < plan.span {
            now = entry.offset
            if let event = happen(entry, &buffer) { return event }
        }
        return nil
    }

    private mutating func happen(_ entry: Agenda.Entry, _ buffer: inout ByteBuffer) -> ShopEvent? {
        switch entry.subject {
        case .opening: stockUp(entry.index, &buffer)
        case .stock: restock(&buffer)
        case .visitor: receiveVisitor(&buffer)
        case .customer: receive(entry.index, &buffer)
        case .session: advance(entry.index, &buffer)
        case .review: review(entry.index, &buffer)
        case .aftermath: settle(entry.index, &buffer)
        case .redelivery: redeliver(entry.index, &buffer)
        }
    }

    // MARK: publishing

    /// Rolls the fate of the record about to be written, then writes and publishes it.
    mutating func publish(
        _ draft: ShopEvent,
        _ voice: Voice,
        _ buffer: inout ByteBuffer,
        write: (inout TrackWriter, inout Dice) -> Void
    ) -> ShopEvent {
        let (quirk, again) = mail.fate()
        writer.quirk = quirk
        write(&writer, &dice)
        lastVoice = voice
        lastTopic = draft.topic
        var event = draft
        writer.pen.deliver(&event, to: &buffer)
        if let again, quirk != .noMessageId, let place = redeliveries.keep(event, writer.pen.record) {
            agenda.push(.redelivery, place, at: now + again)
        }
        return event
    }

    private mutating func redeliver(_ place: Int, _ buffer: inout ByteBuffer) -> ShopEvent? {
        agenda.removeFirst()
        return redeliveries.release(place, at: time, into: &buffer)
    }

    /// What the mail adds after a record: its sender's rubbish, at the same moment.
    private mutating func writeExtra(into buffer: inout ByteBuffer) -> ShopEvent {
        let isPoison = mail.extra == .poison
        mail.extra = .none
        if isPoison {
            let kind = Poison.allCases[mail.dice.index(below: Poison.allCases.count)]
            kind.write(lastVoice, product: 0, &mail.dice, into: &writer)
        } else {
            writer.writeIrrelevant(lastVoice, &mail.dice)
        }
        var event = ShopEvent(lastTopic, nil, at: time)
        event.isPoison = isPoison
        writer.pen.deliver(&event, to: &buffer)
        return event
    }
}
