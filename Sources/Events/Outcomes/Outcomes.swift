/// What the state decided while it folded a run of events. Reused: emptied once it is encoded.
public struct Outcomes {
    public var recommendations: [Recommendation] = []
    public var recommended: [RecommendedProduct] = []
    public var retractions: [Retraction] = []
    public var alerts: [ChurnAlert] = []
    public var sentiments: [SentimentUpdate] = []
    public var projections: [Neighbours] = []
    public var neighbours: [Neighbour] = []
    public var populations: [PopulationParameters] = []

    public init() {}

    public mutating func removeAll() {
        recommendations.removeAll(keepingCapacity: true)
        recommended.removeAll(keepingCapacity: true)
        retractions.removeAll(keepingCapacity: true)
        alerts.removeAll(keepingCapacity: true)
        sentiments.removeAll(keepingCapacity: true)
        projections.removeAll(keepingCapacity: true)
        neighbours.removeAll(keepingCapacity: true)
        populations.removeAll(keepingCapacity: true)
    }
}
