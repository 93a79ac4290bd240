import Engine
import Events

/// Counts one partition's inputs anew, from where its memory began: whatever the order was in which several inputs met,
/// these numbers must be those of the state.
///
/// Bound: 500 bytes a customer of the partition.
final class Recount {
    /// One customer's numbers, and what is needed to count the next event.
    private struct Counted {
        var tally = CustomerTally()
        var seen: [SeenIds]
        var basket: [[UInt8]] = []
        var basketCategory: [UInt8] = []
        var lastOrder = EventTime.unknown
        /// Hashes of the reviews' ids: one that comes again is an edit.
        var reviews: [UInt32] = []
        /// The hour of the last event of each input, and events in it.
        var bustle: [(hour: Int64, events: Int)]
        /// Inputs that orders and refunds came from, a bit each.
        var moneyInputs: UInt64 = 0
        var repeats: [Repeat] = []
        /// An id came from two inputs.
        var isCrossed = false

        init(inputs: Int) {
            seen = Array(repeating: SeenIds(), count: inputs)
            bustle = Array(repeating: (0, 0), count: inputs)
        }

        /// Repeats that another order of the inputs might not have recognised: by then the other inputs could have
        /// pushed the id out.
        var doubtful: [Repeat] {
            repeats.filter { found in
                let others = seen.indices.reduce(0) { $1 == found.input ? $0 : $0 + seen[$1].count }
                return found.age + others >= Bounds.messageIds
            }
        }
    }

    /// A message that came again.
    private struct Repeat {
        var input: Int
        /// Messages of the same input that came between.
        var age: Int
        var isOrder: Bool
        var product: [UInt8]
        var category: [UInt8]
    }

    private let partition: Int32
    private let inputs: Int
    private var customers: [[UInt8]: Counted] = [:]
    /// Products cannot be counted: whole customers are missing, or orders of which nobody can tell.
    private(set) var hasGaps = false
    /// Customers of whom more than counting is needed: forgotten, limited by their consent, or too busy for a person.
    /// What became of their events depends on how the inputs met.
    private(set) var special: Set<[UInt8]>

    /// - Parameter special: as an earlier count has found them.
    init(_ partition: Int32, inputs: Int, special: Set<[UInt8]> = []) {
        self.partition = partition
        self.inputs = inputs
        self.special = special
    }

    /// Counts one fact of the `input`-th input. Facts of one input come in their order.
    func count(_ fact: Fact, input: Int, into products: inout ProductRecount) {
        let key = fact.customer.array
        if special.contains(key) {
            for item in fact.items { products.doubt(item.product.array, category: item.category.array) }
            return
        }
        let isLimited = fact.consent.isStated && !fact.consent.allows(.marketing)
        if fact.kind == .erased || isLimited {
            special.insert(key)
            return
        }
        var counted = customers.removeValue(forKey: key) ?? Counted(inputs: inputs)
        defer { customers[key] = counted }
        if isBusy(fact.time, input, &counted) { special.insert(key) }
        if isRepeated(fact, input, &counted) { return }
        let tally = counted.tally
        if tally.firstSeen == EventTime.unknown || fact.time < tally.firstSeen { counted.tally.firstSeen = fact.time }
        switch fact.kind {
        case .productViewed:
            counted.tally.views &+= 1
            if let item = fact.items.first { products.change(.product, item.product) { $0.views &+= 1 } }
        case .productAdded:
            counted.tally.adds &+= 1
            if let item = fact.items.first { products.change(.product, item.product) { $0.adds &+= 1 } }
        case .orderCompleted: order(fact, input, &counted, &products)
        case .orderRefunded, .orderCancelled: undo(fact, input, &counted, &products)
        case .productReviewed: review(fact, &counted, &products)
        default: break
        }
    }

    /// More than a person makes, if the other inputs hold as much.
    private func isBusy(_ time: EventTime, _ input: Int, _ counted: inout Counted) -> Bool {
        let hour = time / EventTime.hour
        if hour > counted.bustle[input].hour { counted.bustle[input] = (hour, 0) }
        counted.bustle[input].events += 1
        return counted.bustle[input].events * inputs > Int(Bounds.eventsPerHour)
    }

    private func isRepeated(_ fact: Fact, _ input: Int, _ counted: inout Counted) -> Bool {
        guard !fact.messageId.isEmpty else { return false }
        let hash = MessageIds.hash(fact.messageId)
        for other in 0..<inputs where other != input && counted.seen[other].age(of: hash) != nil {
            counted.isCrossed = true
            hasGaps = true
        }
        if let age = counted.seen[input].age(of: hash) {
            counted.repeats.append(
                Repeat(
                    input: input,
                    age: age,
                    isOrder: [.orderCompleted, .orderRefunded, .orderCancelled].contains(fact.kind),
                    product: fact.items.first?.product.array ?? [],
                    category: fact.items.first?.category.array ?? []
                )
            )
            return true
        }
        counted.seen[input].push(hash)
        return false
    }

    private func order(_ fact: Fact, _ input: Int, _ counted: inout Counted, _ products: inout ProductRecount) {
        counted.tally.orders &+= 1
        counted.moneyInputs |= 1 << UInt64(input & 63)
        var amount = fact.amount
        if amount.isNaN {
            amount = fact.items.reduce(0) { $0 + ($1.price.isNaN ? 0 : $1.price * $1.quantity) }
        }
        earn(amount, fact.currency, &counted)
        let isInOrder = counted.lastOrder == EventTime.unknown || fact.time >= counted.lastOrder
        if isInOrder { counted.lastOrder = fact.time }
        for item in fact.items {
            products.change(.product, item.product) {
                $0.orders &+= 1
                $0.units &+= ProductTally.units(Float(item.quantity))
            }
        }
        let bought = fact.items.prefix(Bounds.basket)
        guard isInOrder, !bought.isEmpty else { return }
        for before in counted.basket { products.change(.product, before) { $0.links &+= UInt32(bought.count) } }
        if !counted.basket.isEmpty, !counted.basketCategory.isEmpty {
            products.change(.category, counted.basketCategory) { $0.links &+= UInt32(bought.count) }
        }
        counted.basket = bought.map(\.product.array)
        counted.basketCategory = fact.items[0].category.array
    }

    private func undo(_ fact: Fact, _ input: Int, _ counted: inout Counted, _ products: inout ProductRecount) {
        counted.moneyInputs |= 1 << UInt64(input & 63)
        if fact.kind == .orderRefunded {
            counted.tally.refunds &+= 1
        } else {
            counted.tally.cancellations &+= 1
        }
        if fact.amount > 0 { earn(-fact.amount, fact.currency, &counted) }
        for item in fact.items { products.change(.product, item.product) { $0.returns &+= 1 } }
    }

    private func review(_ fact: Fact, _ counted: inout Counted, _ products: inout ProductRecount) {
        guard let item = fact.items.first else { return }
        if isEdit(fact.reviewId, &counted) {
            // Whether it is known as one depends on what came between.
            products.doubt(item.product.array, category: item.category.array)
            counted.isCrossed = true
        }
        counted.tally.reviews &+= 1
        products.change(.product, item.product) { $0.reviews &+= 1 }
        if !item.category.isEmpty { products.change(.category, item.category) { $0.reviews &+= 1 } }
    }

    private func isEdit(_ id: Bytes, _ counted: inout Counted) -> Bool {
        guard !id.isEmpty else { return false }
        let hash = UInt32(truncatingIfNeeded: Hash.of(id))
        if counted.reviews.contains(hash) { return true }
        counted.reviews.append(hash)
        return false
    }

    /// A fourth currency is not kept.
    private func earn(_ amount: Double, _ currency: Currency, _ counted: inout Counted) {
        guard counted.tally.spend[currency] != nil || counted.tally.spend.count < Bounds.currencies else { return }
        counted.tally.spend[currency, default: 0] += amount
    }

    // MARK: comparing

    /// Holds the partition's state at the group's offsets against the numbers counted. What cannot be told of a product
    /// is said to `products`.
    /// - Parameter departed: hashes of customers whose record was taken away at some time.
    func compare(
        with state: CustomerState,
        departed: Set<UInt64>,
        at place: TopicPartition,
        _ products: inout ProductRecount,
        _ desk: AuditDesk
    ) {
        var compared = 0
        var returned = 0
        for counted in customers.values { tell(counted, &products) }
        state.forEachTally { key, tally in
            let name = key.array
            if special.contains(name) { return }
            guard let counted = customers.removeValue(forKey: name) else {
                return desk.add(.extra, .count, place, nil, "a customer whom no input names", key.text)
            }
            if counted.isCrossed || !counted.doubtful.isEmpty { return }
            if counted.tally.firstSeen < tally.firstSeen {
                returned += 1
            } else {
                compared += 1
                guard let difference = difference(tally, counted) else { return }
                desk.add(.different, .count, place, nil, "a customer's \(difference)", key.text)
            }
        }
        for key in customers.keys where !special.contains(key) {
            if key.withUnsafeBytes({ departed.contains(Hash.of(Bytes($0))) }) {
                returned += 1
            } else {
                let name = String(decoding: key, as: UTF8.self)
                desk.add(.missing, .count, place, nil, "a customer with events and no state", name)
            }
        }
        desk.report.check("customers recounted", compared)
        if !special.isEmpty {
            desk.note(
                "\(place): \(special.count) customers are forgotten, limited by their consent or too busy for a person"
                    + "; their numbers and their products' are not counted from zero"
            )
        }
        if returned > 0 {
            desk.note("\(place): \(returned) customers left or came back since; their numbers begin anew")
            hasGaps = true
        }
        customers = [:]
    }

    /// What a customer's doubtful repeats leave open. An order changes what the next one is linked to.
    private func tell(_ counted: Counted, _ products: inout ProductRecount) {
        for found in counted.doubtful {
            if found.isOrder { hasGaps = true }
            products.doubt(found.product, category: found.category)
        }
    }

    private func difference(_ mine: CustomerTally, _ counted: Counted) -> String? {
        let theirs = counted.tally
        let numbers: [(String, UInt32, UInt32)] = [
            ("views", mine.views, theirs.views), ("adds", mine.adds, theirs.adds),
            ("orders", mine.orders, theirs.orders),
            ("refunds", mine.refunds, theirs.refunds), ("cancellations", mine.cancellations, theirs.cancellations),
            ("reviews", mine.reviews, theirs.reviews),
        ]
        for (name, mine, theirs) in numbers where mine != theirs { return "\(name): \(mine), counted \(theirs)" }
        let isOneInput = counted.moneyInputs.nonzeroBitCount <= 1
        for (currency, sum) in theirs.spend {
            let mine = mine.spend[currency] ?? 0
            // Sums of the same numbers in another order differ in their last bits.
            let most = isOneInput ? 0 : 1e-9 * max(1, abs(sum))
            if abs(mine - sum) > most { return "spend: \(mine), counted \(sum)" }
        }
        return nil
    }
}

/// The last messages of one customer in one input.
private struct SeenIds {
    private var hashes: [UInt32] = []
    /// Messages since the start.
    private(set) var count = 0

    /// How many came since; nil when it is not among the last ``Bounds/messageIds``.
    func age(of hash: UInt32) -> Int? {
        guard let place = hashes.firstIndex(of: hash) else { return nil }
        let newest = (count - 1) % Bounds.messageIds
        return (newest - place + Bounds.messageIds) % Bounds.messageIds
    }

    mutating func push(_ hash: UInt32) {
        if hashes.count < Bounds.messageIds {
            hashes.append(hash)
        } else {
            hashes[count % Bounds.messageIds] = hash
        }
        count += 1
    }
}
