import Foundation
import Kafka
import Pipeline
import Testing

/// What the cluster can do to a line: each fault is named in the log with its remedy, moves a metric, and has an end.
@Suite(.ownThread) struct ClusterFaultTests {
    @Test(arguments: ClusterFault.all) func theLineSaysWhatItMeetsAndHasAnEnd(_ row: ClusterFault) async throws {
        let rig = try FaultRig(timeout: row.timeout)
        try rig.start()
        try rig.work()
        try row.play(rig)
        try await rig.finish(stopping: row.end == .goesOn)
        let said = rig.everythingSaid
        #expect(said.contains { $0.contains(row.says) }, "\(said.joined(separator: "\n"))")
        #expect(rig.hasMoved(row.metric), "\(rig.faults)")
        switch row.end {
        case .goesOn: #expect(rig.end == nil)
        case .stops(let code): #expect(rig.end?.recovery == .stop(exitCode: code), "\(String(describing: rig.end))")
        }
        #expect(rig.heard.all.count < 50, "a fault is no flood: \(rig.heard.all.joined(separator: "\n"))")
    }

    /// librdkafka follows by itself; nobody need notice.
    @Test func aCoordinatorThatMovesIsFollowed() async throws {
        let rig = try FaultRig(brokers: 2)
        try rig.start()
        try rig.work()
        for broker in [Int32(2), 1] {
            try rig.mock.setCoordinator(broker, ofType: "transaction", key: "shopstream-faults-faults-0")
            try rig.send(5)
            try rig.waitUntilCommitted()
        }
        try await rig.finish(stopping: true)
        #expect(rig.end == nil)
    }

    @Test func morePartitionsAreNotOverlooked() async throws {
        let rig = try FaultRig()
        try rig.start(on: GrownCluster(rig.cluster))
        try await rig.finish(stopping: false)
        #expect(rig.end?.code == "PARTITION_COUNT_CHANGED")
        #expect(rig.end?.recovery == .stop(exitCode: Fault.Exit.configuration))
        #expect(rig.end?.remedy?.contains("shopstream reset --to-earliest") == true)
    }

    @Test func aTopicThatNeverWasIsNamedAtTheStart() throws {
        let rig = try FaultRig()
        let existing = try rig.cluster.topics()
        let fault = fault { _ = try Topology(inputs: ["sohp"], existing: existing) }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.configuration))
        #expect(fault?.description.contains("sohp") == true)
        #expect(fault?.remedy == "create them: shopstream topics apply")
    }

    /// With SHOPSTREAM_WRITE_DOCS=1 the table is written; else it must be there.
    @Test func theTableIsInTheDocumentation() throws {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
            .appending(path: "../../../../Sources/Pipeline/Pipeline.docc/Cluster-Faults.md").standardizedFileURL
        if ProcessInfo.processInfo.environment["SHOPSTREAM_WRITE_DOCS"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Self.page.write(to: file, atomically: true, encoding: .utf8)
        }
        let page = try String(contentsOf: file, encoding: .utf8)
        #expect(page == Self.page, "SHOPSTREAM_WRITE_DOCS=1 swift test --filter theTableIsInTheDocumentation")
    }

    private static let page = """
        # When the cluster misbehaves

        Written by `ClusterFaultTests`, which makes each of these happen on the embedded cluster and looks at what is
        said.
        What is not committed is read again, so nothing is lost but what the cluster itself has deleted.

        | what happens | what the line does | what log and `/readyz` say | what moves | end |
        | --- | --- | --- | --- | --- |
        \(ClusterFault.all.map(\.row).joined(separator: "\n"))
        | a coordinator moves to another broker | follows it | nothing: it is over within a second | — | goes on |
        | an input, the signals or a changelog gets more partitions | drains and stops: nobody reads the new ones, and \
        customers move | PARTITION_COUNT_CHANGED; give all topics the same count | — | stops, exit code 78 |
        | a topic does not exist at the start | does not begin | create them: shopstream topics apply | — | stops, \
        exit code 78 |

        A line that keeps falling back rests in between, up to ten seconds, and from the second time on makes new
        clients, which look at every topic anew. One cause is one line in the log, repeated every half a minute while
        it lasts.

        ## The watchdog

        A line that has work (lag, an open transaction, partitions to restore) and neither commits nor restores for
        `stallSeconds` (30), or whose thread is stuck in a call for so long, is reported with the last fault that it
        met: a warning a minute in the log, `shopstream_line_stalled` 1, and `/readyz` 503 with the reason. `/livez`
        fails after `max.poll.interval.ms` without a turn only, because restarting the process does not mend a
        cluster. Where no fault is known, a producer's hanging transaction is the usual cause: records behind it are
        invisible to read_committed readers.

        ## Exit codes

        | code | why | start again? |
        | --- | --- | --- |
        | 64 | wrong command line | no |
        | 65 | positions or state are not what they should be | no: `shopstream reset` decides |
        | 69 | the cluster was away at the start, or while stopping | yes |
        | 70 | a defect | yes, and report it |
        | 75 | another process has the name | no |
        | 77 | not permitted | no |
        | 78 | settings or topics do not fit | no |

        """
}

extension FaultRig {
    func hasMoved(_ metric: ClusterFault.Metric) -> Bool {
        switch metric {
        case .reachable: told.contains { $0.hasPrefix("no broker answers") }
        case .leaderless: told.contains { $0.contains("no leader") }
        case .missing: runner?.condition.missing.isEmpty == false || faults["UNKNOWN_TOPIC_OR_PART"] != nil
        case .commitSeconds: told.contains { $0.contains("a commit of") }
        case .faults(let code): faults[code, default: 0] > 0
        case .none: true
        }
    }
}
