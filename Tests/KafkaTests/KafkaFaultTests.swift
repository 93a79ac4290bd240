import CRdkafka
import Pipeline
import Testing

@testable import Kafka

@Suite struct KafkaFaultTests {
    struct Case: CustomTestStringConvertible {
        var code: rd_kafka_resp_err_t
        var operation: Kafka.Operation
        var isFatal = false
        var isRetriable = false
        var requiresAbort = false
        var transactionExpired = false
        var recovery: Fault.Recovery

        var testDescription: String { "\(fault.name) while \(operation.rawValue)" }

        var fault: KafkaFault {
            KafkaFault(
                code: code,
                operation: operation,
                isFatal: isFatal,
                isRetriable: isRetriable,
                requiresAbort: requiresAbort,
                transactionExpired: transactionExpired
            )
        }
    }

    @Test(arguments: [
        // Fenced: by another, or by our own slowness.
        Case(code: RD_KAFKA_RESP_ERR__FENCED, operation: .committing, isFatal: true, recovery: .stop(exitCode: 75)),
        Case(code: RD_KAFKA_RESP_ERR_PRODUCER_FENCED, operation: .initializing, recovery: .stop(exitCode: 75)),
        Case(code: RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, operation: .sendingOffsets, recovery: .stop(exitCode: 75)),
        Case(
            code: RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
            operation: .sendingOffsets,
            requiresAbort: true,
            recovery: .stop(exitCode: 75)
        ),
        Case(
            code: RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
            operation: .reading,
            isFatal: true,
            recovery: .stop(exitCode: 75)
        ),
        Case(
            code: RD_KAFKA_RESP_ERR__FENCED,
            operation: .committing,
            isFatal: true,
            transactionExpired: true,
            recovery: .restartLine
        ),
        Case(
            code: RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
            operation: .sendingOffsets,
            requiresAbort: true,
            transactionExpired: true,
            recovery: .stop(exitCode: 75)
        ),
        // Membership gone: the batch goes too.
        Case(
            code: RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            operation: .sendingOffsets,
            requiresAbort: true,
            recovery: .abortBatch
        ),
        Case(
            code: RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            operation: .sendingOffsets,
            requiresAbort: true,
            recovery: .abortBatch
        ),
        Case(code: RD_KAFKA_RESP_ERR__INCONSISTENT, operation: .committing, requiresAbort: true, recovery: .abortBatch),
        Case(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .sendingOffsets, isRetriable: true, recovery: .abortBatch),
        Case(code: RD_KAFKA_RESP_ERR__QUEUE_FULL, operation: .producing, recovery: .abortBatch),
        Case(code: RD_KAFKA_RESP_ERR__STATE, operation: .producing, recovery: .abortBatch),
        // The result is unknown, or the producer is lost.
        Case(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .committing, isRetriable: true, recovery: .restartLine),
        Case(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .aborting, isRetriable: true, recovery: .restartLine),
        Case(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .committingOffsets, recovery: .restartLine),
        Case(code: RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, operation: .beginning, recovery: .restartLine),
        Case(code: RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, operation: .committing, recovery: .restartLine),
        Case(code: RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, operation: .committing, isFatal: true, recovery: .restartLine),
        Case(
            code: RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
            operation: .producing,
            isFatal: true,
            recovery: .restartLine
        ),
        Case(code: RD_KAFKA_RESP_ERR__STATE, operation: .beginning, recovery: .restartLine),
        // Nothing here can mend it.
        Case(code: RD_KAFKA_RESP_ERR__AUTHENTICATION, operation: .connecting, recovery: .stop(exitCode: 77)),
        Case(code: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, operation: .reading, recovery: .stop(exitCode: 77)),
        Case(code: RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, operation: .joining, recovery: .stop(exitCode: 77)),
        Case(
            code: RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            operation: .initializing,
            isFatal: true,
            recovery: .stop(exitCode: 77)
        ),
        Case(
            code: RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT,
            operation: .initializing,
            isFatal: true,
            recovery: .stop(exitCode: 78)
        ),
        Case(code: RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, operation: .reading, recovery: .stop(exitCode: 78)),
        Case(code: RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED, operation: .reading, recovery: .stop(exitCode: 78)),
        Case(
            code: RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP,
            operation: .committing,
            requiresAbort: true,
            recovery: .stop(exitCode: 78)
        ),
        Case(code: RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, operation: .producing, recovery: .stop(exitCode: 78)),
        Case(code: RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, operation: .reading, recovery: .stop(exitCode: 65)),
        Case(code: RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, operation: .administering, recovery: .stop(exitCode: 69)),
        // New clients ask the cluster; after a while it counts as gone, or as damaged.
        Case(code: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, operation: .reading, recovery: .restartLine),
        Case(code: RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, operation: .producing, recovery: .restartLine),
        Case(
            code: RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            operation: .committing,
            requiresAbort: true,
            recovery: .restartLine
        ),
        Case(code: RD_KAFKA_RESP_ERR__BAD_MSG, operation: .reading, recovery: .restartLine),
        // The same call again.
        Case(code: RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, operation: .connecting, recovery: .retry),
        Case(code: RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, operation: .reading, recovery: .retry),
        Case(code: RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, operation: .askingBounds, recovery: .retry),
        Case(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .askingCommitted, recovery: .retry),
        Case(code: RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, operation: .askingCommitted, recovery: .retry),
        Case(code: RD_KAFKA_RESP_ERR__TRANSPORT, operation: .listing, recovery: .retry),
        Case(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .initializing, isRetriable: true, recovery: .retry),
        Case(code: RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, operation: .joining, recovery: .retry),
    ])
    func everyErrorSaysItsRecovery(_ given: Case) {
        #expect(given.fault.recovery == given.recovery)
    }

    @Test func aStopNamesItsRemedy() {
        let codes = [
            RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET,
            RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
        ]
        for code in codes {
            #expect(KafkaFault(code: code, operation: .reading).fault.remedy != nil, "\(code.rawValue)")
        }
    }

    /// Seen after an outage that was longer than the session: nobody else had taken the name.
    @Test func whoWasAwayIsFencedByItsOwnReturn() {
        for code in [RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, RD_KAFKA_RESP_ERR__FENCED] {
            let here = KafkaFault(code: code, operation: .reading, isFatal: true)
            #expect(here.recovery == .stop(exitCode: Fault.Exit.fenced))
            let away = KafkaFault(code: code, operation: .reading, isFatal: true, wasAway: true)
            #expect(away.recovery == .restartLine)
        }
    }

    @Test func aTopicThatIsGoneIsWaitedForButNotForEver() {
        let gone = KafkaFault(code: RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, operation: .connecting).fault
        #expect(gone.limit == Fault.Limit(after: 30_000, exitCode: Fault.Exit.configuration))
        let damaged = KafkaFault(code: RD_KAFKA_RESP_ERR__BAD_MSG, operation: .reading).fault
        #expect(damaged.limit == Fault.Limit(after: 30_000, exitCode: Fault.Exit.data))
        #expect(KafkaFault(code: RD_KAFKA_RESP_ERR__TRANSPORT, operation: .reading).fault.limit == nil)
    }

    /// Whatever a client can tell has a recovery, and what may last has a remedy.
    @Test func everyCodeHasADefinedEnd() {
        var known = 0
        for number in Int32(-200)...200 where number != 0 {
            let code = rd_kafka_resp_err_t(number)
            guard !String(cString: rd_kafka_err2name(code)).hasPrefix("ERR_") else { continue }
            known += 1
            for operation in Kafka.Operation.allCases {
                let fault = KafkaFault(code: code, operation: operation).fault
                if case .stop = fault.recovery { #expect(fault.remedy != nil, "\(fault)") }
            }
        }
        #expect(known > 140)
    }

    @Test func theFaultNamesCodeDoingAndSubject() {
        let fault = KafkaFault(code: RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, operation: .reading, subject: "shop[1]").fault
        #expect(fault.description == "reading records (shop[1]): _UNKNOWN_TOPIC; run `shopstream topics apply`")
    }
}
