import Events
import Models

/// What product pages and ``Knowledge`` see of a product's state: the strongest entries of its rows.
///
/// A projection, not a fact: it is published at most every second, only where the rows changed by more than a
/// twentieth, most changed first.
extension ProductState {
    /// Rows that changed and wait for their turn.
    public var projectionsWaiting: Int { waiting.count }

    /// Publishes the most changed rows, at most `limit`; the rest keeps waiting.
    public func project(limit: Int, leastChange: Float = 0.05, into effects: Effects) {
        guard waiting.count > 0 else { return }
        let now = max(newest, 0)
        var moved: [(change: Float, slot: UInt32)] = []
        var kept = 0
        for index in 0..<waiting.count {
            let slot = waiting[index]
            let change = change(Int(slot), at: now)
            if change > leastChange {
                moved.append((change, slot))
            } else {
                products.pointer(Int(slot)).pointee.isDue = false
            }
        }
        if moved.count > limit { moved.sort { $0.change > $1.change } }
        for (index, entry) in moved.enumerated() {
            if index < limit {
                publish(Int(entry.slot), at: now, into: effects)
            } else {
                waiting[kept] = entry.slot
                kept += 1
            }
        }
        while waiting.count > kept { _ = waiting.removeLast() }
    }

    /// Publishes every product and category there is.
    public func projectAll(into effects: Effects) {
        for slot in 0..<products.slots where products.isLive(slot) { publish(slot, at: max(newest, 0), into: effects) }
    }

    /// Relative change of the rows' weight since they were published.
    private func change(_ slot: Int, at time: EventTime) -> Float {
        let product = products.pointer(slot)
        let weight = weight(product.pointee, at: time)
        return abs(weight - product.pointee.published) / max(product.pointee.published, 0.05)
    }

    private func weight(_ product: Product, at time: EventTime) -> Float {
        let rows =
            product.boughtAfter.total(at: time, shape: commons.chain)
            + product.viewedAfter.total(at: time, shape: commons.chain)
            + product.boughtAfterView.total(at: time, shape: commons.chain)
        return Float(rows + product.popularity.value(at: time, halfLife: commons.popularity))
    }

    private func publish(_ slot: Int, at time: EventTime, into effects: Effects) {
        let product = products.pointer(slot)
        product.pointee.isDue = false
        product.pointee.published = weight(product.pointee, at: time)
        effects.outcomes.projections.append(projection(slot, at: time, into: &effects.outcomes.neighbours))
    }

    /// The product's neighbours as of `time`, its rows appended to `entries`.
    func projection(_ slot: Int, at time: EventTime, into entries: inout [Neighbour]) -> Neighbours {
        let product = products.pointer(slot).pointee
        return Neighbours(
            subject: product.subject,
            key: commons.names.text(product.name),
            category: commons.names.text(product.category),
            time: time,
            popularity: Float(product.popularity.value(at: time, halfLife: commons.popularity)),
            views: product.views,
            orders: product.orders,
            boughtAfter: top(product.boughtAfter, at: time, into: &entries),
            viewedAfter: top(product.viewedAfter, at: time, into: &entries),
            boughtAfterView: top(product.boughtAfterView, at: time, into: &entries)
        )
    }

    /// The ``Bounds/knownRow`` heaviest entries, ties by position.
    private func top(_ row: DecayedTop<Name>, at time: EventTime, into entries: inout [Neighbour]) -> NeighbourRow {
        let start = entries.count
        let scale = Float(row.scale(at: time, shape: commons.chain))
        strongest.removeAll()
        for index in 0..<row.count {
            let (name, weight) = row.entry(index, in: arena)
            strongest.offer(score: weight, payload: name)
        }
        for index in 0..<strongest.count {
            let best = strongest[index]
            entries.append(Neighbour(product: commons.names.text(best.payload), weight: best.score * scale))
        }
        return NeighbourRow(
            entries: start..<entries.count,
            total: Float(row.total(at: time, shape: commons.chain))
        )
    }
}
