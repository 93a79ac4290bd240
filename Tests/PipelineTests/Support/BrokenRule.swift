import Events
import Pipeline
import Traffic

/// The rules of "Exactly once, and memory that comes back", each with the ports that break it and nothing else, and the
/// schedules under which that must show.
enum BrokenRule: String, CaseIterable, Sendable {
    case offsetsOutsideTheTransaction
    case checkpointOutsideTheTransaction
    case stateKeptAfterAnAbort
    case timersWithoutOffsets
    case neverJoinedMembership
    case membershipOfTheMoment
    case commitRetriedAlone
    case journalNotWritten
    case replaySkipped
    case changelogReadUncommitted
    case changelogNotReadToItsEnd
    case unstableOffsetsTaken
    case positionTakenSilently
    case returnTakenOnTrust

    /// The rule itself, as the page of proofs says it.
    var rule: String {
        switch self {
        case .offsetsOutsideTheTransaction: "Offsets are committed inside the transaction"
        case .checkpointOutsideTheTransaction: "Checkpoints are written inside the transaction"
        case .stateKeptAfterAnAbort: "After an abort state comes back from what is committed"
        case .timersWithoutOffsets: "Every transaction sends a real offset, timer-only ones too"
        case .neverJoinedMembership: "Offsets go with the member id and generation that the group gave"
        case .membershipOfTheMoment: "The membership is taken once, when the partitions are assigned"
        case .commitRetriedAlone: "An unknown result never gets a retry of the commit alone"
        case .journalNotWritten: "Every transaction writes the journal"
        case .replaySkipped: "A restore folds the journal up to the committed offsets"
        case .changelogReadUncommitted: "A changelog is read with read_committed"
        case .changelogNotReadToItsEnd: "A changelog is read up to the end that it had"
        case .unstableOffsetsTaken: "Committed offsets are awaited until they are stable"
        case .positionTakenSilently: "No position is taken silently"
        case .returnTakenOnTrust: "A partition that comes back keeps its state only if nobody wrote"
        }
    }

    /// How it is broken.
    var breach: String {
        switch self {
        case .offsetsOutsideTheTransaction: "a plain offset commit before the transaction's end"
        case .checkpointOutsideTheTransaction: "state and checkpoint records appended beside the transaction"
        case .stateKeptAfterAnAbort: "an aborted commit is taken for done"
        case .timersWithoutOffsets: "unchanged offsets are left out, and so is the whole fence"
        case .neverJoinedMembership: "an empty member id and generation -1, which the broker accepts"
        case .membershipOfTheMoment: "the group's present generation, asked for at the commit"
        case .commitRetriedAlone: "the same transaction once more by a new producer"
        case .journalNotWritten: "journal records are left out"
        case .replaySkipped: "an emptied journal, and the checkpoint at the committed offsets"
        case .changelogReadUncommitted: "aborted records are read as well"
        case .changelogNotReadToItsEnd: "the first slice is taken for all"
        case .unstableOffsetsTaken: "pending offsets are overlooked"
        case .positionTakenSilently: "the log's end where nothing is committed"
        case .returnTakenOnTrust: "the changelog's end and the offsets as they were before"
        }
    }

    var cluster: PassingCluster.Type {
        switch self {
        case .offsetsOutsideTheTransaction: Breaking<OffsetsOutside>.self
        case .checkpointOutsideTheTransaction: Breaking<CheckpointOutside>.self
        case .stateKeptAfterAnAbort: Breaking<AbortIgnored>.self
        case .timersWithoutOffsets: Breaking<UnfencedTimers>.self
        case .neverJoinedMembership: Breaking<NeverJoined>.self
        case .membershipOfTheMoment: Breaking<MembershipOfTheMoment>.self
        case .commitRetriedAlone: Breaking<CommitAgain>.self
        case .journalNotWritten: Breaking<NoJournal>.self
        case .replaySkipped: Reading<ReplaySkipped>.self
        case .changelogReadUncommitted: ReadingUncommitted.self
        case .changelogNotReadToItsEnd: Reading<EndNotAwaited>.self
        case .unstableOffsetsTaken: Joining<UnstableOffsets>.self
        case .positionTakenSilently: Joining<SilentPosition>.self
        case .returnTakenOnTrust: Returning.self
        }
    }

    var trial: Trial {
        var trial = Trial()
        trial.commitDelay = self == .unstableOffsetsTaken ? 2 : 0
        return trial
    }

    /// What befalls the lines; nothing for a rule whose breaking shows at once.
    var situations: [Situation] {
        switch self {
        case .timersWithoutOffsets, .neverJoinedMembership, .membershipOfTheMoment, .unstableOffsetsTaken: [.zombie]
        case .journalNotWritten, .replaySkipped, .changelogNotReadToItsEnd: [.restarts]
        case .returnTakenOnTrust: [.anotherWorks]
        default: []
        }
    }

    var faults: [FaultKind] {
        switch self {
        case .offsetsOutsideTheTransaction: [.processGone]
        case .checkpointOutsideTheTransaction, .changelogReadUncommitted: [.abortRequired, .unknownAndAborted]
        case .stateKeptAfterAnAbort: [.abortRequired]
        case .commitRetriedAlone: [.unknownButCommitted]
        default: []
        }
    }
}

/// A cluster whose producers break a rule.
final class Breaking<Broken: BrokenOutlet>: PassingCluster, @unchecked Sendable {
    override func makeOutlet(transactionalId: String, topics: [String]) throws(Fault) -> any Outlet {
        try Broken(self, transactionalId, topics)
    }
}

/// A cluster whose members break a rule.
class Joining<Broken: BrokenInlet>: PassingCluster, @unchecked Sendable {
    override func makeInlet(_ subscription: Subscription) throws(Fault) -> any Inlet {
        try Broken(self, subscription)
    }
}

/// A cluster whose readers break a rule.
final class Reading<Broken: BrokenReader>: PassingCluster, @unchecked Sendable {
    override func makeReader(topics: [String]) throws(Fault) -> any Fetching { try Broken(self, topics) }
}

final class ReadingUncommitted: PassingCluster, @unchecked Sendable {
    override func makeReader(topics: [String]) throws(Fault) -> any Fetching {
        PassingReader(try process.makeReader(topics: topics, isolation: .uncommitted), beat)
    }
}

final class Returning: Joining<BlindReturn>, @unchecked Sendable {
    override func makeReader(topics: [String]) throws(Fault) -> any Fetching { try BlindReader(self, topics) }
}
