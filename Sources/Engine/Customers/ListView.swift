public import Events
import Models

/// The list that a customer would be recommended at this moment.
public struct ListView: Sendable, Encodable {
    public struct Place: Sendable, Encodable {
        public var product: String
        public var score: Double
        public var reason: String
        public var evidence: String?
        public var count: Double?
        public var total: Double?
    }

    public var customer: String
    public var model: String
    /// The step that the list follows: the newest one known.
    public var after: CustomerView.Step?
    public var products: [Place]
}

extension CustomerState {
    /// Ranks anew with what is known now; nothing is remembered of it. Nil for somebody never seen here.
    public func list(for customer: Bytes) -> ListView? {
        guard let slot = find(customer) else { return nil }
        let known = customers[slot]
        let touch = known.touches.count > 0 ? known.touches.newest(0, in: arena) : nil
        var places: [RecommendedProduct] = []
        _ = ranking.rank(
            after: touch?.product ?? .none,
            trigger(touch),
            basket: known.basket.storage(in: arena),
            into: &places
        )
        return ListView(
            customer: customer.text,
            model: "\(commons.configuration.ranker.name)",
            after: touch.map(step),
            products: places.map(place)
        )
    }

    private func trigger(_ touch: Touch?) -> Trigger {
        guard let touch else { return .view }
        return touch.is(.orderCompleted) ? .order : touch.is(.productAdded) ? .add : .view
    }

    private func step(_ touch: Touch) -> CustomerView.Step {
        let kind = FactKind(rawValue: touch.kind) ?? .productViewed
        return CustomerView.Step(
            product: commons.names.text(touch.product).text,
            kind: "\(kind.name)",
            time: Moment(touch.time)
        )
    }

    private func place(_ place: RecommendedProduct) -> ListView.Place {
        let hasTotal = place.total > 0
        return ListView.Place(
            product: place.product.text,
            score: Double(place.score),
            reason: "\(place.reason.name)",
            evidence: place.evidence.isEmpty ? nil : place.evidence.text,
            count: hasTotal ? Double(place.count) : nil,
            total: hasTotal ? Double(place.total) : nil
        )
    }
}
