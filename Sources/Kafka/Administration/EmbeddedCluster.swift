import CRdkafka
public import Logging
public import Pipeline

/// A Kafka cluster inside this process, on loopback: librdkafka's mock. It keeps 5 MiB a partition, does not hide
/// aborted records, does not store transactional offsets and fences nobody, which its ``capabilities`` say.
///
/// `@unchecked Sendable`: the mock's calls take its own lock or are run by its own thread.
public final class EmbeddedCluster: @unchecked Sendable {
    public static let capabilities = BrokerCapabilities(
        enforcesTransactions: false,
        storesTransactionalOffsets: false,
        keepsCompactedTopics: false
    )

    /// Long polls are not woken by new records, so they are short; a rebalance waits for nearly a session.
    static let defaults = [
        ("fetch.wait.max.ms", "10"), ("session.timeout.ms", "6000"), ("heartbeat.interval.ms", "500"),
    ]

    public let bootstrapServers: String
    private let client: Client
    private let mock: OpaquePointer

    /// - Parameter brokers: their ids are 1 and up.
    public init(brokers: Int32 = 1, logger: Logger) throws(Fault) {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .error)
        client = try Client(
            .producer,
            [("client.id", "embedded")],
            reports: Reports(logger: quiet, board: ClusterBoard())
        )
        guard let mock = rd_kafka_mock_cluster_new(client.handle, brokers) else {
            throw KafkaFault(code: RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, operation: .connecting).fault
        }
        self.mock = mock
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(mock))
    }

    deinit { rd_kafka_mock_cluster_destroy(mock) }

    public func createTopic(_ name: String, partitions: Int32) throws(Fault) {
        try KafkaFault.check(rd_kafka_mock_topic_create(mock, name, partitions, 1), .administering, name)
    }

    /// The next requests of this kind fail like this, one error each.
    public func inject(_ errors: [BrokerError], into request: Request) {
        let codes = errors.map { rd_kafka_resp_err_t($0.rawValue) }
        rd_kafka_mock_push_request_errors_array(mock, request.rawValue, codes.count, codes)
    }

    /// Forgets what was injected and has not failed yet.
    public func clearErrors(of request: Request) { rd_kafka_mock_clear_request_errors(mock, request.rawValue) }

    /// Whoever asks for the topic is told this error, as if it were gone; nil ends it.
    public func setError(_ error: BrokerError?, of topic: String) {
        rd_kafka_mock_topic_set_error(mock, topic, rd_kafka_resp_err_t(error?.rawValue ?? 0))
    }

    /// - Parameter broker: nil for none.
    public func setLeader(_ broker: Int32?, of partition: TopicPartition) throws(Fault) {
        let code = rd_kafka_mock_partition_set_leader(mock, partition.topic, partition.partition, broker ?? -1)
        try KafkaFault.check(code, .administering, partition.description)
    }

    /// Who coordinates a group (`group`) or a transactional id (`transaction`) from now on.
    public func setCoordinator(_ broker: Int32, ofType type: String, key: String) throws(Fault) {
        try KafkaFault.check(rd_kafka_mock_coordinator_set(mock, type, key, broker), .administering, key)
    }

    /// - Parameter broker: nil for all.
    public func setDown(_ isDown: Bool, broker: Int32? = nil) {
        _ =
            isDown
            ? rd_kafka_mock_broker_set_down(mock, broker ?? -1) : rd_kafka_mock_broker_set_up(mock, broker ?? -1)
    }

    /// Every answer comes this much later.
    public func setRoundTrip(milliseconds: Int32, broker: Int32? = nil) {
        _ = rd_kafka_mock_broker_set_rtt(mock, broker ?? -1, milliseconds)
    }

    /// Kafka's request types, by protocol number.
    public enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initProducerId = 22
        case addPartitionsToTransaction = 24
        case addOffsetsToTransaction = 25
        case endTransaction = 26
        case transactionOffsetCommit = 28
    }

    /// Kafka's errors, by protocol number.
    public struct BrokerError: RawRepresentable, Sendable, Equatable {
        public var rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        public static let none = BrokerError(rawValue: 0)
        /// The broker closes the connection instead of answering.
        public static let disconnect = BrokerError(rawValue: RD_KAFKA_RESP_ERR__TRANSPORT.rawValue)
        public static let offsetOutOfRange = BrokerError(rawValue: 1)
        public static let unknownTopic = BrokerError(rawValue: 3)
        public static let messageTooLarge = BrokerError(rawValue: 10)
        public static let coordinatorNotAvailable = BrokerError(rawValue: 15)
        public static let notCoordinator = BrokerError(rawValue: 16)
        public static let notEnoughReplicas = BrokerError(rawValue: 19)
        public static let illegalGeneration = BrokerError(rawValue: 22)
        public static let unknownMember = BrokerError(rawValue: 25)
        public static let topicAuthorizationFailed = BrokerError(rawValue: 29)
        public static let groupAuthorizationFailed = BrokerError(rawValue: 30)
        public static let storageError = BrokerError(rawValue: 56)
        public static let unknownProducer = BrokerError(rawValue: 59)
        public static let fencedInstance = BrokerError(rawValue: 82)
        public static let unstableOffsets = BrokerError(rawValue: 88)
        public static let producerFenced = BrokerError(rawValue: 90)
    }
}
