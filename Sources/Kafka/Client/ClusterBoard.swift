import Foundation
import Pipeline
import Synchronization

/// What all clients of one cluster know of it together: the latest statistics of each, as librdkafka's JSON, what their
/// connections failed of, and what was logged lately. Read from other threads.
final class ClusterBoard: Sendable {
    private struct Contents {
        var statistics: [String: String] = [:]
        var sight = BrokerSight()
        var reason: String?
        /// It was there once, and took us in.
        var hasAnswered = false
        var refusal: Refusal?
        var awayAt: ContinuousClock.Instant?

        mutating func look(at now: ContinuousClock.Instant = .now) {
            for (client, json) in statistics { sight.look(json, of: client) }
            if !sight.isReachable { awayAt = now }
        }
    }

    private let contents = Mutex(Contents())
    let chatter = Chatter()

    func post(_ json: String, of client: String) {
        contents.withLock { $0.statistics[client] = json }
    }

    func withdraw(_ client: String) {
        contents.withLock { contents in
            contents.statistics.removeValue(forKey: client)
            contents.sight.forget(client)
        }
    }

    /// A connection failed.
    func note(_ reason: String) {
        let cause = reason.range(of: " (after ").map { String(reason[..<$0.lowerBound]) } ?? reason
        contents.withLock { $0.reason = cause }
    }

    /// The cluster refused our credentials, or we its certificate: all clients share both.
    func refuse(_ fault: Fault, at now: ContinuousClock.Instant = .now) {
        contents.withLock { $0.refusal = Refusal(fault: fault, first: $0.refusal?.first ?? now, last: now) }
    }

    /// What ends the waiting for a better answer; nil while there is hope, or another broker.
    func refusal(at now: ContinuousClock.Instant = .now) -> Fault? {
        contents.withLock { contents in
            if contents.refusal?.isOver(at: now) == true { contents.refusal = nil }
            guard let refusal = contents.refusal else { return nil }
            guard contents.hasAnswered else { return refusal.fault }
            contents.look()
            return refusal.isFinal(at: now) && !contents.sight.isReachable ? refusal.fault : nil
        }
    }

    /// A member's session ended because nothing was heard of the cluster for so long.
    func noteSilence(at now: ContinuousClock.Instant = .now) {
        contents.withLock { $0.awayAt = now }
    }

    /// Within the last two minutes there was a time at which no broker answered, or a session ended for want of
    /// answers.
    var wasAway: Bool {
        contents.withLock { contents in
            contents.look()
            return contents.awayAt.map { ContinuousClock.now - $0 < .seconds(120) } ?? false
        }
    }

    /// What a connection failed of last.
    var lastReason: String? { contents.withLock { $0.reason } }

    /// The cluster has answered.
    func noteAnswer() {
        contents.withLock { contents in
            contents.sight.isReachable = true
            contents.hasAnswered = true
            contents.reason = nil
        }
    }

    var all: [String: String] { contents.withLock { $0.statistics } }

    /// Reads what was posted since it was asked last: on the asker's time, not the line's.
    var health: ClusterHealth {
        contents.withLock { contents in
            contents.look()
            var health = ClusterHealth()
            health.brokers = contents.sight.brokers
            health.isReachable = contents.sight.isReachable
            health.reason = contents.sight.isReachable ? nil : contents.reason
            return health
        }
    }
}

/// Credentials that are refused. At the start that is final. Where they were good before, somebody may be changing
/// them: that is waited for, and a refusal that was not heard again is over.
private struct Refusal {
    var fault: Fault
    var first: ContinuousClock.Instant
    var last: ContinuousClock.Instant

    /// Longer than librdkafka keeps an error to itself that it has told before: 30 s and reconnect.backoff.max.ms.
    func isOver(at now: ContinuousClock.Instant) -> Bool { now - last > .seconds(50) }
    func isFinal(at now: ContinuousClock.Instant) -> Bool { now - first >= .seconds(60) }
}

/// Which brokers are up, from the clients' statistics. One client's word is not enough to call a cluster away: brokers
/// close connections that idle. Pure.
struct BrokerSight {
    private struct Word {
        /// librdkafka's clock, µs: the same for all clients of a process.
        var at: Int64
        var brokers: [String: Bool]
    }

    private var words: [String: Word] = [:]
    private var upAt: Int64 = 0
    private var downAt: Int64 = 0
    private var downSince: Int64?
    var isReachable = true { didSet { if isReachable { downSince = nil } } }

    /// What a broker is, if any client knows; one that was never needed is neither up nor down.
    var brokers: [String: Bool] {
        let newest = words.values.map(\.at).max() ?? 0
        return words.values.filter { newest - $0.at < Self.memory }
            .reduce(into: [:]) { all, word in all.merge(word.brokers) { $0 || $1 } }
    }

    mutating func forget(_ client: String) { words[client] = nil }

    mutating func look(_ json: String, of client: String) {
        guard let word = Self.parse(json), word.at > words[client]?.at ?? 0 else { return }
        words[client] = word
        judge(word)
    }

    /// Away: nobody is up by two words in a row, whoever spoke them, and by none in between.
    private mutating func judge(_ word: Word) {
        if word.brokers.values.contains(true) {
            if word.at > max(upAt, downAt) { (upAt, isReachable) = (word.at, true) }
            return
        }
        guard word.at > upAt, !word.brokers.isEmpty else { return }
        downAt = max(downAt, word.at)
        guard let first = downSince else { return downSince = word.at }
        if abs(word.at - first) >= Self.doubt { isReachable = false }
    }

    /// A client that nobody polls says nothing new: its old word counts no more, µs.
    private static let memory: Int64 = 25_000_000
    /// Shorter than statistics.interval.ms, µs.
    private static let doubt: Int64 = 900_000

    private static func parse(_ json: String) -> Word? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any],
            let at = (object["ts"] as? NSNumber)?.int64Value
        else { return nil }
        var brokers: [String: Bool] = [:]
        for case let broker as [String: Any] in (object["brokers"] as? [String: Any] ?? [:]).values {
            guard let state = broker["state"] as? String, state != "INIT", broker["source"] as? String != "internal",
                let name = broker["nodename"] as? String, !name.isEmpty
            else { continue }
            let id = (broker["nodeid"] as? NSNumber)?.intValue ?? -1
            let key = id < 0 ? name : "\(name)/\(id)"
            brokers[key] = brokers[key, default: false] || state == "UP" || state == "UPDATE"
        }
        return Word(at: at, brokers: brokers)
    }
}

/// Lets one cause through once in half a minute, however many clients and threads say it and whatever numbers stand in
/// it, and then says how often it was held back. Bound: 256 causes; then all are forgotten.
final class Chatter: Sendable {
    private static let pause = Duration.seconds(30)
    private typealias Said = (at: ContinuousClock.Instant, held: Int)
    private let said = Mutex<[String: Said]>([:])

    /// - Returns: the text to log, or nil.
    func pass(_ text: String, at now: ContinuousClock.Instant = .now) -> String? {
        let cause = Self.cause(of: text)
        return said.withLock { said in
            let before = said[cause]
            if let before, now - before.at < Self.pause {
                said[cause]?.held += 1
                return nil
            }
            if said.count >= 256 { said.removeAll(keepingCapacity: true) }
            said[cause] = (now, 0)
            let held = before?.held ?? 0
            return held == 0 ? text : "\(text) (and \(held) times like this since)"
        }
    }

    /// Without the thread in front and the numbers within.
    static func cause(of text: String) -> String {
        let body = text.range(of: "]: ").map { text[$0.upperBound...] } ?? text[...]
        return String(body.prefix { $0 != "(" }.filter { !$0.isNumber })
    }
}
