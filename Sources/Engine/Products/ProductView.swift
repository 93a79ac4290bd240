public import Events
import Models

/// What is remembered of a product, in plain values, for whoever asks. A copy, so it may leave the line's thread.
public struct ProductView: Sendable, Encodable {
    public struct Link: Sendable, Encodable {
        public var product: String
        /// Decayed to now.
        public var weight: Double
        /// Of the whole row.
        public var share: Double
    }

    public struct Window: Sendable, Encodable {
        public var start: Moment
        public var reviews: UInt32
        public var mean: Double?
    }

    public struct Mood: Sendable, Encodable {
        public var negative: UInt32
        public var neutral: UInt32
        public var positive: UInt32
        /// Decayed mean polarity, −1…1.
        public var mean: Double?
        /// Missing before the first review.
        public var hour: Window?
        public var day: Window?
        public var trend: String
    }

    public var product: String
    public var partition: Int32
    public var category: String?
    public var asOf: Moment
    public var views: UInt32
    public var adds: UInt32
    public var orders: UInt32
    public var returns: UInt32
    public var popularity: Double
    public var boughtAfter: [Link]
    public var viewedAfter: [Link]
    public var boughtAfterView: [Link]
    public var sentiment: Mood
}

extension ProductState {
    /// What is remembered of a product; nil for one never heard of here. O(what is remembered)
    public func view(of key: Bytes) -> ProductView? {
        guard let name = commons.names.find(key), let slot = productSlots[name] else { return nil }
        let known = products[slot]
        let now = max(newest, 0)
        return ProductView(
            product: key.text,
            partition: partition,
            category: known.category == .none ? nil : commons.names.text(known.category).text,
            asOf: Moment(now),
            views: known.views,
            adds: known.adds,
            orders: known.orders,
            returns: known.returns,
            popularity: known.popularity.value(at: now, halfLife: commons.popularity),
            boughtAfter: links(known.boughtAfter, now),
            viewedAfter: links(known.viewedAfter, now),
            boughtAfterView: links(known.boughtAfterView, now),
            sentiment: mood(known)
        )
    }

    /// The ten strongest entries of a row, ties by name.
    private func links(_ row: DecayedTop<Name>, _ now: EventTime) -> [ProductView.Link] {
        let scale = row.scale(at: now, shape: commons.chain)
        let total = row.total(at: now, shape: commons.chain)
        let links = (0..<row.count).map { index in
            let (name, raw) = row.entry(index, in: arena)
            let weight = Double(raw) * scale
            return ProductView.Link(
                product: commons.names.text(name).text,
                weight: weight,
                share: total > 0 ? weight / total : 0
            )
        }
        return Array(links.sorted { ($1.weight, $0.product) < ($0.weight, $1.product) }.prefix(10))
    }

    private func mood(_ known: Product) -> ProductView.Mood {
        let counts = known.polarity
        return ProductView.Mood(
            negative: counts.negative,
            neutral: counts.neutral,
            positive: counts.positive,
            mean: counts.recent.mean,
            hour: window(counts.hour, PolarityCounts.hourLength),
            day: window(counts.day, PolarityCounts.dayLength),
            trend: "\(known.trend.name)"
        )
    }

    private func window(_ window: TumblingWindow, _ length: Int64) -> ProductView.Window? {
        guard window.index > 0 else { return nil }
        return ProductView.Window(start: Moment(Int64(window.index) * length), reviews: window.count, mean: window.mean)
    }
}
