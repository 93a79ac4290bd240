import CRdkafka
import Glibc
public import Logging
public import Pipeline

/// A Kafka cluster as the lines see it: makes their inlets, outlets and readers.
public final class KafkaCluster: Cluster {
    public let capabilities: BrokerCapabilities
    let settings: KafkaSettings
    let queries: Queries
    let embedded: EmbeddedCluster?
    private let readerGroup: String
    private let logger: Logger
    let board = ClusterBoard()
    private let credentials: Credentials

    /// - Parameters:
    ///   - readerGroup: readers outside the group never join one, but librdkafka wants its name; giving the lines'
    ///     group needs no further permission.
    public convenience init(
        _ settings: KafkaSettings,
        readerGroup: String,
        logger: Logger
    ) throws(KafkaSettingsError) {
        try self.init(settings, nil, .kafka, readerGroup, logger)
    }

    /// A cluster inside this process.
    public convenience init(
        embedded: EmbeddedCluster,
        settings: KafkaSettings = KafkaSettings(),
        readerGroup: String,
        logger: Logger
    ) throws(KafkaSettingsError) {
        var settings = settings
        try settings.set("bootstrap.servers", embedded.bootstrapServers, source: "embedded cluster")
        for (key, value) in EmbeddedCluster.defaults where settings[key] == nil {
            try settings.set(key, value, source: "embedded cluster")
        }
        try self.init(settings, embedded, EmbeddedCluster.capabilities, readerGroup, logger)
    }

    private init(
        _ settings: KafkaSettings,
        _ embedded: EmbeddedCluster?,
        _ capabilities: BrokerCapabilities,
        _ readerGroup: String,
        _ logger: Logger
    ) throws(KafkaSettingsError) {
        try settings.check()
        self.settings = settings
        self.embedded = embedded
        self.capabilities = capabilities
        self.readerGroup = readerGroup
        self.logger = logger
        let credentials = Credentials(settings)
        self.credentials = credentials
        queries = Queries(board) { [board] () throws(Fault) in
            let reports = Reports(logger: logger, board: board, credentials: credentials)
            return try Client(.consumer, settings.pairs(for: .query), reports: reports)
        }
    }

    /// Version of the library that this process runs with.
    public static let librdkafka = String(cString: rd_kafka_version_str())

    /// librdkafka's statistics of every client that is alive, by the client's name; see its STATISTICS.md.
    public var latestStatistics: [String: String] { board.all }

    public var health: ClusterHealth { board.health }

    public func topics() throws(Fault) -> [String: Int32] { try queries.survey().topics }

    public func survey() throws(Fault) -> ClusterSurvey { try queries.survey() }

    /// Whether a cluster that we reach by its address is such as ``EmbeddedCluster`` makes: its name says so.
    public func isEmbeddedKind() throws(Fault) -> Bool {
        if embedded != nil { return true }
        guard let name = rd_kafka_clusterid(try queries.client().handle, 10_000) else { return false }
        defer { free(name) }
        return String(cString: name).hasPrefix("mockCluster")
    }

    public func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet {
        try require(subscription.topics)
        let client = try client(.member(group: subscription.group, instance: subscription.instance))
        return try KafkaInlet(
            Consumer(client, topics: subscription.topics, merging: subscription),
            queries: queries,
            keepsPlace: embedded == nil
        )
    }

    public func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet {
        let counts = try require(topics)
        return KafkaOutlet(
            try client(.transactional(id: transactionalId)),
            topics: topics.map { ($0, counts[$0] ?? 0) },
            commitsPlainly: !capabilities.storesTransactionalOffsets,
            timeout: transactionTimeout
        )
    }

    public func makeReader(topics: [String]) throws(Fault) -> any Fetching {
        try require(topics)
        return KafkaReader(try Consumer(client(.reader(group: readerGroup)), topics: topics), queries: queries)
    }

    func client(_ role: ClientRole) throws(Fault) -> Client {
        let reports = Reports(logger: logger, board: board, credentials: credentials)
        return try Client(role.kind, settings.pairs(for: role), reports: reports)
    }

    private var transactionTimeout: Int32 { settings["transaction.timeout.ms"].flatMap { Int32($0) } ?? 10_000 }

    /// Faults unless all of these topics exist; answers all partition counts. Asked before any producer asks, whose
    /// question alone can make a broker create a topic, with the wrong settings.
    @discardableResult
    func require(_ names: [String]) throws(Fault) -> [String: Int32] {
        let known = try topics()
        let missing = names.filter { known[$0] == nil }
        if missing.isEmpty { return known }
        throw KafkaFault(
            code: RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            operation: .connecting,
            subject: missing.joined(separator: ", ")
        ).fault
    }
}
