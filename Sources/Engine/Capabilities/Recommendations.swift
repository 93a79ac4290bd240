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
        guard effects.speaks(at: fact.time) else { return }
        let customer = customers.pointer(slot)
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
/// - Complexity: O(candidates²) comparisons of 4-byte names, at most ``limit`` candidates; no allocation.
final class ChainRanking {
    static let limit = 128

    private struct Candidate: BitwiseCopyable {
        var pooled: Float = 0
        var category: Float = 0
        var popular: Float = 0
        /// The single strongest contribution: what the reason tells.
        var strongest: Float = 0
        var evidence = Name.none
        var evidenceTotal: Float = 0
        var reason = Reason.popular
    }

    private let commons: Commons
    private let backOff = BackOff()
    private let names: UnsafeMutablePointer<UInt32>
    private let candidates: UnsafeMutablePointer<Candidate>
    private var count = 0
    private var pooledTotal: Float = 0
    private var best: TopSelection<UInt32>
    /// Shares of the most popular products, and the version of the list that they were computed from.
    private var shares: [(product: Name, share: Float)] = []
    private var sharesVersion = UInt64.max

    init(_ commons: Commons) {
        self.commons = commons
        names = .allocate(capacity: ChainRanking.limit)
        candidates = .allocate(capacity: ChainRanking.limit)
        best = TopSelection(limit: commons.configuration.places)
    }

    deinit {
        names.deallocate()
        candidates.deallocate()
    }

    /// Appends the best places to `places` and answers where they stand.
    func rank(
        after product: Name,
        _ trigger: Trigger,
        basket: UnsafeBufferPointer<Name>,
        into places: inout [RecommendedProduct]
    ) -> Range<Int> {
        count = 0
        pooledTotal = 0
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
        select(weights, categoryTotal, leavingOut: product, trigger, basket)
        return write(into: &places)
    }

    private func pool(_ row: Knowledge.Row, weight: Float, _ reason: Reason, _ evidence: Name) {
        pooledTotal += row.total * weight
        for entry in commons.knowledge.entries(row) {
            guard let index = candidate(entry.product) else { continue }
            let contribution = entry.weight * weight
            candidates[index].pooled += contribution
            guard contribution > candidates[index].strongest else { continue }
            candidates[index].strongest = contribution
            candidates[index].reason = reason
            candidates[index].evidence = evidence
            candidates[index].evidenceTotal = row.total * weight
        }
    }

    private func poolCategory(_ category: Name) -> Float {
        guard category != .none, let known = commons.knowledge.category(category) else { return 0 }
        for entry in commons.knowledge.entries(known.pointee.boughtAfter) {
            guard let index = candidate(entry.product) else { continue }
            candidates[index].category = entry.weight
            if candidates[index].strongest == 0 { candidates[index].reason = .category }
        }
        return known.pointee.boughtAfter.total
    }

    private func poolPopular() {
        refreshShares()
        for (product, share) in shares {
            if let index = candidate(product) { candidates[index].popular = share }
        }
    }

    /// Index of a candidate, made now if it is new and there is room.
    @inline(__always)
    private func candidate(_ name: Name) -> Int? {
        var found = -1
        for index in 0..<count where names[index] == name.raw { found = index }
        if found >= 0 { return found }
        guard count < ChainRanking.limit, name != .none else { return nil }
        names[count] = name.raw
        candidates[count] = Candidate()
        count += 1
        return count - 1
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

    private func select(
        _ weights: BackOff.Weights,
        _ categoryTotal: Float,
        leavingOut product: Name,
        _ trigger: Trigger,
        _ basket: UnsafeBufferPointer<Name>
    ) {
        best.removeAll()
        for index in 0..<count {
            let candidate = candidates[index]
            let mixed = weights.mix(
                product: pooledTotal > 0 ? Double(candidate.pooled / pooledTotal) : 0,
                category: categoryTotal > 0 ? Double(candidate.category / categoryTotal) : 0,
                popular: Double(candidate.popular)
            )
            let score = Float((mixed * 1e4).rounded() / 1e4)
            if best.count == best.limit, score <= best[best.count - 1].score { continue }
            let name = Name(raw: names[index])
            guard score > 0, trigger == .order || name != product, isOffered(name, basket) else { continue }
            best.offer(score: score, payload: UInt32(index))
        }
    }

    /// In stock, and not just bought — unless customers who bought it tend to buy it again.
    private func isOffered(_ name: Name, _ basket: UnsafeBufferPointer<Name>) -> Bool {
        guard let known = commons.knowledge.product(name) else { return true }
        if known.pointee.isOutOfStock { return false }
        guard basket.contains(name) else { return true }
        let row = known.pointee.boughtAfter
        guard row.total > 0 else { return false }
        let again = commons.knowledge.entries(row).first { $0.product == name }
        return (again?.weight ?? 0) / row.total >= ChainRanking.reboughtOften
    }

    /// Share of next purchases that are the same product again, from which on it is a habit.
    private static let reboughtOften: Float = 0.1

    private func write(into places: inout [RecommendedProduct]) -> Range<Int> {
        let start = places.count
        for place in 0..<best.count {
            let index = Int(best[place].payload)
            let candidate = candidates[index]
            places.append(
                RecommendedProduct(
                    product: commons.names.text(Name(raw: names[index])),
                    score: best[place].score,
                    reason: candidate.reason,
                    evidence: commons.names.text(candidate.evidence),
                    count: candidate.strongest,
                    total: candidate.evidenceTotal
                )
            )
        }
        return start..<places.count
    }
}
