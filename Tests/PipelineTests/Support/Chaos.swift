import Events
import Pipeline
import Traffic

/// A crew and what chance does to it.
final class Chaos: CustomStringConvertible {
    enum Event: String, CaseIterable {
        case fault, situation, kill, halt, wake, terminate, leave, join, replace, expire, timePasses, parametersCome
    }

    let crew: Crew
    private var dice: Dice
    private(set) var events: [String] = []

    init(seed: Int) throws {
        dice = Dice(seed: UInt64(seed))
        let partitions = Int32(2 + dice.roll(2))
        let script = Script.week(
            customers: 6 + dice.roll(4),
            days: 30,
            every: 3,
            partitions: partitions,
            reviews: Script.reviews
        )
        crew = try Crew(
            script,
            inputs: [Script.clicks, Script.reviews],
            partitions: partitions,
            lines: 2 + dice.roll(2),
            commitDelay: dice.roll(3),
            maxPollInterval: 1_000 * EventTime.day,
            // Every other crew has hardly any memory: whoever is least valuable leaves, again and again.
            memoryBudget: seed % 2
        )
        crew.dice = Dice(seed: UInt64(seed) &+ 1)
        crew.log.faults = .random(seed: UInt64(seed), gap: 150, kinds: FaultKind.allCases, limit: 12)
    }

    var description: String { "\(events.joined(separator: ", ")); faults: \(crew.log.injections)" }

    func run(rounds: Int) throws {
        for round in 0..<rounds {
            if dice.one(in: 7), let event = draw() { try happen(event, round) }
            try crew.round(by: Int64(1 + dice.roll(20)))
        }
        try crew.finish()
    }

    private func draw() -> Event? {
        if dice.one(in: 4) { return dice.one(in: 2) ? .timePasses : .parametersCome }
        return Event.allCases.dropFirst(dice.roll(Event.allCases.count)).first
    }

    private func happen(_ event: Event, _ round: Int) throws {
        let living = crew.members.filter { $0.line != nil }
        guard let member = living.dropFirst(dice.roll(max(1, living.count))).first else { return _ = crew.join(name()) }
        events.append("\(event) \(round)")
        Schedules.trace("\(event) in round \(round): \(member.name)")
        switch event {
        case .fault: crew.log.faults = .at(crew.log.stepCount + dice.roll(30), kind()).and(crew.log.faults)
        case .situation: arrange(member)
        case .kill: try crew.restart(member)
        case .halt: crew.halt(member)
        case .wake: crew.members.filter(\.isHalted).forEach(crew.wake)
        case .terminate: crew.stop(member, leaving: false)
        case .leave: if living.count > 1 { crew.stop(member, leaving: true) }
        case .join: if living.count < 4 { crew.join(name()) }
        case .replace: if !member.isHalted, !member.isReplaced { crew.replace(member) }
        case .expire: crew.log.expire(member.name, of: crew.group)
        case .parametersCome: try crew.publish(Double(5 + dice.roll(50)) / 10)
        case .timePasses: crew.log.advance(by: Int64(1 + dice.roll(10 * 24)) * EventTime.hour)
        }
    }

    private func arrange(_ member: CrewMember) {
        let situation = Situation.allCases[dice.roll(Situation.allCases.count)]
        situation.arrange(at: dice.roll(40), of: member, in: crew)
    }

    private func kind() -> FaultKind { FaultKind.allCases[dice.roll(FaultKind.allCases.count)] }

    /// Sometimes before and sometimes behind the others in the order of names, so that partitions move either way.
    private func name() -> String { "\(dice.one(in: 2) ? "another" : "yet-another")-\(crew.members.count)" }
}
