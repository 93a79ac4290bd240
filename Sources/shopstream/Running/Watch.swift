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
    /// A line that has work and does not turn for so long is stuck.
    private static let stuckAfter: Int64 = 30_000

    private var wasReady = false
    private var last: (total: LineTotals, at: Int64)
    private var nextRates: Int64
    private var nextRestore: Int64
    private var warnings: [String: (count: UInt64, at: Int64)] = [:]

    init(start: Int64) {
        last = (LineTotals([]), start)
        nextRates = start + Watch.ratesEvery
        nextRestore = start + Watch.restoreEvery
    }

    mutating func look(at statuses: [LineStatus], now: Int64) -> [Note] {
        let total = LineTotals(statuses)
        return readiness(statuses, total, now) + rates(total, now) + keys(total, now) + stuck(statuses, now)
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

    /// At most once a minute, and only if there are more than last time.
    private mutating func warn(_ name: String, _ count: UInt64, _ now: Int64, _ text: (UInt64) -> String) -> [Note] {
        let before = warnings[name]
        guard count > before?.count ?? 0, now >= (before?.at ?? .min / 2) + Watch.warnEvery else { return [] }
        warnings[name] = (count, now)
        return [Note(level: .warning, text: text(count - (before?.count ?? 0)))]
    }

    private mutating func stuck(_ statuses: [LineStatus], _ now: Int64) -> [Note] {
        statuses.flatMap { status -> [Note] in
            let silence = now - status.turnedAt
            guard !status.hasFinished, status.turnedAt > 0, status.lag > 0, silence > Watch.stuckAfter else {
                return []
            }
            return warn("stuck \(status.name)", UInt64(silence), now) { _ in
                "\(status.name) has \(status.lag.counted("record")) waiting and has not turned for \(silence / 1_000) s"
            }
        }
    }
}
