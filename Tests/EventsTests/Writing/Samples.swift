import Events

/// One outcome of each kind, complete and as bare as it can be.
enum Samples {
    static let encoder = Encoder(version: "1.2.3")
    static let cause: (UInt64, UInt64) = (1, 2)

    static func id(_ kind: UInt8, _ key: Bytes) -> OutcomeId { OutcomeId(kind: kind, key: key, cause: cause) }

    static func places(_ product: Bytes = Bytes("p2"), _ evidence: Bytes = Bytes("p1")) -> [RecommendedProduct] {
        [
            RecommendedProduct(
                product: Bytes("elsewhere"),
                score: 1,
                reason: .popular,
                evidence: .none,
                count: 0,
                total: 0
            ),
            RecommendedProduct(
                product: product,
                score: 0.3127,
                reason: .boughtAfter,
                evidence: evidence,
                count: 31.4,
                total: 100.2
            ),
            RecommendedProduct(
                product: Bytes("p3"),
                score: 0.0415,
                reason: .popular,
                evidence: .none,
                count: 0,
                total: 0
            ),
        ]
    }

    static func recommendation(
        _ customer: Bytes = Bytes("u1"),
        anonymous: Bool = false,
        consented: Bool = false,
        after product: Bytes = Bytes("p1")
    ) -> Recommendation {
        Recommendation(
            id: id(1, Bytes("u1")),
            customer: customer,
            isAnonymous: anonymous,
            isConsented: consented,
            time: noon,
            trigger: .view,
            product: product,
            model: "chain",
            places: 1..<3
        )
    }

    static func alert(_ customer: Bytes = Bytes("u1"), level: RiskLevel = .high, consented: Bool = false) -> ChurnAlert
    {
        ChurnAlert(
            id: id(2, Bytes("u1")),
            customer: customer,
            isConsented: consented,
            time: noon,
            probability: 0.8249,
            level: level,
            previous: .medium,
            reasons: [.orderGap, .negativeReview],
            measure: .coupon,
            orders: 6,
            lastOrder: noon - 74 * EventTime.day,
            meanGap: 28.54,
            averageOrderValue: 46.94,
            currency: Currency(Bytes("usd")),
            sentiment: -0.4
        )
    }

    static var bareAlert: ChurnAlert {
        ChurnAlert(
            id: id(2, Bytes("u2")),
            customer: Bytes("u2"),
            isConsented: false,
            time: noon,
            probability: 1,
            level: .none,
            previous: .low,
            reasons: [],
            measure: .none,
            orders: 1,
            lastOrder: noon,
            meanGap: .nan,
            averageOrderValue: .nan,
            currency: .none,
            sentiment: .nan
        )
    }

    static func sentiment(
        _ key: Bytes = Bytes("p1"),
        subject: Subject = .product,
        shift: Bool = false,
        evidence: Bytes = Bytes("missing\nnever answered")
    ) -> SentimentUpdate {
        SentimentUpdate(
            id: id(3, Bytes("p1")),
            subject: subject,
            key: key,
            time: noon,
            negative: 12,
            neutral: 6,
            positive: 30,
            mean: 0.27314,
            hour: SentimentWindow(start: noon, reviews: 1, mean: -0.71),
            day: SentimentWindow(start: noon - 12 * EventTime.hour, reviews: 3, mean: -0.18),
            trend: shift ? .worse : .steady,
            isShift: shift,
            latest: -0.71,
            label: .negative,
            evidence: evidence
        )
    }

    static func neighbours(_ key: Bytes = Bytes("p1"), subject: Subject = .product, category: Bytes = Bytes("Games"))
        -> Neighbours
    {
        Neighbours(
            subject: subject,
            key: key,
            category: category,
            time: noon,
            popularity: 17.25,
            views: 1_204,
            orders: 96,
            boughtAfter: NeighbourRow(entries: 0..<1, total: 24),
            viewedAfter: NeighbourRow(entries: 1..<3, total: 310.4),
            boughtAfterView: NeighbourRow(entries: 3..<3, total: 0)
        )
    }

    static func entries(_ product: Bytes = Bytes("p2")) -> [Neighbour] {
        [
            Neighbour(product: product, weight: 12.5), Neighbour(product: product, weight: 88.1),
            Neighbour(product: Bytes("p3"), weight: 40.75),
        ]
    }

    static let population = PopulationParameters(r: 0.6, alpha: 30.25, a: 0.123456789, b: 2_980.957987)

    static func text(_ body: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer(capacity: 64)
        body(&buffer)
        return buffer.bytes().text
    }
}
