import CRdkafka
import Pipeline
import Testing

@testable import Kafka

/// One row of the table: what goes wrong, what an operator then sees, and how it ends. The tests hold the program to
/// it.
struct ClusterFault: CustomTestStringConvertible, Sendable {
    enum End: Sendable, Equatable {
        case goesOn
        case stops(Int32)

        var text: String {
            switch self {
            case .goesOn: "waits, goes on by itself"
            case .stops(let code): "stops, exit code \(code)"
            }
        }
    }

    enum Metric: Sendable, Equatable {
        case reachable, leaderless, missing, commitSeconds, none
        case faults(String)

        var text: String {
            switch self {
            case .reachable: "`shopstream_cluster_reachable` 0, `shopstream_broker_up` 0"
            case .leaderless: "`shopstream_partitions_without_leader`"
            case .missing: "`shopstream_topics_missing`, `shopstream_faults_total`"
            case .commitSeconds: "`shopstream_commit_seconds`"
            case .faults(let code): "`shopstream_faults_total{code=\"\(code)\"}`"
            case .none: "the process is gone: `shopstream_ready` is absent"
            }
        }
    }

    var name: String
    var does: String
    /// Part of a line in the log, which `/readyz` gives as the reason too.
    var says: String
    var metric: Metric
    var end: End
    var timeout = 2_000
    /// Makes it happen and, where the line goes on, ends it and sees the line go on.
    var play: @Sendable (FaultRig) throws -> Void

    var testDescription: String { name }

    var row: String { "| \(name) | \(does) | \(says) | \(metric.text) | \(end.text) |" }

    static let all = waiting + stopping

    private static let waiting = [
        ClusterFault(
            name: "no broker answers, for a minute or an hour",
            does: "keeps its state; a transaction that was under way counts as unknown, so producer and state are made "
                + "anew from what is committed once a broker answers",
            says: "check brokers, network and credentials; the lines wait",
            metric: .reachable,
            end: .goesOn
        ) { rig in
            rig.mock.setDown(true)
            try rig.wait { $0.runner?.condition.health.isReachable == false }
            rig.mock.setDown(false)
            try rig.wait { $0.runner?.condition.health.isReachable == true }
            try rig.send(5)
            try rig.waitUntilCommitted()
        },
        ClusterFault(
            name: "no broker answers for longer than the session lasts, and the member's own return fences it",
            does: "makes new clients under the same name; who was not away and is fenced stops, see below",
            says: "line restarted: reading records: FENCED_INSTANCE_ID",
            metric: .faults("FENCED_INSTANCE_ID"),
            end: .goesOn
        ) { rig in
            rig.mock.setDown(true)
            try rig.wait { $0.runner?.condition.health.isReachable == false }
            rig.mock.inject([.fencedInstance], into: .heartbeat)
            rig.mock.setDown(false)
            try rig.wait { $0.faults["FENCED_INSTANCE_ID", default: 0] > 0 }
            try rig.send(5)
            try rig.waitUntilCommitted()
        },
        ClusterFault(
            name: "the brokers are slow",
            does: "commits as fast as they let it, in larger transactions",
            says: "the cluster is slow; look at its disks, network and request queues",
            metric: .commitSeconds,
            end: .goesOn,
            timeout: 15_000
        ) { rig in
            rig.mock.setRoundTrip(milliseconds: 700)
            try rig.wait { rig in
                try rig.send(1)
                return rig.status?.slowness != nil
            }
            #expect((rig.status?.commitCost ?? 0) > 1_000)
            rig.mock.setRoundTrip(milliseconds: 0)
            try rig.waitUntilCommitted()
        },
        ClusterFault(
            name: "a partition has no leader",
            does: "reads and writes the others, waits for this one",
            says: "1 partition has no leader, shop[0] the first: start the brokers that hold them",
            metric: .leaderless,
            end: .goesOn
        ) { rig in
            try rig.mock.setLeader(nil, of: TopicPartition(FaultRig.input, 0))
            try rig.wait { $0.runner?.condition.leaderless == [TopicPartition(FaultRig.input, 0)] }
            try rig.mock.setLeader(1, of: TopicPartition(FaultRig.input, 0))
            try rig.wait { $0.runner?.condition.leaderless.isEmpty == true }
            try rig.send(5)
            try rig.waitUntilCommitted()
        },
        ClusterFault(
            name: "a broker's disk is full or broken",
            does:
                "the transaction is aborted after transaction.timeout.ms, state goes back to what is committed; tries "
                + "on, at most every ten seconds",
            says: "no broker took the records in time: is its disk full",
            metric: .faults("_MSG_TIMED_OUT"),
            end: .goesOn
        ) { rig in try rejectProducing(rig, .storageError) },
        ClusterFault(
            name: "fewer replicas in sync than min.insync.replicas",
            does: "as above",
            says: "its partition without leader or in-sync replicas",
            metric: .faults("_MSG_TIMED_OUT"),
            end: .goesOn
        ) { rig in try rejectProducing(rig, .notEnoughReplicas) },
    ]

    private static let stopping = [
        stop(
            "a topic is deleted",
            "looks for it for 30 s, because brokers that start say less than they know",
            "make them again: shopstream topics apply",
            .missing,
            78
        ) { $0.mock.setError(.unknownTopic, of: FaultRig.input) },
        stop(
            "retention has deleted what was not read yet",
            "takes no other position by itself",
            "the log no longer holds this position; `shopstream reset` chooses a new one",
            .faults("_AUTO_OFFSET_RESET"),
            65
        ) { $0.mock.inject(Array(repeating: .offsetOutOfRange, count: 4), into: .fetch) },
        stop(
            "a record is larger than a topic takes",
            "aborts: the record stays unwritten and its cause unread",
            "raise max.message.bytes of the topic and message.max.bytes here",
            .faults("MSG_SIZE_TOO_LARGE"),
            78
        ) { try $0.rejectTheLinesRecords(.messageTooLarge) },
        stop(
            "the credentials are not accepted any more",
            "waits a minute for better ones; at the start not at all",
            "grant the principal what `shopstream doctor` lists, or check its credentials",
            .faults("_AUTHENTICATION"),
            77
        ) { rig in
            rig.mock.setDown(true)
            let fault = KafkaFault(code: RD_KAFKA_RESP_ERR__AUTHENTICATION, operation: .connecting).fault
            rig.cluster.board.refuse(fault, at: .now - .seconds(61))
            rig.cluster.board.refuse(fault)
        },
        stop(
            "the right to a topic is taken away",
            "stops at once",
            "grant the principal what `shopstream doctor` lists",
            .faults("TOPIC_AUTHORIZATION_FAILED"),
            77
        ) { $0.mock.inject(Array(repeating: .topicAuthorizationFailed, count: 4), into: .fetch) },
        stop(
            "the right to the group is taken away",
            "aborts and stops",
            "sending offsets to the transaction: GROUP_AUTHORIZATION_FAILED; grant the principal",
            .faults("GROUP_AUTHORIZATION_FAILED"),
            77
        ) { rig in
            rig.mock.inject([.groupAuthorizationFailed], into: .transactionOffsetCommit)
            try rig.send(1)
        },
        stop(
            "another process takes the name over: producer",
            "stops at once; the other one goes on",
            "another process runs under the same name; give one of them another --name",
            .faults("_FENCED"),
            75
        ) { rig in
            rig.mock.inject([.producerFenced], into: .endTransaction)
            try rig.send(1)
        },
        stop(
            "another process takes the name over: member",
            "stops at once; the other one goes on",
            "FENCED_INSTANCE_ID; another process runs under the same name",
            .faults("FENCED_INSTANCE_ID"),
            75
        ) { $0.mock.inject([.fencedInstance], into: .heartbeat) },
        stop(
            "the cluster is away when the process is to stop",
            "tries to drain for 30 s, then leaves it: what was not committed is read again at the next start",
            "NOT_DRAINED; nothing is lost",
            .none,
            69
        ) { rig in
            rig.mock.setDown(true)
            rig.runner?.stop()
        },
    ]

    private static func stop(
        _ name: String,
        _ does: String,
        _ says: String,
        _ metric: Metric,
        _ code: Int32,
        _ play: @escaping @Sendable (FaultRig) throws -> Void
    ) -> ClusterFault {
        ClusterFault(name: name, does: does, says: says, metric: metric, end: .stops(code), play: play)
    }

    /// No record is taken until the line has given up a transaction.
    private static func rejectProducing(_ rig: FaultRig, _ error: EmbeddedCluster.BrokerError) throws {
        try rig.rejectTheLinesRecords(error)
        try rig.wait { $0.faults["_MSG_TIMED_OUT", default: 0] > 0 }
        rig.mock.clearErrors(of: .produce)
        try rig.waitUntilCommitted()
    }
}
