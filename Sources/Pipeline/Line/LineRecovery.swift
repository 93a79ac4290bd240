import Engine
import Events
import Logging

/// What to do when something outside went wrong. The fault's type says it.
extension Line {
    func recover(from fault: Fault) throws(Fault) {
        desk.counters.faults[fault.code, default: 0] += 1
        let answer = trouble.meet(fault, at: clock.now())
        if let note = answer.note { log.log(level: note.level, "\(note.text)") }
        onTrouble?(self)
        switch answer.recovery {
        case .retry: break
        case .abortBatch: try abortBatch()
        case .restartLine: restart()
        case .stop: throw answer.fault
        }
    }

    /// Nothing went wrong in this turn: whatever stood in the way may be over. Looks a few times a second.
    func noteProgress() {
        let now = clock.now()
        guard now >= nextProgress else { return }
        nextProgress = now + 250
        let sight = Trouble.Sight(
            commits: counters.transactions,
            steps: counters.transactions + counters.restoredRecords + counters.replayedRecords,
            waits: awaiting > 0 || hasWork || committing != nil || live.contains { lag(of: $0) > 0 },
            isReady: isReady
        )
        if let note = trouble.look(sight, at: now) { log.log(level: note.level, "\(note.text)") }
    }

    /// Wall time before which the next turn is of no use, ms: whoever turns the line waits for it.
    public var restUntil: Int64 { trouble.restUntil }

    /// Repeats a call that may be repeated; one that is refused for good is a producer that is lost.
    func again(_ call: () throws(Fault) -> Void) throws(Fault) {
        for _ in 0..<Line.patience {
            do throws(Fault) {
                return try call()
            } catch {
                guard error.recovery == .retry else { throw error }
                log.debug("trying again: \(error)")
            }
        }
        throw Fault(.restartLine, code: "RETRIES_EXHAUSTED", doing: "using the producer")
    }

    private static let patience = 100

    /// Producer and membership are sound: state goes back to what is committed.
    private func abortBatch() throws(Fault) {
        desk.counters.aborts += 1
        do throws(Fault) {
            if committing.take() != nil { try again { () throws(Fault) in try outlet?.abort() } }
        } catch {
            return try recover(from: error)
        }
        let partitions = assignment
        forgetState()
        restorer?.forget()
        isFetchStale = true
        restoreAgain(partitions)
    }

    /// The outcome of a commit is unknown, or a client is lost: only what the cluster has is true. New clients take
    /// over our names, which settles the old transaction, and state is made from what is then committed.
    private func restart() {
        desk.counters.restarts += 1
        committing = nil
        shut()
        change = nil
        forgetState()
    }

    /// Nothing of ours is committed any more, and the transaction in flight is not to be. What the abort meets in the
    /// end does not matter: the next use of the producer meets it again.
    func abandon() {
        if committing.take() != nil { try? again { () throws(Fault) in try outlet?.abort() } }
        forgetState()
    }

    /// Discards everything that ran ahead, and all state with it. A line that was draining has not drained: whoever
    /// stopped it decides anew.
    private func forgetState() {
        isStopping = false
        live.removeAll()
        awaitingOffsets.removeAll()
        parked.removeAll()
        assignment.removeAll()
        filling.removeAll()
        sending.removeAll()
        desk.effects.discard()
        desk.rejected.removeAll()
        records.removeAll()
        folded = 0
        pace.reset()
    }

    /// Lets every client go, without another word to the cluster but for the membership's end, if it is to end.
    public func shut(leaving: Bool = false) {
        inlet?.close(leave: leaving)
        outlet?.close()
        replica?.close()
        restorer?.close()
        inlet = nil
        outlet = nil
        replica = nil
        restorer = nil
    }
}
