import Logging
import Pipeline
import Testing

@testable import shopstream

/// What the log is told, and how often.
@Suite struct WatchTests {
    @Test func `ready is said once`() {
        var watch = Watch(start: 0)
        #expect(
            watch.look(at: [.quiet], now: 1_000).map(\.text) == [
                "ready: 8 partitions, 1,234 customers and 567 products known"
            ]
        )
        #expect(watch.look(at: [.quiet], now: 2_000).isEmpty)
    }

    @Test func `a restore tells how far it is every five seconds`() {
        var status = LineStatus.quiet
        status.isReady = false
        status.partitionsLive = 3
        status.partitionsAwaiting = 5
        status.restore.wanted = 8_000
        status.restore.read = 4_321
        var watch = Watch(start: 0)
        let said = (1...11).flatMap { watch.look(at: [status], now: $0 * 1_000) }
        let text = "restoring: 3 of 8 partitions, 54 %: 4,321 of 8,000 records read"
        #expect(said.map(\.text) == [text, text])
        status.restore.read = 8_000
        status.restore.eventsWanted = 2_000
        status.restore.eventsReplayed = 1_000
        status.knowledgeShare.wanted = 3
        status.knowledgeShare.read = 1
        #expect(
            watch.look(at: [status], now: 60_000).map(\.text) == [
                "restoring: 3 of 8 partitions, 90 %: 8,000 of 8,000 records read, 1,000 of 2,000 events replayed, "
                    + "33 % of the shop known"
            ]
        )
    }

    @Test func `rates are told every ten seconds, and not while nothing comes`() {
        var watch = Watch(start: 0)
        _ = watch.look(at: [.quiet], now: 1_000)
        let first = watch.look(at: [.busyButKeyed], now: 10_000)
        #expect(first.map(\.text) == ["11 events/s in, 8 records/s out, 42 waiting, 1,234 customers, state 2.0 MiB"])
        #expect(watch.look(at: [.busyButKeyed], now: 20_000).isEmpty)
    }

    @Test func `topics without the right keys are named once a minute, with the remedy`() throws {
        var status = LineStatus.busy
        var watch = Watch(start: 0)
        let first = watch.look(at: [status], now: 1_000).filter { $0.level == .warning }
        #expect(first.count == 2)
        let unkeyed = try #require(first.first?.text)
        #expect(unkeyed.hasPrefix("storefront.clickstream.v1: 1 record without a key: a customer's memory is split"))
        status.counters.unkeyed[0] = 500
        #expect(watch.look(at: [status], now: 59_000).filter { $0.level == .warning }.isEmpty)
        let later = watch.look(at: [status], now: 61_000).filter { $0.level == .warning }
        #expect(later.map { $0.text.prefix(44) } == ["storefront.clickstream.v1: 499 records witho"])
    }

    @Test func `a stall is told once a minute with its reason, and when it is over`() {
        var status = LineStatus.busyButKeyed
        status.turnedAt = 1_000
        status.progressedAt = 1_000
        status.trouble = "committing the transaction: _TIMED_OUT"
        var watch = Watch(start: 0)
        #expect(watch.look(at: [status], now: 31_000).filter { $0.level >= .notice }.isEmpty)
        let told = (31...95).flatMap { second in
            watch.look(at: [status], now: Int64(second) * 1_000 + 1).filter { $0.level >= .notice }
        }
        let reason = "42 records wait: committing the transaction: _TIMED_OUT"
        #expect(
            told.map(\.text) == [
                "shop-0 is stuck in a call since 30 s, \(reason)", "shop-0 is stuck in a call since 90 s, \(reason)",
            ]
        )
        status.turnedAt = 96_000
        status.progressedAt = 96_000
        let over = watch.look(at: [status], now: 96_001).filter { $0.level >= .notice }
        #expect(over.map(\.text) == ["shop-0 gets on again"])
    }

    @Test func `what keeps all lines from their work is told once a minute, and that it is over`() {
        var away = ClusterCondition()
        away.health.isReachable = false
        var watch = Watch(start: 0)
        let told = (1...70).flatMap { second in
            away.health.reason = "after \(second) ms"
            return watch.look(at: [.quiet], away, now: Int64(second) * 1_000).filter { $0.level >= .notice }
        }
        #expect(
            told.map { $0.text.prefix(31) } == ["no broker answers (after 1 ms):", "no broker answers (after 61 ms)"]
        )
        let over = watch.look(at: [.quiet], now: 71_000).filter { $0.level >= .notice }
        #expect(over.map(\.text) == ["brokers and topics are all there again"])
    }

    @Test func `a slow cluster is named`() {
        var status = LineStatus.busyButKeyed
        status.commitCost = 2_340
        status.turnedAt = 1_000
        var watch = Watch(start: 0)
        let told = watch.look(at: [status], now: 1_000).filter { $0.level == .warning }
        #expect(told.map { $0.text.prefix(48) } == ["a commit of shop-0 takes 2.3 s: the cluster is s"])
        #expect(watch.look(at: [status], now: 61_000).filter { $0.level == .warning }.count == 1, "the stall only")
    }
}

extension LineStatus {
    fileprivate static var quiet: LineStatus {
        var status = LineStatus.busy
        status.counters = Counters(inputs: 2)
        status.lag = 0
        return status
    }

    fileprivate static var busyButKeyed: LineStatus {
        var status = LineStatus.busy
        status.turnedAt = 0
        status.commitCost = 0
        status.counters.unkeyed = [0, 0]
        status.counters.miskeyed = [0, 0]
        return status
    }
}
