import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// `max.poll.interval.ms` is kept by whatever takes long: a member that does not poll within it loses its partitions.
@Suite struct PollIntervalTests {
    /// What a record and a look at a commit cost, in ms of the cluster's clock.
    final class Costs {
        var restoring: Int64 = 0
        var folding: Int64 = 0
        var commit: Int64 = 0
    }

    final class CostlyCluster: PassingCluster, @unchecked Sendable {  // Tests run all lines on one thread.
        let costs = Costs()

        override func makeReader(topics: [String]) throws(Fault) -> any Fetching {
            CostlyReader(try process.makeReader(topics: topics), self)
        }

        override func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet {
            CostlyInlet(try process.makeInlet(subscription), self)
        }

        override func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet {
            CostlyOutlet(try process.makeOutlet(transactionalId: transactionalId, topics: topics), self)
        }
    }

    final class CostlyReader: PassingReader {
        private let cluster: CostlyCluster

        init(_ inner: any Fetching, _ cluster: CostlyCluster) {
            self.cluster = cluster
            super.init(inner, cluster.beat)
        }

        override func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
            let polled = try super.poll(into: &records, limit: limit, wait: wait)
            cluster.log.advance(by: cluster.costs.restoring * Int64(records.count))
            return polled
        }
    }

    final class CostlyInlet: PassingInlet {
        private let cluster: CostlyCluster

        init(_ inner: any Inlet, _ cluster: CostlyCluster) {
            self.cluster = cluster
            super.init(member: inner, cluster.beat)
        }

        override func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
            let polled = try super.poll(into: &records, limit: limit, wait: wait)
            cluster.log.advance(by: cluster.costs.folding * Int64(records.count))
            return polled
        }
    }

    final class CostlyOutlet: PassingOutlet {
        private let cluster: CostlyCluster

        init(_ inner: any Outlet, _ cluster: CostlyCluster) {
            self.cluster = cluster
            super.init(inner, cluster.beat)
        }

        override func commitDone(wait: Int32) throws(Fault) -> Bool {
            cluster.log.advance(by: min(cluster.costs.commit, Int64(wait)))
            return try super.commitDone(wait: wait)
        }
    }

    private static let interval: Int64 = 2_000

    private func rig(customers: Int, interval: Int64 = Self.interval) throws -> Rig {
        var options = MemoryLog.Options()
        options.maxPollInterval = interval
        options.transactionTimeout = 60_000
        let rig = try Rig(inputs: [Script.clicks], partitions: 2, options: options)
        for number in 0..<customers {
            let name = "u\(number)"
            let value = """
                {"type":"track","event":"Product Viewed","messageId":"m\(number)","userId":"\(name)",\
                "timestamp":\(Script.start + Int64(number)),"properties":{"product_id":"p\(number % 9)"}}
                """
            let partition = Hash.partition(ofText: name, among: 2)
            try rig.log.append(Script.clicks, partition, key: name, value: value, timestamp: Script.start + (1 << 40))
        }
        rig.settings.recordsPerPoll = 128
        return rig
    }

    private func cluster(_ rig: Rig) -> CostlyCluster {
        CostlyCluster(rig.log.newIncarnation(), rig.log, Beat())
    }

    /// The longest time between two polls of the group, and that no partition was lost meanwhile.
    private func run(_ line: Line, _ rig: Rig, until isOver: () -> Bool) throws {
        for _ in 0..<20_000 where !isOver() {
            _ = try line.turn()
            rig.log.advance(by: 1)
        }
        #expect(isOver())
        #expect(line.counters.rebalances == 1, "it kept its partitions")
        #expect(rig.log.members(of: rig.settings.group).map(\.instance) == ["test-0"])
    }

    @Test func aChangelogThatTakesLongerThanTheInterval() throws {
        let rig = try rig(customers: 3_000)
        try rig.runToEnd()
        rig.restart()
        let cluster = cluster(rig)
        cluster.costs.restoring = 10
        let line = rig.makeLine(on: cluster)
        let start = rig.log.now
        try run(line, rig) { line.isReady }
        #expect(rig.log.now - start > 10 * Self.interval, "in one go it would have lost them")
        #expect(line.status().customers == 3_000)
    }

    @Test func aJournalThatTakesLongerThanTheInterval() throws {
        let rig = try rig(customers: 3_000)
        rig.settings.checkpointInterval = 1 << 40
        let first = rig.makeLine()
        while try first.turn() { rig.log.advance(by: 7) }
        let cluster = cluster(rig)
        cluster.costs.restoring = 10
        let line = rig.makeLine(on: cluster)
        let start = rig.log.now
        try run(line, rig) { line.isReady }
        #expect(line.counters.replayedRecords >= 3_000)
        #expect(rig.log.now - start > 10 * Self.interval)
    }

    @Test func aBacklogThatTakesLongerThanTheInterval() throws {
        let rig = try rig(customers: 3_000)
        let cluster = cluster(rig)
        cluster.costs.folding = 5
        let line = rig.makeLine(on: cluster)
        try run(line, rig) { line.counters.events == 3_000 }
    }

    /// Records that were polled wait for it, and whoever has some does not poll for more.
    @Test func aCommitThatTakesLongerThanTheInterval() throws {
        let interval = 2 * LineSettings.longestHold
        let rig = try rig(customers: 100, interval: interval)
        for _ in 0..<2_000 {
            try rig.log.append(Script.clicks, 0, key: "u0", value: "rubbish", timestamp: Script.start)
        }
        let cluster = cluster(rig)
        cluster.costs.commit = 1_000
        rig.log.commitDelayPolls = 15
        // Full with every other poll, so that folding waits for the commit.
        rig.settings.recordsPerTransaction = 256
        let line = rig.makeLine(on: cluster)
        let start = rig.log.now
        try run(line, rig) { line.counters.deadLetters == 2_000 && line.committing == nil && !line.hasWork }
        #expect(line.counters.transactions > 3, "\(line.counters.transactions)")
        #expect(rig.log.now - start > 5 * interval)
        #expect(try rig.log.records(in: Topology.deadLetters(of: Script.clicks)).count == 2_000, "each once")
    }
}
