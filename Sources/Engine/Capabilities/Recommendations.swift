import Events
import Models

/// The next purchase: a ranked list after a view, an add or an order, whenever the list changes.
extension CustomerState {
    func recommend(
        _ slot: Int,
        _ product: Name,
        _ trigger: Trigger,
        _ fact: Fact,
        _ origin: Origin,
        into effects: Effects
    ) {
        let customer = customers.pointer(slot)
        // A list is about what the customer did last; a late event is not that.
        guard effects.addresses(at: fact.time), fact.time >= customer.pointee.lastSeen else { return }
        let basket = customer.pointee.basket.storage(in: arena)
        let places = ranking.rank(after: product, trigger, basket: basket, into: &effects.outcomes.recommended)
        guard !places.isEmpty else { return }
        let list = hash(of: effects.outcomes.recommended[places])
        guard list != customer.pointee.lastList else {
            effects.outcomes.recommended.removeLast(places.count)
            return
        }
        customer.pointee.lastList = list
        let key = keys.bytes(slot)
        effects.outcomes.recommendations.append(
            Recommendation(
                id: OutcomeId(kind: 1, key: key, cause: origin.cause),
                customer: key,
                isAnonymous: customer.pointee.isAnonymous,
                isConsented: customer.pointee.consent.isStated,
                time: fact.time,
                trigger: trigger,
                product: commons.names.text(product),
                model: commons.configuration.ranker.name,
                places: places
            )
        )
    }

    /// Products in their order; never zero, which means unknown.
    private func hash(of places: ArraySlice<RecommendedProduct>) -> UInt32 {
        let digest = places.reduce(UInt64(0)) { Hash.combine($0, Hash.of($1.product)) }
        return UInt32(truncatingIfNeeded: digest) | 1
    }
}

/// Ranks by the Markov rows alone. What the rows say is pooled by evidence, then backed off to the category's row and
/// to popularity (see ``Models/BackOff``).
///
/// - Complexity: O(candidates), at most ``limit`` of them; no allocation.
final class ChainRanking {
    static let limit = 128

    private struct Candidate: BitwiseCopyable {
        var name: Name
        var pooled: Float = 0
        var category: Float = 0
        var popular: Float = 0
        /// The single strongest contribution: what the reason tells.
        var strongest: Float = 0
        var evidence = Name.none
        /// As they stand in the row, however much it weighs here.
        var evidenceCount: Float = 0
        var evidenceTotal: Float = 0
        var reason = Reason.popular
    }

    private let commons: Commons
    private let backOff = BackOff()
    private let candidates: UnsafeMutablePointer<Candidate>
    private var count = 0
    private var places: CandidateIndex
    private var pooledTotal: Float = 0
    private var best: TopSelection<UInt32>
    /// Shares of the most popular products, and the version of the list that they were computed from.
    private var shares: [(product: Name, share: Float)] = []
    private var sharesVersion = UInt64.max

    init(_ commons: Commons) {
        self.commons = commons
        candidates = .allocate(capacity: ChainRanking.limit)
        places = CandidateIndex(capacity: ChainRanking.limit)
        best = TopSelection(limit: commons.configuration.places)
    }

    deinit { candidates.deallocate() }

    /// Appends the best places to `list` and answers where they stand.
    func rank(
        after product: Name,
        _ trigger: Trigger,
        basket: UnsafeBufferPointer<Name>,
        into list: inout [RecommendedProduct]
    ) -> Range<Int> {
        count = 0
        pooledTotal = 0
        places.removeAll()
        let knowledge = commons.knowledge
        let known = knowledge.product(product)
        if trigger != .order, let known {
            pool(known.pointee.boughtAfterView, weight: 1, .boughtAfterView, product)
            pool(known.pointee.viewedAfter, weight: 0.1, .viewedAfter, product)
        }
        for name in basket.prefix(4) {
            if let before = knowledge.product(name) { pool(before.pointee.boughtAfter, weight: 1, .boughtAfter, name) }
        }
        let categoryTotal = poolCategory(known?.pointee.category ?? .none)
        poolPopular()
        let weights = backOff.weights(productTotal: Double(pooledTotal), categoryTotal: Double(categoryTotal))
        select(weights, categoryTotal, leavingOut: trigger == .order ? .none : product, basket)
        return write(into: &list)
    }

    private func pool(_ row: Knowledge.Row, weight: Float, _ reason: Reason, _ evidence: Name) {
        pooledTotal += row.total * weight
        for entry in commons.knowledge.entries(row) {
            guard let candidate = candidate(entry.product) else { continue }
            let contribution = entry.weight * weight
            candidate.pointee.pooled += contribution
            guard contribution > candidate.pointee.strongest else { continue }
            candidate.pointee.strongest = contribution
            candidate.pointee.reason = reason
            candidate.pointee.evidence = evidence
            candidate.pointee.evidenceCount = entry.weight
            candidate.pointee.evidenceTotal = row.total
        }
    }

    private func poolCategory(_ category: Name) -> Float {
        guard category != .none, let known = commons.knowledge.category(category) else { return 0 }
        for entry in commons.knowledge.entries(known.pointee.boughtAfter) {
            guard let candidate = candidate(entry.product) else { continue }
            candidate.pointee.category = entry.weight
            if candidate.pointee.strongest == 0 { candidate.pointee.reason = .category }
        }
        return known.pointee.boughtAfter.total
    }

    private func poolPopular() {
        refreshShares()
        for (product, share) in shares { candidate(product)?.pointee.popular = share }
    }

    /// The candidate of that name, made now if it is new and there is room.
    @inline(__always)
    private func candidate(_ name: Name) -> UnsafeMutablePointer<Candidate>? {
        guard name != .none, let (index, isNew) = places.place(of: name, next: count) else { return nil }
        if isNew {
            candidates[count] = Candidate(name: name)
            count += 1
        }
        return candidates + index
    }

    private func refreshShares() {
        let knowledge = commons.knowledge
        guard sharesVersion != knowledge.popularVersion else { return }
        sharesVersion = knowledge.popularVersion
        shares.removeAll(keepingCapacity: true)
        guard let top = knowledge.popular.first?.level else { return }
        let weights = knowledge.popular.map { Elementary.exp2(Double($0.level - top)) }
        let total = weights.reduce(0, +)
        for (entry, weight) in zip(knowledge.popular.prefix(2 * commons.configuration.places), weights) {
            shares.append((entry.product, Float(weight / total)))
        }
    }

    /// Scores are ten-thousandths, whole numbers before they are compared: ties are ties, and go by who came first.
    private func select(
        _ weights: BackOff.Weights,
        _ categoryTotal: Float,
        leavingOut trigger: Name,
        _ basket: UnsafeBufferPointer<Name>
    ) {
        best.removeAll()
        let product = pooledTotal > 0 ? weights.product * 1e4 / Double(pooledTotal) : 0
        let category = categoryTotal > 0 ? weights.category * 1e4 / Double(categoryTotal) : 0
        let popular = weights.popular * 1e4
        // Whoever stands no higher than this has no place.
        var least: Float = 0
        for index in 0..<count {
            let candidate = candidates + index
            let mixed =
                Double(candidate.pointee.pooled) * product + Double(candidate.pointee.category) * category
                + Double(candidate.pointee.popular) * popular
            let score = Float(Int32(mixed + 0.5))
            let name = candidate.pointee.name
            guard score > least, name != trigger, isOffered(name, basket) else { continue }
            best.offer(score: score, payload: UInt32(index))
            if best.count == best.limit { least = best[best.limit - 1].score }
        }
    }

    /// In stock, and not just bought — unless customers who bought it tend to buy it again.
    private func isOffered(_ name: Name, _ basket: UnsafeBufferPointer<Name>) -> Bool {
        if commons.knowledge.isOutOfStock(name) { return false }
        guard basket.contains(name) else { return true }
        guard let row = commons.knowledge.product(name)?.pointee.boughtAfter, row.total > 0 else { return false }
        let again = commons.knowledge.entries(row).first { $0.product == name }
        return (again?.weight ?? 0) / row.total >= ChainRanking.reboughtOften
    }

    /// Share of next purchases that are the same product again, from which on it is a habit.
    private static let reboughtOften: Float = 0.1

    private func write(into list: inout [RecommendedProduct]) -> Range<Int> {
        let start = list.count
        for place in 0..<best.count {
            let candidate = candidates[Int(best[place].payload)]
            list.append(
                RecommendedProduct(
                    product: commons.names.text(candidate.name),
                    score: best[place].score / 1e4,
                    reason: candidate.reason,
                    evidence: commons.names.text(candidate.evidence),
                    count: candidate.evidenceCount,
                    total: candidate.evidenceTotal
                )
            )
        }
        return start..<list.count
    }
}

/// Finds a candidate by its name: open addressing over four times as many cells, emptied by a new stamp.
private struct CandidateIndex: ~Copyable {
    /// Stamp (32 bits), index (32 bits).
    private let cells: UnsafeMutablePointer<UInt64>
    private let names: UnsafeMutablePointer<UInt32>
    private let mask: Int
    private let capacity: Int
    private var stamp: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
        mask = capacity * 4 - 1
        precondition(capacity.nonzeroBitCount == 1, "cells are found by a mask")
        cells = .allocate(capacity: mask + 1)
        cells.initialize(repeating: 0, count: mask + 1)
        names = .allocate(capacity: capacity)
    }

    deinit {
        cells.deallocate()
        names.deallocate()
    }

    /// Once in four thousand million times the stamps begin anew.
    mutating func removeAll() {
        stamp = (stamp &+ 1) & 0xFFFF_FFFF
        guard stamp == 0 else { return }
        cells.update(repeating: 0, count: mask + 1)
        stamp = 1
    }

    /// Where the name stands, or `next` for a new one; nil when there is no room.
    @inline(__always)
    func place(of name: Name, next: Int) -> (index: Int, isNew: Bool)? {
        var cell = Int(truncatingIfNeeded: (UInt64(name.raw) &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
        while cells[cell] >> 32 == stamp {
            let index = Int(cells[cell] & 0xFFFF_FFFF)
            if names[index] == name.raw { return (index, false) }
            cell = (cell + 1) & mask
        }
        guard next < capacity else { return nil }
        cells[cell] = stamp << 32 | UInt64(next)
        names[next] = name.raw
        return (next, true)
    }
}
