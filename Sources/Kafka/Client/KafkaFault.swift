import CRdkafka
import Pipeline

/// What was being done when the client refused: it names the fault to the operator and bends the recovery.
enum Operation: String, CaseIterable {
    case connecting = "connecting to the cluster"
    case initializing = "initializing the transactional producer"
    case beginning = "beginning a transaction"
    case producing = "producing records"
    case delivering = "delivering records"
    case sendingOffsets = "sending offsets to the transaction"
    case committing = "committing the transaction"
    case aborting = "aborting the transaction"
    case committingOffsets = "committing offsets"
    case reading = "reading records"
    case assigning = "assigning partitions"
    case joining = "joining the group"
    case askingCommitted = "asking for committed offsets"
    case askingBounds = "asking where logs begin and end"
    case listing = "listing topics"
    case administering = "administering the cluster"

    /// A transaction is open while this is done, and nobody has asked for its end yet.
    var isInsideTransaction: Bool { self == .producing || self == .sendingOffsets }

    /// Failing here leaves open what became of the transaction.
    var endsTransaction: Bool { self == .committing || self == .aborting || self == .committingOffsets }
}

/// Decides from the client's error and from what was being done which recovery helps. Pure: the table of its answers
/// is a test.
struct KafkaFault {
    var code: rd_kafka_resp_err_t
    var operation: Operation
    var isFatal = false
    var isRetriable = false
    var requiresAbort = false
    /// The transaction is older than its timeout: the coordinator itself has fenced us, nobody else holds our name.
    var transactionExpired = false
    /// No broker answered us a while ago, for longer than a session maybe: then librdkafka joins anew under our name
    /// and is fenced by its own return, when a heartbeat from before still comes through.
    var wasAway = false
    /// The topic, partition or group in question.
    var subject: String?

    var fault: Fault {
        let doing = operation.rawValue + (subject.map { " (\($0))" } ?? "")
        return Fault(recovery, code: name, doing: doing, remedy: remedy, limit: limit)
    }

    /// The client's symbol for the code, `_FENCED` or `ILLEGAL_GENERATION`.
    var name: String { String(cString: rd_kafka_err2name(code)) }

    var recovery: Fault.Recovery {
        if let exitCode { return .stop(exitCode: exitCode) }
        if isFencing { return .restartLine }
        if isUnknownTopic { return operation == .connecting ? .retry : .restartLine }
        if Self.damage.contains(code) { return .restartLine }
        if requiresAbort { return .abortBatch }
        if isFatal || Self.lostProducer.contains(code) { return .restartLine }
        if operation.endsTransaction { return .restartLine }
        if operation.isInsideTransaction { return .abortBatch }
        return isTransient ? .retry : .restartLine
    }

    /// The exit code of what no new attempt can mend.
    private var exitCode: Int32? {
        if isFencedByAnother { return Fault.Exit.fenced }
        if isAuthorization { return Fault.Exit.noPermission }
        if code == RD_KAFKA_RESP_ERR__SSL || Self.tooLarge.contains(code) || Self.refusals[code] != nil {
            return Fault.Exit.configuration
        }
        if Self.lostPositions.contains(code) { return Fault.Exit.data }
        if Self.unsupported.contains(code) { return Fault.Exit.unavailable }
        return nil
    }

    /// A broker that starts may not know all topics yet, and what was damaged on the way is sound the next time: after
    /// this, in ms, it counts as gone or damaged in the log.
    private var limit: Fault.Limit? {
        if isUnknownTopic { return Fault.Limit(after: 30_000, exitCode: Fault.Exit.configuration) }
        if Self.damage.contains(code) { return Fault.Limit(after: 30_000, exitCode: Fault.Exit.data) }
        return nil
    }

    private var isUnknownTopic: Bool { Self.unknownTopics.contains(code) }
    private var isFencing: Bool { Self.fencing.contains(code) }
    /// The coordinator fences a producer whose transaction timed out; an instance it fences for another one only.
    private var isFencedByAnother: Bool {
        isFencing && !wasAway && (!transactionExpired || code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
    }
    private var isAuthorization: Bool { Self.authorization.contains(code) }
    private var isTransient: Bool { isRetriable || Self.transient.contains(code) }

    /// What an operator can do about it.
    var remedy: String? {
        if isFencedByAnother {
            return "another process runs under the same name; give one of them another --name"
        }
        if isAuthorization { return "grant the principal what `shopstream doctor` lists, or check its credentials" }
        if isUnknownTopic { return "run `shopstream topics apply`" }
        if Self.tooLarge.contains(code) { return "raise max.message.bytes of the topic and message.max.bytes here" }
        if Self.lostPositions.contains(code) {
            return "the log no longer holds this position; `shopstream reset` chooses a new one"
        }
        if Self.damage.contains(code) {
            return "if it stays, the log is damaged: move the leader to a sound replica, or `shopstream reset` past it"
        }
        return Self.refusals[code] ?? Self.remedies[code]
            ?? (Self.unsupported.contains(code) ? "the cluster or this build of librdkafka lacks it" : nil)
    }
}

extension KafkaFault {
    private static let fencing: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
        RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED,
    ]

    private static let lostProducer: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING,
        RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
    ]

    private static let authorization: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_SECURITY_DISABLED,
    ]

    private static let unknownTopics: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
    ]

    private static let tooLarge: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
    ]

    /// Read, but not as it was written.
    private static let damage: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR__BAD_COMPRESSION, RD_KAFKA_RESP_ERR_INVALID_MSG,
    ]

    /// What the cluster refuses until somebody changes a setting, with the setting.
    private static let refusals: [rd_kafka_resp_err_t: String] = [
        RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
            "lower transaction.timeout.ms, or raise the brokers' transaction.max.timeout.ms",
        RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
            "session.timeout.ms must lie within the brokers' group.min and group.max.session.timeout.ms",
        RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
            "another member of the group is no Shopstream; give this one another --group",
        RD_KAFKA_RESP_ERR_INVALID_GROUP_ID: "choose another --group",
        RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED: "raise the brokers' group.max.size, or run fewer --lines",
        RD_KAFKA_RESP_ERR_INVALID_RECORD:
            "the topic refuses the record: see its cleanup.policy and message.timestamp settings",
        RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
            "raise message.timestamp.before.max.ms of the topic: the events are older than it allows",
        RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE: "choose another compression.type",
        RD_KAFKA_RESP_ERR_POLICY_VIOLATION: "a policy of the brokers forbids it; ask who runs them",
    ]

    /// What may pass by itself, and what an operator can do to make it.
    private static let remedies: [rd_kafka_resp_err_t: String] = [
        RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
            "no broker took the records in time: is its disk full, its partition without leader or in-sync replicas, "
            + "or is it overloaded? The line tries on",
        RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR: "the broker's disk is full or broken: see its log; the line tries on",
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS: "start the brokers that min.insync.replicas asks for; the line tries on",
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
            "start the brokers that min.insync.replicas asks for; the line tries on",
        RD_KAFKA_RESP_ERR__TIMED_OUT: "no answer in time: are the brokers away, slow or full? The line tries on",
        RD_KAFKA_RESP_ERR__TRANSPORT: "a connection broke: check brokers and network; the line tries on",
        RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: "check brokers and network; the line tries on",
        RD_KAFKA_RESP_ERR__RESOLVE: "check the host names in bootstrap.servers and the brokers' advertised.listeners",
        RD_KAFKA_RESP_ERR__SSL: "check ssl.ca.location and the certificates on both sides",
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE: "the brokers elect a coordinator; if it lasts, see their logs",
        RD_KAFKA_RESP_ERR_NOT_COORDINATOR: "the coordinator has moved; the line follows it",
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS: "the coordinator loads its log; the line waits",
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE: "start the broker that holds the partition; the line waits",
        RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
            "a predecessor's transaction is still open; it ends within transaction.timeout.ms",
        RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS: "the last transaction is still being ended; the line waits",
        RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE: "raise the limits of open files and threads",
    ]

    private static let lostPositions: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
    ]

    private static let unsupported: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
    ]

    private static let transient: Set<rd_kafka_resp_err_t> = [
        RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__WAIT_COORD,
        RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
        RD_KAFKA_RESP_ERR__PARTIAL,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
        RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
        RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
        RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND,
        RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, RD_KAFKA_RESP_ERR__SSL,
    ]
}

extension KafkaFault {
    /// Reads a client's error object and frees it.
    init(consuming error: OpaquePointer, _ operation: Operation, transactionExpired: Bool = false) {
        code = rd_kafka_error_code(error)
        self.operation = operation
        isFatal = rd_kafka_error_is_fatal(error) != 0
        isRetriable = rd_kafka_error_is_retriable(error) != 0
        requiresAbort = rd_kafka_error_txn_requires_abort(error) != 0
        self.transactionExpired = transactionExpired
        rd_kafka_error_destroy(error)
    }

    /// Throws unless the call succeeded.
    static func check(
        _ code: rd_kafka_resp_err_t,
        _ operation: Operation,
        _ subject: String? = nil
    ) throws(Fault) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaFault(code: code, operation: operation, subject: subject).fault
    }
}
