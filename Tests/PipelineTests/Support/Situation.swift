import Engine
import Events
import Traffic

@testable import Pipeline

/// What befalls a line in the middle of one of its calls.
enum Situation: String, CaseIterable, Sendable {
    case zombie, dies, restarts, isReplaced, terminates, leaves
    case anotherJoins, anotherVisits, anotherWorks, anotherLeaves, anotherDies
    case compaction

    var story: String {
        switch self {
        case .zombie: "It stops at the call, its session ends, others take over, and it goes on as if nothing had been"
        case .dies: "It is killed and never comes back: it stops without leaving"
        case .restarts: "It is killed and comes back at once"
        case .isReplaced: "Another process takes its name"
        case .terminates: "SIGTERM: it drains, keeps its membership, and comes back"
        case .leaves: "SIGTERM: it drains and leaves"
        case .anotherJoins: "Another member joins late, and stays"
        case .anotherVisits: "Another joins and leaves before it has done anything: partitions come back untouched"
        case .anotherWorks: "Another joins, works and leaves: partitions come back changed"
        case .anotherLeaves: "Another leaves"
        case .anotherDies: "Another dies, its session ends while this one stands still, and it comes back"
        case .compaction: "The cleaner passes over the changelogs"
        }
    }

    /// Arranges that it happens at the line's `call`-th call from now on, from 0.
    func arrange(at call: Int, of member: CrewMember, in crew: Crew) {
        let moment = member.beat.calls + call
        member.beat.before = { [unowned crew, unowned member] number, _ in
            guard number >= moment else { return }
            member.beat.before = nil
            crew.attempt { try befall(member, crew) }
        }
    }

    private func befall(_ member: CrewMember, _ crew: Crew) throws {
        Schedules.trace("\(self) of \(member.name) at call \(member.beat.calls)")
        switch self {
        case .zombie:
            crew.halt(member)
            try crew.outlast(member)
            crew.wake(member)
        case .dies: crew.lose(member)
        case .restarts: member.process.kill()
        case .isReplaced:
            if !member.isReplaced { crew.replace(member) }
            try crew.rounds(8, without: member)
        case .terminates: crew.stop(member, leaving: false)
        case .leaves: crew.stop(member, leaving: true)
        case .anotherJoins:
            crew.join(crew.newcomer)
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

    private func visit(_ member: CrewMember, _ crew: Crew, calls: Int) {
        let visitor = crew.join(crew.newcomer)
        let end = member.beat.calls + calls
        member.beat.before = { [unowned crew, unowned member] number, _ in
            guard number >= end else { return }
            member.beat.before = nil
            crew.stop(visitor, leaving: true)
        }
    }
}
