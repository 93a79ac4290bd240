import Events
import Logging
import Testing
import Traffic

@testable import Pipeline

/// A line and the process it runs in.
final class CrewMember {
    let name: String
    let beat = Beat()
    fileprivate(set) var process: MemoryProcess
    fileprivate(set) var line: Line?
    /// Stopped as by SIGSTOP: takes no turn and sends no heartbeat.
    fileprivate(set) var isHalted = false
    /// In the middle of a turn, and of the call in which others have theirs.
    fileprivate var isTurning = false
    /// Asked to drain and end; whether it gives its membership up then.
    fileprivate(set) var leaves: Bool?
    /// Another process has its name: its end is for good.
    fileprivate(set) var isReplaced = false

    fileprivate init(_ name: String, _ process: MemoryProcess) {
        self.name = name
        self.process = process
    }

    fileprivate func end(leaving: Bool) {
        line?.shut(leaving: leaving)
        line = nil
    }
}

/// What must not happen, whatever the schedule.
struct Mishap: Error, CustomStringConvertible {
    let description: String
}

/// Several lines in one group on one thread: whose turn it is, and what befalls whom, is the schedule's to say.
final class Crew {
    static let sessionTimeout: Int64 = 6_000

    let rig: Rig
    private(set) var members: [CrewMember] = []
    /// What each line takes for its cluster.
    private let cluster: PassingCluster.Type
    /// Records of the shop that are still to come, a few with every round.
    private var coming: ArraySlice<(topic: String, partition: Int32, key: String?, value: String)>
    private var roundsSoFar = 0
    private var archive: [TopicPartition: [MemoryRecord]] = [:]
    private(set) var restarts = 0
    private var processes = 0
    private var mishap: (any Error)?
    private var isEnding = false
    /// Parameters that came from outside.
    private(set) var published: Set<String> = []
    /// Whose turn comes before whose; nil goes by their names.
    var dice: Dice?

    init(
        _ script: Script,
        inputs: [String] = [Script.clicks],
        partitions: Int32,
        lines: Int,
        commitDelay: Int = 0,
        maxPollInterval: Int64 = 300_000,
        memoryBudget: Int = 0,
        cluster: PassingCluster.Type = PassingCluster.self
    ) throws {
        var options = MemoryLog.Options()
        options.sessionTimeout = Crew.sessionTimeout
        options.commitDelayPolls = commitDelay
        options.maxPollInterval = maxPollInterval
        options.fetchQuantum = 4
        rig = try Rig(inputs: inputs, partitions: partitions, options: options)
        rig.settings.untilEnd = false
        rig.settings.recordsPerPoll = 6
        rig.settings.commitInterval = 1...10
        rig.settings.projectionInterval = 40
        rig.settings.memoryBudget = memoryBudget
        self.cluster = cluster
        coming = script.records[...]
        for index in 0..<lines { join("line-\(index)") }
    }

    var log: MemoryLog { rig.log }
    var group: String { rig.settings.group }

    // MARK: Coming and going

    @discardableResult
    func join(_ name: String) -> CrewMember {
        let member = CrewMember(name, newProcess(name))
        members.append(member)
        start(member)
        return member
    }

    private func newProcess(_ name: String) -> MemoryProcess {
        processes += 1
        return log.newIncarnation(of: "\(name) \(processes)")
    }

    private func start(_ member: CrewMember) {
        let seen = cluster.init(member.process, log, member.beat)
        member.line = rig.makeLine(name: member.name, on: seen)
        member.leaves = nil
        member.isHalted = false
    }

    /// A name that nobody has, the first in their order, so that whoever has it is never without partitions.
    var newcomer: String { "another-\(members.count)" }

    /// `kill -9`. Its place in the group and its open transaction stay until others end them.
    func kill(_ member: CrewMember) {
        member.process.kill()
        member.line = nil
    }

    /// The process is started again under its name, whatever became of the one before; not if another has the name.
    func restart(_ member: CrewMember) throws {
        if member.isReplaced { return }
        restarts += 1
        if restarts > 60 { throw Mishap(description: "\(member.name) restarted too often: \(log.injections)") }
        member.process.kill()
        member.process = newProcess(member.name)
        start(member)
    }

    /// Another process comes up under the member's name, while it lives.
    @discardableResult
    func replace(_ member: CrewMember) -> CrewMember {
        member.isReplaced = true
        return join(member.name)
    }

    func halt(_ member: CrewMember) {
        member.process.halt()
        member.isHalted = true
    }

    func wake(_ member: CrewMember) {
        member.process.wake()
        member.isHalted = false
    }

    /// It dies for good.
    func lose(_ member: CrewMember) {
        member.isReplaced = true
        member.process.kill()
    }

    /// SIGTERM.
    func stop(_ member: CrewMember, leaving: Bool) { member.leaves = leaving }

    func other(than member: CrewMember) -> CrewMember {
        members.first { $0 !== member && $0.line != nil } ?? join("line-other")
    }

    /// Does what happens in the middle of a call; what goes wrong is thrown when the turn is over.
    func attempt(_ body: () throws -> Void) {
        do { try body() } catch { mishap = mishap ?? error }
    }

    // MARK: The whole shop

    /// New parameters of the whole shop, as their owner would publish them.
    func publish(_ r: Double) throws {
        var buffer = ByteBuffer()
        let parameters = PopulationParameters(r: r, alpha: 20, a: 0.8, b: 2.5)
        Encoder(version: Shopstream.version).encode(parameters, into: &buffer)
        published.insert(buffer.bytes().text)
        try log.append(OutputTopic.models.name, 0, key: "model:churn", value: buffer.bytes().text)
    }

    // MARK: The cleaner

    /// Passes over the changelogs; what it takes is kept for the truth's sake.
    func compact() throws {
        for stage in Stage.allCases {
            let topic = rig.topology.changelog(of: stage).name
            for number in 0..<rig.topology.partitions {
                let place = TopicPartition(topic, number)
                archive[place] = try changelog(place)
            }
            try log.compact(topic)
        }
    }

    /// All that was ever committed to a changelog's partition.
    func changelog(_ place: TopicPartition) throws -> [MemoryRecord] {
        let kept = archive[place] ?? []
        let end = kept.last?.offset ?? -1
        return kept + (try log.records(in: place).filter { $0.offset > end })
    }

    // MARK: Turning

    /// A round: new records come, everybody has a turn, time goes on.
    func round(by milliseconds: Int64 = 7, without absent: CrewMember? = nil) throws {
        try comes()
        for member in order() where member !== absent { try turn(member) }
        log.advance(by: milliseconds)
    }

    func rounds(_ count: Int, by milliseconds: Int64 = 7, without absent: CrewMember? = nil) throws {
        for _ in 0..<count { try round(by: milliseconds, without: absent) }
    }

    /// Until the member's session has ended and the others have taken over what it had.
    func outlast(_ member: CrewMember) throws {
        for _ in 0..<60 where log.members(of: group).contains(where: { $0.instance == member.name }) {
            try round(by: 250, without: member)
        }
        try rounds(25, without: member)
    }

    /// The shop falls silent for a while now and then, so that there are transactions without input, and goes on.
    private static let silence = 10..<30

    private func comes() throws {
        roundsSoFar += 1
        if Crew.silence.contains(roundsSoFar % 60) { return }
        for record in coming.prefix(3) {
            try log.append(
                record.topic,
                record.partition,
                key: record.key,
                value: record.value,
                timestamp: Script.start + 500 * EventTime.day
            )
        }
        coming = coming.dropFirst(3)
    }

    private func order() -> [CrewMember] {
        guard dice != nil else { return members }
        let drawn = members.map { ($0, dice?.roll(100) ?? 0) }
        return drawn.filter { $0.1 < 75 }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    private func turn(_ member: CrewMember) throws {
        guard let line = member.line, !member.isHalted, !member.isTurning else { return }
        member.isTurning = true
        defer { member.isTurning = false }
        var fault: Fault?
        do throws(Fault) {
            let goesOn = try line.turn()
            if let leaves = member.leaves {
                if goesOn || !line.hasDrained { line.stop() } else { member.end(leaving: leaves) }
            }
        } catch {
            fault = error
        }
        if let mishap { throw mishap }
        if let fault { try answer(fault, of: member) }
        if member.line == nil, member.leaves == false, !isEnding { try restart(member) }
    }

    /// A process that is gone is started again, and so is one that was fenced, unless it was meant to be.
    private func answer(_ fault: Fault, of member: CrewMember) throws {
        Schedules.trace("\(member.name) ends: \(fault)")
        guard fault.isProcessGone || fault.recovery == .stop(exitCode: Fault.Exit.fenced) else {
            throw Mishap(description: "\(member.name) stopped: \(fault)")
        }
        member.end(leaving: false)
        try restart(member)
    }

    // MARK: The end

    /// Everybody who should live lives, all is folded, and all lines have drained.
    func finish() throws {
        log.faults = .none
        log.commitDelayPolls = 0
        dice = nil
        for member in members {
            member.beat.before = nil
            if member.isHalted { wake(member) }
        }
        // Who has to give partitions up while draining leaves their journals for others to replay.
        for _ in 0..<4 {
            if !members.contains(where: { $0.line != nil && $0.leaves == nil }) { join("line-last") }
            isEnding = false
            try settle()
            isEnding = true
            try drain()
            if try isSaved() { return }
        }
    }

    private func drain() throws {
        for member in members where member.line != nil { stop(member, leaving: false) }
        for _ in 0..<400 {
            if members.allSatisfy({ $0.line == nil }) { return }
            try round()
        }
        throw Mishap(description: "no end of draining; faults: \(log.injections)")
    }

    /// Every partition's checkpoint is at the group's offsets.
    private func isSaved() throws -> Bool {
        for stage in Stage.allCases {
            for number in 0..<rig.topology.partitions {
                let place = TopicPartition(rig.topology.changelog(of: stage).name, number)
                let journal = try log.records(in: place).last { $0.keyText == "journal" }
                if let journal, journal.lend({ try? Journal($0.value).isEmpty }) == false { return false }
            }
        }
        return true
    }

    private func settle() throws {
        for count in 0..<3_000 {
            // Sessions of the dead have to end before their partitions go to the living.
            try round(by: count < 600 ? 7 : 100)
            if count % 8 == 0, try isQuiet() { return }
        }
        throw Mishap(description: "no rest: \(log.offsets(of: group)); faults: \(log.injections)")
    }

    /// All records there are, and all signals that follow from them, are folded and committed.
    private func isQuiet() throws -> Bool {
        guard coming.isEmpty, log.openTransactions.isEmpty, !log.isRebalancing(group) else { return false }
        let live = members.reduce(0) { $0 + ($1.line?.live.count ?? 0) }
        guard live == 2 * Int(rig.topology.partitions) else { return false }
        let offsets = log.offsets(of: group)
        for topic in rig.topology.subscription {
            for number in 0..<rig.topology.partitions {
                let place = TopicPartition(topic, number)
                guard let last = try log.records(in: place).last?.offset else { continue }
                if (offsets[place] ?? 0) <= last { return false }
            }
        }
        return true
    }
}

/// Seeded chance.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = Hash.combine(seed, 0x6469_6365) }

    mutating func roll(_ sides: Int) -> Int {
        state = Hash.combine(state, 0x9E37_79B9_7F4A_7C15)
        return Int(state % UInt64(sides))
    }

    mutating func one(in sides: Int) -> Bool { roll(sides) == 0 }
}
