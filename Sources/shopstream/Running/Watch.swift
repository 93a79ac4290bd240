import Logging
import Pipeline
import Web

/// What the log is told of the lines, and how often. Pure: statuses and times in, notes out.
struct Watch {
    struct Note: Equatable {
        var level: Logger.Level
        var text: String
    }

    private static let ratesEvery: Int64 = 10_000
    private static let restoreEvery: Int64 = 5_000
    private static let warnEvery: Int64 = 60_000

    private let stallLimit: Int64
    private var wasReady = false
    private var last: (total: LineTotals, at: Int64)
    private var nextRates: Int64
    private var nextRestore: Int64
    private var warnings: [String: (count: UInt64, at: Int64)] = [:]
    /// Told and not over, with the time of the last word.
    private var stalled: [String: Int64] = [:]
    private var reasons: [String: Int64] = [:]

    /// - Parameter stallLimit: silence of a line with work that is reported, ms.
    init(start: Int64, stallLimit: Int64 = Stall.usualLimit) {
        self.stallLimit = stallLimit
        last = (LineTotals([]), start)
        nextRates = start + Watch.ratesEvery
        nextRestore = start + Watch.restoreEvery
    }

    mutating func look(
        at statuses: [LineStatus],
        _ condition: ClusterCondition = ClusterCondition(),
        now: Int64
    ) -> [Note] {
        let total = LineTotals(statuses)
        return readiness(statuses, total, now) + rates(total, now) + keys(total, now) + anomalies(total, now)
            + cluster(condition, now) + slowness(statuses, now) + stalls(statuses, condition, now)
    }

    private mutating func readiness(_ statuses: [LineStatus], _ total: LineTotals, _ now: Int64) -> [Note] {
        let isReady = statuses.allSatisfy(\.isReady)
        defer { wasReady = isReady }
        if isReady {
            guard !wasReady else { return [] }
            let partitions = statuses.reduce(0) { $0 + $1.partitionsLive }
            let known = "\(total.customers.counted("customer")) and \(total.products.counted("product")) known"
            return [Note(level: .info, text: "ready: \(partitions.counted("partition")), \(known)")]
        }
        guard now >= nextRestore else { return [] }
        nextRestore = now + Watch.restoreEvery
        let (done, left) = statuses.reduce((0, 0)) { ($0.0 + $1.partitionsLive, $0.1 + $1.partitionsAwaiting) }
        guard done + left > 0 else { return [Note(level: .info, text: "waiting for partitions")] }
        return [Note(level: .info, text: "restoring: \(done) of \(done + left) partitions, \(Watch.share(total))")]
    }

    /// How much of what is to be read and folded again has been.
    private static func share(_ total: LineTotals) -> String {
        let restore = total.restore
        let percent = { (share: RestoreShare) in "\(Int(share.fraction * 100)) %" }
        var parts = ["\(percent(restore)): \(restore.read.grouped) of \(restore.wanted.counted("record")) read"]
        if restore.eventsWanted > 0 {
            parts.append("\(restore.eventsReplayed.grouped) of \(restore.eventsWanted.counted("event")) replayed")
        }
        if total.knowledge.fraction < 1 { parts.append("\(percent(total.knowledge)) of the shop known") }
        return parts.joined(separator: ", ")
    }

    /// Silent while nothing comes.
    private mutating func rates(_ total: LineTotals, _ now: Int64) -> [Note] {
        guard now >= nextRates else { return [] }
        let (before, since) = last
        last = (total, now)
        nextRates = now + Watch.ratesEvery
        let seconds = Double(max(1, now - since)) / 1_000
        let rate = { (now: UInt64, then: UInt64) in UInt64((Double(now &- min(then, now)) / seconds).rounded()).grouped
        }
        guard total.events > before.events else { return [] }
        let outputs = total.outputs.reduce(0, +)
        return [
            Note(
                level: .info,
                text: "\(rate(total.events, before.events)) events/s in, "
                    + "\(rate(outputs, before.outputs.reduce(0, +))) records/s out, \(total.lag.grouped) waiting, "
                    + "\(total.customers.counted("customer")), state \(ByteStyle.text(Int64(total.stateBytes)))"
            )
        ]
    }

    /// Records without the customer's key split a customer's memory.
    private mutating func keys(_ total: LineTotals, _ now: Int64) -> [Note] {
        let remedy =
            "a customer's memory is split; let the producer set userId, else anonymousId, as key, "
            + "or read a copy that has it: shopstream repartition"
        return total.inputs.indices.flatMap { index in
            warn("unkeyed \(index)", total.unkeyed[index], now) {
                "\(total.inputs[index]): \($0.counted("record")) without a key: \(remedy)"
            }
                + warn("miskeyed \(index)", total.miskeyed[index], now) {
                    "\(total.inputs[index]): \($0.counted("record")) with a key that is not the customer: \(remedy)"
                }
        }
    }

    /// Customers who are no people.
    private mutating func anomalies(_ total: LineTotals, _ now: Int64) -> [Note] {
        guard let busiest = total.hot.first else { return [] }
        return warn("hot", total.quieted, now) {
            "\($0.counted("event")) of hot customers were not told to products; the busiest is \(busiest.pseudonym) "
                + "with \(busiest.events.grouped) in an hour: a scraper, a load test or a shared account"
        }
    }

    /// At most once a minute, and only if there are more than last time.
    private mutating func warn(_ name: String, _ count: UInt64, _ now: Int64, _ text: (UInt64) -> String) -> [Note] {
        let before = warnings[name]
        guard count > before?.count ?? 0, now >= (before?.at ?? .min / 2) + Watch.warnEvery else { return [] }
        warnings[name] = (count, now)
        return [Note(level: .warning, text: text(count - (before?.count ?? 0)))]
    }

    /// What keeps all lines from their work, and that it is over.
    private mutating func cluster(_ condition: ClusterCondition, _ now: Int64) -> [Note] {
        let reasons = condition.reasons
        let causes = reasons.map { String($0.prefix { $0 != "(" && $0 != ":" }.filter(\.isLetter)) }
        let new = zip(causes, reasons).filter { now - (self.reasons[$0.0] ?? .min / 2) >= Watch.warnEvery }
        let isOver = reasons.isEmpty && !self.reasons.isEmpty
        self.reasons = self.reasons.filter { causes.contains($0.key) }
        for (cause, _) in new { self.reasons[cause] = now }
        let over = isOver ? [Note(level: .notice, text: "brokers and topics are all there again")] : []
        return new.map { Note(level: .warning, text: $0.1) } + over
    }

    private mutating func slowness(_ statuses: [LineStatus], _ now: Int64) -> [Note] {
        guard let slowest = statuses.max(by: { $0.commitCost < $1.commitCost }), let slowness = slowest.slowness
        else { return [] }
        return warn("slow", slowest.counters.transactions, now) { _ in slowness }
    }

    private mutating func stalls(_ statuses: [LineStatus], _ condition: ClusterCondition, _ now: Int64) -> [Note] {
        let stalls = statuses.compactMap { Stall($0, condition, at: now, limit: stallLimit) }
        let over = stalled.keys.filter { name in !stalls.contains { $0.line == name } }.sorted()
        for name in over { stalled[name] = nil }
        let told = stalls.filter { now - (stalled[$0.line] ?? .min / 2) >= Watch.warnEvery }
        for stall in told { stalled[stall.line] = now }
        return told.map { Note(level: .warning, text: "\($0)") }
            + over.map { Note(level: .notice, text: "\($0) gets on again") }
    }
}
