public import Events
import Models

/// What a shop can set about the mind. What shapes state stands in every checkpoint (see ``stateSettings``).
public struct EngineConfiguration: Sendable, Equatable {
    /// A session ends after this silence.
    public var sessionGap = 30 * EventTime.minute
    /// The watermark stays this far behind the newest event.
    public var allowedLateness = 5 * EventTime.minute
    /// Customers who have not been seen for longer leave.
    public var retention = 400 * EventTime.day
    /// Half-life of what customers like.
    public var affinityHalfLifeDays = 14.0
    /// Half-life of purchase chains and of what is seen together.
    public var chainHalfLifeDays = 30.0
    /// Half-life of popularity.
    public var popularityHalfLifeDays = 7.0
    /// Half-life of a product's mean polarity.
    public var sentimentHalfLifeDays = 30.0
    /// Longest list recommended.
    public var places = 10
    public var ranker = Ranker.chain
    /// What customers have to agree to; events go by it from when it is set.
    public var consent = ConsentCategories.usual

    public init() {}
}

/// How lists are ranked.
public enum Ranker: String, Sendable, CaseIterable {
    /// The Markov rows alone, backed off to category and popularity.
    case chain

    var name: StaticString {
        switch self {
        case .chain: "chain"
        }
    }
}

/// What the partitions of one line have in common: names, what is known of the whole shop, and the configuration.
public final class Commons {
    public let names: Names
    public let knowledge: Knowledge
    public let pseudonyms: Pseudonyms
    public let configuration: EngineConfiguration
    /// Number of partitions, the same for inputs, signals and changelogs.
    public let partitions: Int32

    /// Reads the words of reviews; scratch space, no memory.
    var words = TextFeatures()

    let affinity: DecayedTop<Name>.Shape
    let chain: DecayedTop<Name>.Shape
    let popularity: HalfLife
    let sentiment: HalfLife

    public init(
        configuration: EngineConfiguration,
        partitions: Int32,
        names: Names = Names(),
        pseudonyms: Pseudonyms = Pseudonyms()
    ) {
        self.names = names
        self.pseudonyms = pseudonyms
        self.configuration = configuration
        self.partitions = partitions
        affinity = .init(capacity: Bounds.affinities, halfLife: HalfLife(days: configuration.affinityHalfLifeDays))
        chain = .init(capacity: Bounds.chainRow, halfLife: HalfLife(days: configuration.chainHalfLifeDays))
        popularity = HalfLife(days: configuration.popularityHalfLifeDays)
        sentiment = HalfLife(days: configuration.sentimentHalfLifeDays)
        knowledge = Knowledge(names: names, popularity: popularity)
    }
}

/// Bounds of what is kept, with their bytes.
public enum Bounds {
    /// Entries of a Markov row: 64 × 8 bytes, three rows a product.
    public static let chainRow = 64
    /// Categories and brands that a customer is known to like: 8 × 8 bytes each.
    public static let affinities = 8
    /// Products touched last: 20 × 8 bytes.
    public static let touches = 20
    /// Message ids kept for deduplication: 64 × 4 bytes.
    public static let messageIds = 64
    /// Products of the last order that are linked to the next: 16 × 4 bytes.
    public static let basket = 16
    /// Forgotten customers whose history is kept away: 48 bytes each.
    public static let suppressions = 1 << 18
    /// Currencies in which a customer's money is kept: 3 × 16 bytes.
    public static let currencies = 3
    /// Entries of a row in ``Knowledge``: 20 × 8 bytes, three rows a product.
    public static let knownRow = 20
    /// Products popular enough to stand in when nothing else is known.
    public static let popular = 64
    /// Events of one customer in an hour from which on nobody believes that a person makes them: one in six seconds.
    public static let eventsPerHour: UInt32 = 600
    /// The busiest of a partition's hot customers, for the metrics.
    public static let hotCustomers = 4
    /// Reviews of a product or category by whose id an edit is known: 16 × 12 bytes.
    public static let reviewMarks = 16
    /// Viewed products of a session that an order is credited to.
    public static let creditedViews = 10
}
