import Engine
import Events
import Logging

/// What to do when something outside went wrong. The fault's type says it.
extension Line {
    func recover(from fault: Fault) throws(Fault) {
        switch fault.recovery {
        case .retry: log.debug("\(fault.doing): \(fault.code), trying again")
        case .abortBatch: try abortBatch(fault)
        case .restartLine: try restart(fault)
        case .stop:
            log.error("\(fault)")
            throw fault
        }
    }

    /// Producer and membership are sound: state goes back to what is committed.
    private func abortBatch(_ fault: Fault) throws(Fault) {
        log.warning("transaction aborted: \(fault)")
        desk.counters.aborts += 1
        do throws(Fault) {
            if let commit = committing.take() { try commit.abandon() }
            try foldAgain()
        } catch {
            guard error.recovery != .abortBatch else { return try restart(error) }
            try recover(from: error)
        }
    }

    /// The outcome of a commit is unknown, or the producer is lost: only what the cluster has is true. A new producer takes
    /// the id over, which settles the old one's transaction, and state is made from what is then committed.
    private func restart(_ fault: Fault) throws(Fault) {
        log.warning("line restarted: \(fault)")
        desk.counters.restarts += 1
        committing = nil
        outlet?.close()
        outlet = nil
        do throws(Fault) {
            try foldAgain()
        } catch {
            guard case .stop = error.recovery else { return log.warning("\(error)") }
            throw error
        }
    }

    /// Discards everything that ran ahead, and all state with it; the same partitions are restored.
    private func foldAgain() throws(Fault) {
        discard()
        parked.removeAll()
        awaitingOffsets.removeAll()
        live.removeAll()
        restorer?.close()
        restorer = nil
        let partitions = assignment
        try inlet?.fetch(from: [:])
        if !partitions.isEmpty { restoreAgain(partitions) }
    }

    /// Nothing of ours is committed any more, and the transaction in flight is not to be.
    func abandon() throws(Fault) {
        if let commit = committing.take() { try? commit.abandon() }
        parked.removeAll()
        discard()
    }

    private func discard() {
        filling.removeAll()
        sending.removeAll()
        desk.effects.discard()
        desk.rejected.removeAll()
        pace.reset()
    }

    /// Lets everything go without another word to the cluster.
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
