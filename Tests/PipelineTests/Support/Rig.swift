import Engine
import Events
import Logging
import Pipeline
import Testing
import Traffic

/// A shop's cluster in memory and the processes that run lines on it.
final class Rig {
    let log: MemoryLog
    let topology: Topology
    var settings = LineSettings()
    private(set) var restarts = 0
    private var process: MemoryProcess

    init(inputs: [String], partitions: Int32, options: MemoryLog.Options = MemoryLog.Options()) throws {
        log = MemoryLog(options: options)
        for input in inputs {
            log.createTopic(input, partitions: partitions)
            log.createTopic(Topology.deadLetters(of: input), partitions: partitions)
        }
        for topic in OutputTopic.allCases {
            log.createTopic(topic.name, partitions: topic == .models ? 1 : partitions, compacted: topic.isCompacted)
        }
        topology = try Topology(inputs: inputs, existing: try log.topics())
        process = log.newIncarnation()
        settings.untilEnd = true
        settings.checkpointInterval = 60
        settings.recordsPerPoll = 16
    }

    private init(_ other: Rig, inputs: [String]) throws {
        log = other.log
        topology = try Topology(inputs: inputs, existing: try log.topics())
        settings = other.settings
        restarts = other.restarts + 1
        process = log.newIncarnation()
    }

    /// The same cluster after a restart with other inputs.
    func reading(_ inputs: [String]) throws -> Rig { try Rig(self, inputs: inputs) }

    func load(_ script: Script) throws {
        for record in script.records {
            try log.append(
                record.topic,
                record.partition,
                key: record.key,
                value: record.value,
                timestamp: Script.start + 500 * EventTime.day
            )
        }
    }

    func makeLine(name: String = "test-0", on process: (any Cluster)? = nil) -> Line {
        var own = settings
        own.name = name
        var quiet = Logger(label: own.name) { _ in SwiftLogNoOpLogHandler() }
        if Schedules.isTraced {
            quiet = Logger(label: own.name) { StreamLogHandler.standardOutput(label: $0) }
            quiet.logLevel = .trace
        }
        return Line(
            cluster: process ?? self.process,
            topology: topology,
            settings: own,
            clock: WallClock { [log] in log.now },
            writer: UInt64(restarts + 1),
            log: quiet
        )
    }

    /// Runs until everything is handled, starting a new process whenever one died. A stop is what an operator answers
    /// with a restart.
    func runToEnd(turns: Int = 4_000) throws {
        var line = makeLine()
        for _ in 0..<turns {
            do {
                if try !step(line) { return }
            } catch {
                restarts += 1
                try #require(restarts < 20, "restarted too often: \(error)")
                restart()
                line = makeLine()
            }
        }
        Issue.record("no end after \(turns) turns: \(log.injections)")
    }

    /// The process dies, and a new one takes its place.
    func restart() { process = log.newIncarnation() }

    /// One turn, and a few milliseconds. False when the line has drained after its end.
    private func step(_ line: Line) throws -> Bool {
        let goesOn = try line.turn()
        log.advance(by: 7)
        if goesOn { return true }
        if line.hasDrained { return false }
        line.stop()
        return true
    }
}

/// What a run leaves in the log that must not depend on faults.
struct Remains: Equatable {
    /// State records by key, without advice (their last four bytes).
    var customers: [String: [UInt8]] = [:]
    var products: [String: [UInt8]] = [:]
    var alerts: [String] = []
    var sentiments: [String] = []
    var deadLetters: [String] = []

    init(_ rig: Rig) throws {
        customers = try Remains.state(rig, .customersChangelog)
        products = try Remains.state(rig, .productsChangelog)
        alerts = try Remains.values(rig, OutputTopic.churnAlerts.name)
        sentiments = try Remains.values(rig, OutputTopic.productSentiment.name)
        deadLetters = try rig.topology.inputs.flatMap { try Remains.values(rig, Topology.deadLetters(of: $0)) }
    }

    private static func state(_ rig: Rig, _ topic: OutputTopic) throws -> [String: [UInt8]] {
        var state: [String: [UInt8]] = [:]
        for record in try rig.log.records(in: topic.name) {
            guard let key = record.keyText, key.contains("/") else { continue }
            let hasAdvice = !key.hasPrefix("model/")
            state[key] = record.value.map { hasAdvice ? $0.dropLast(4) : $0 }
        }
        return state
    }

    static func values(_ rig: Rig, _ topic: String) throws -> [String] {
        try rig.log.records(in: topic).map { "\($0.keyText ?? "-") \($0.valueText ?? "-")" }
    }

    /// The first thing that differs; nil when nothing does.
    func difference(from other: Remains) -> String? {
        differs("customers", customers, other.customers) ?? differs("products", products, other.products)
            ?? differs("alerts", alerts, other.alerts) ?? differs("sentiments", sentiments, other.sentiments)
            ?? differs("dead letters", deadLetters, other.deadLetters)
    }

    private func differs(_ what: String, _ mine: [String: [UInt8]], _ others: [String: [UInt8]]) -> String? {
        let keys = Set(mine.keys).union(others.keys).filter { mine[$0] != others[$0] }
        return keys.isEmpty ? nil : "\(what): \(keys.sorted().joined(separator: ", "))"
    }

    private func differs(_ what: String, _ mine: [String], _ others: [String]) -> String? {
        guard mine != others else { return nil }
        let first = zip(mine, others).first { $0 != $1 }
        return "\(what): \(mine.count) for \(others.count), \(first.map { "\($0) for \($1)" } ?? "")"
    }
}

/// Recommendations depend on when the replica learned what, so they are held to their rules.
struct RecommendationRules {
    static func check(_ rig: Rig) throws {
        // Who leaves takes the list along.
        let lists = try rig.log.records(in: OutputTopic.recommendations.name).filter { $0.value != nil }
        let ids = lists.compactMap { record in record.valueText?.split(separator: "\"messageId\":\"").last?.prefix(36) }
        #expect(Set(ids).count == lists.count, "a messageId was used twice")
        for record in lists {
            let value = try #require(record.valueText)
            #expect(value.contains("\"userId\":\"\(try #require(record.keyText))\""))
        }
    }
}
