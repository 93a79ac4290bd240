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

    func crew() throws -> Crew {
        try Crew(script, partitions: partitions, lines: lines, commitDelay: commitDelay, cluster: cluster)
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
        try crew.rounds(rounds)
        return (crew.log.stepCount, crew.members[0].beat.calls)
    }
}

extension Crew {
    /// What the logs hold, and what a new line makes of it.
    func difference() throws -> String? {
        let truth = try Truth(rig, changelogs: changelog)
        return try truth.difference() ?? restored(truth)
    }

    private func restored(_ truth: Truth) throws -> String? {
        log.advance(by: Crew.sessionTimeout + 1)
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

/// What befalls a line in the middle of one of its calls.
enum Situation: String, CaseIterable, Sendable {
    /// It stops at the call, its session ends, others take over, and then it goes on as if nothing had been.
    case zombie
    /// It is killed and never comes back.
    case dies
    /// It is killed and comes back at once.
    case restarts
    /// Another process takes its name.
    case isReplaced
    /// SIGTERM; it drains, keeps its membership, and comes back.
    case terminates
    /// SIGTERM; it drains and leaves.
    case leaves
    /// Another member joins, and stays.
    case anotherJoins
    /// Another joins and leaves before it has done anything: the partitions come back untouched.
    case anotherVisits
    /// Another joins, works for a while, and leaves: the partitions come back changed.
    case anotherWorks
    /// Another leaves.
    case anotherLeaves
    /// Another dies, its session ends while the line stands still, and it comes back.
    case anotherDies
    /// The cleaner passes over the changelogs.
    case compaction

    /// Arranges that it happens at the line's `call`-th call, from 0.
    func arrange(at call: Int, of member: CrewMember, in crew: Crew) {
        member.beat.before = { [unowned crew, unowned member] number, _ in
            guard number >= call else { return }
            member.beat.before = nil
            crew.attempt { try befall(member, crew) }
        }
    }

    private func befall(_ member: CrewMember, _ crew: Crew) throws {
        switch self {
        case .zombie:
            crew.halt(member)
            try crew.outlast(member)
            crew.wake(member)
        case .dies: crew.lose(member)
        case .restarts: member.process.kill()
        case .isReplaced:
            crew.replace(member)
            try crew.rounds(8, without: member)
        case .terminates: crew.stop(member, leaving: false)
        case .leaves: crew.stop(member, leaving: true)
        case .anotherJoins:
            crew.join(Situation.newcomer)
            try crew.rounds(4, without: member)
        case .anotherVisits: visit(member, crew, calls: 12)
        case .anotherWorks: visit(member, crew, calls: 60)
        case .anotherLeaves:
            crew.stop(crew.other(than: member), leaving: true)
            try crew.rounds(8, without: member)
        case .anotherDies:
            let other = crew.other(than: member)
            crew.kill(other)
            try crew.rounds(30, by: 250, without: member)
            try crew.restart(other)
        case .compaction:
            try crew.compact()
        }
    }

    /// The first in the order of names, so that it is never without partitions.
    private static let newcomer = "another"

    private func visit(_ member: CrewMember, _ crew: Crew, calls: Int) {
        let visitor = crew.join(Situation.newcomer)
        let end = member.beat.calls + calls
        member.beat.before = { [unowned crew, unowned member] number, _ in
            guard number >= end else { return }
            member.beat.before = nil
            crew.stop(visitor, leaving: true)
        }
    }
}

/// Which schedules a test tries: a share of them by default, all of them or a single one on demand.
enum Schedules {
    /// `SHOPSTREAM_EXHAUSTIVE=1`: every index instead of a share.
    static let isExhaustive = ProcessInfo.processInfo.environment["SHOPSTREAM_EXHAUSTIVE"] != nil

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
