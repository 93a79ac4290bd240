import Events

/// The two stages of the one topology. Each keeps its state apart, by its own key.
public enum Stage: UInt8, Sendable, CaseIterable, Hashable {
    case customers, products

    public var name: String {
        switch self {
        case .customers: "customers"
        case .products: "products"
        }
    }
}

/// The topics that the line writes, by their index in ``Outgoing/topic``. Dead-letter topics follow, one an input.
public enum OutputTopic: Int32, Sendable, CaseIterable {
    case recommendations, churnAlerts, productSentiment, productNeighbours, signals, models, customersChangelog
    case productsChangelog

    public var name: String {
        switch self {
        case .recommendations: "insights.recommendations.v1"
        case .churnAlerts: "insights.churn-alerts.v1"
        case .productSentiment: "insights.product-sentiment.v1"
        case .productNeighbours: "insights.product-neighbours.v1"
        case .signals: "shopstream.signals.v1"
        case .models: "shopstream.models.v1"
        case .customersChangelog: "shopstream.customers.changelog"
        case .productsChangelog: "shopstream.products.changelog"
        }
    }
}

extension OutputTopic {
    /// Keeps the last record of each key, however old.
    public var isCompacted: Bool {
        switch self {
        case .churnAlerts, .signals: false
        default: true
        }
    }
}

/// Which topics there are, and with how many partitions. Made at the start and checked once; the line trusts it.
public struct Topology: Sendable {
    /// Topics that the shop writes; their order is the index in every journal, so it is sorted. Where there is one, the
    /// topic of erasures stands last: it may come later and moves nobody's index.
    public let inputs: [String]
    /// The last of ``inputs`` asks to forget customers.
    public let hasErasures: Bool
    /// Partitions of inputs, signals and changelogs alike.
    public let partitions: Int32
    public let outputs: [String]
    /// Partitions by ``outputs``.
    public let outputPartitions: [Int32]

    /// Input topics at most.
    public static let mostInputs = 1_024
    public static let catalog = "storefront.catalog.v1"
    /// Who is to be forgotten. Read whenever it exists, without being asked for.
    public static let erasures = "privacy.erasures.v1"
    public static let defaultInputs = ["storefront.clickstream.v1", "storefront.reviews.v1"]

    /// Dead letters of an input go here.
    public static func deadLetters(of input: String) -> String { "dlq." + input }

    /// - Throws: ``Fault`` with exit code 78 when a topic is missing or the partition counts do not fit, naming both.
    public init(inputs: [String], existing: [String: Int32]) throws(Fault) {
        hasErasures = existing[Topology.erasures] != nil
        self.inputs = inputs.filter { $0 != Topology.erasures }.sorted() + (hasErasures ? [Topology.erasures] : [])
        outputs = OutputTopic.allCases.map(\.name) + self.inputs.map(Topology.deadLetters)
        let missing = (self.inputs + outputs).filter { existing[$0] == nil }
        guard missing.isEmpty, let first = self.inputs.first, let partitions = existing[first] else {
            throw Fault(
                .stop(exitCode: Fault.Exit.configuration),
                code: "UNKNOWN_TOPIC",
                doing: "looking for the topics \(missing.joined(separator: ", "))",
                remedy: "create them: shopstream topics apply"
            )
        }
        let different = Topology.partitioned(self.inputs).filter { existing[$0] != partitions }
        guard different.isEmpty else {
            throw Fault(
                .stop(exitCode: Fault.Exit.configuration),
                code: "PARTITION_COUNTS_DIFFER",
                doing: "comparing partition counts: \(first) has \(partitions), "
                    + different.map { "\($0) has \(existing[$0] ?? 0)" }.joined(separator: ", "),
                remedy: "inputs, signals and changelogs need the same count: read a copy of an input that differs "
                    + "(shopstream repartition), recreate the others"
            )
        }
        self.partitions = partitions
        outputPartitions = outputs.map { existing[$0] ?? 1 }
    }

    /// One input, one partition of everything: for folds without a cluster.
    static let loopback = Topology(loopback: "recording")

    private init(loopback input: String) {
        inputs = [input]
        hasErasures = false
        partitions = 1
        outputs = OutputTopic.allCases.map(\.name) + [Topology.deadLetters(of: input)]
        outputPartitions = Array(repeating: 1, count: outputs.count)
    }

    /// Topics that have ``partitions`` partitions.
    var partitioned: [String] { Topology.partitioned(inputs) }

    private static func partitioned(_ inputs: [String]) -> [String] {
        inputs + [OutputTopic.signals, .customersChangelog, .productsChangelog].map(\.name)
    }

    /// Everything the group subscribes to.
    public var subscription: [String] { inputs + [OutputTopic.signals.name] }

    /// The topics that a stage folds, by their index in its journal.
    public func inputs(of stage: Stage) -> [String] {
        stage == .customers ? inputs : [OutputTopic.signals.name]
    }

    public func changelog(of stage: Stage) -> OutputTopic {
        stage == .customers ? .customersChangelog : .productsChangelog
    }

    /// Index of an input's dead-letter topic in ``outputs``.
    func deadLetters(ofInput index: Int) -> Int32 { Int32(OutputTopic.allCases.count + index) }
}
