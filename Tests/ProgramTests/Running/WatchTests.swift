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

    @Test func `a line with work that does not turn is named`() {
        var status = LineStatus.busyButKeyed
        status.turnedAt = 1_000
        var watch = Watch(start: 0)
        #expect(watch.look(at: [status], now: 31_000).filter { $0.level == .warning }.isEmpty)
        let stuck = watch.look(at: [status], now: 31_001).filter { $0.level == .warning }
        #expect(stuck.map(\.text) == ["shop-0 has 42 records waiting and has not turned for 30 s"])
        status.lag = 0
        #expect(watch.look(at: [status], now: 95_000).filter { $0.level == .warning }.isEmpty)
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
        status.counters.unkeyed = [0, 0]
        status.counters.miskeyed = [0, 0]
        return status
    }
}
