import Events
import Foundation
import Testing
import Traffic

@testable import Pipeline

/// A run of several lines that something befalls, and what is to be said of what it left.
struct Trial {
    var partitions: Int32 = 2
    var lines = 2
    /// How many turns a commit takes.
    var commitDelay = 0
    /// Rounds before all that still has to be done is done in peace.
    var rounds = 55
    var cluster: PassingCluster.Type = PassingCluster.self
    var script = Script.week()
    /// What befalls the lines befalls them at a second start, when there is something to restore.
    var isWarm = false

    func crew() throws -> Crew {
        let crew = try Crew(script, partitions: partitions, lines: lines, commitDelay: commitDelay, cluster: cluster)
        guard isWarm else { return crew }
        try crew.rounds(34)
        for member in crew.members { try crew.restart(member) }
        return crew
    }

    /// The first difference from the truth; nil when there is none.
    func difference(_ schedule: (Crew) throws -> Void) throws -> String? {
        let crew = try crew()
        do {
            try schedule(crew)
            try crew.rounds(rounds)
            try crew.finish()
        } catch let mishap as Mishap {
            return mishap.description
        }
        return try crew.difference()
    }

    /// Steps of all lines, and calls of the first, in a run without any fault.
    func length() throws -> (steps: Int, calls: Int) {
        let crew = try crew()
        let start = (crew.log.stepCount, crew.members[0].beat.calls)
        try crew.rounds(rounds)
        return (crew.log.stepCount - start.0, crew.members[0].beat.calls - start.1)
    }
}

extension Crew {
    /// What the logs hold, and what a new line makes of it.
    func difference() throws -> String? {
        let truth = try Truth(rig, changelogs: changelog)
        return try truth.difference(apartFrom: published) ?? restored(truth)
    }

    /// All entries of all journals that were written, whole ones and those that were not whole yet.
    func journalEntries() throws -> [Journal.Entry] {
        try (0..<rig.topology.partitions).flatMap { number in
            try changelog(TopicPartition(OutputTopic.customersChangelog.name, number))
                .filter { $0.keyText == "journal" }
                .flatMap { record in record.lend { (try? Journal($0.value).entries) ?? [] } }
        }
    }

    private func restored(_ truth: Truth) throws -> String? {
        log.advance(by: Crew.sessionTimeout + 1)
        rig.settings.memoryBudget = 0
        let line = rig.makeLine(name: "heir", on: log.newIncarnation(of: "heir"))
        do throws(Fault) {
            for _ in 0..<200 where !line.isReady {
                _ = try line.turn()
                log.advance(by: 1)
            }
        } catch {
            return "a restore stopped: \(error)"
        }
        for shard in line.live {
            let place = TopicPartition(rig.topology.changelog(of: shard.stage).name, shard.partition)
            let expected = (truth.state[place] ?? [:]).filter { $0.key.contains("/") && !$0.key.hasPrefix("model/") }
            if shard.everything() != expected { return "\(place): a restore finds another state" }
        }
        return line.live.count == 2 * Int(rig.topology.partitions) ? nil : "a restore finds \(line.live.count) shards"
    }
}

/// Which schedules a test tries: a share of them by default, all of them or a single one on demand.
enum Schedules {
    /// `SHOPSTREAM_EXHAUSTIVE=1`: every index instead of a share.
    static let isExhaustive = ProcessInfo.processInfo.environment["SHOPSTREAM_EXHAUSTIVE"] != nil

    /// `SHOPSTREAM_TRACE=1`: lines say what they do, for a schedule that fails.
    static let isTraced = ProcessInfo.processInfo.environment["SHOPSTREAM_TRACE"] != nil

    static func trace(_ text: @autoclosure () -> String) {
        if isTraced { print(text()) }
    }

    /// `SHOPSTREAM_SEED=n` runs that seed alone, `SHOPSTREAM_SEEDS=n` as many.
    static func seeds(_ count: Int) -> [Int] {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["SHOPSTREAM_SEED"].flatMap({ Int($0) }) { return [seed] }
        return Array(0..<(environment["SHOPSTREAM_SEEDS"].flatMap { Int($0) } ?? count))
    }

    /// Every index, or every `stride`-th, begun at another place for each `variant`.
    static func indexes(_ count: Int, stride: Int, variant: Int) -> [Int] {
        isExhaustive ? Array(0..<count) : Array(Swift.stride(from: variant % stride, to: count, by: stride))
    }
}
