import Engine
import Events
import Logging

/// A line stays within its share of the memory budget: the least valuable customers leave, in the journal's sight.
extension Line {
    func keepWithinBudget() {
        guard budget.limit > 0, !isStopping, awaiting == 0 else { return }
        let states = customerStates
        let reserved =
            commons.names.bytesReserved + commons.knowledge.bytesReserved
            + live.reduce(0) { $0 + $1.bytesReserved }
        let used = states.reduce(0) { $0 + $1.bytesUsed }
        let growth = states.reduce(0) { $0 + $1.largestGrowth }
        let wasShort = budget.isShort
        guard let excess = budget.excess(reserved: reserved, used: used, growth: growth) else { return }
        if !wasShort {
            log.warning(
                "memory budget reached: the least valuable customers leave; give more with --memory-budget",
                metadata: ["bytes": "\(reserved)", "budget": "\(budget.limit)", "customers": "\(used)"]
            )
        }
        evict(leastWorth(excess, of: states))
        emitDecisions()
    }

    /// Above what else is kept of a kind: names, products and what is known of the shop are not evicted.
    private var customerStates: [CustomerState] {
        live.compactMap { shard in if case .customers(let state) = shard.state { state } else { nil } }
    }

    /// Whom it takes to free so many bytes.
    private func leastWorth(_ bytes: Int, of states: [CustomerState]) -> Eviction {
        var eviction = Eviction(before: 0)
        var days = WorthHistogram()
        for state in states { state.weigh(by: eviction, into: &days) }
        var minutes = WorthHistogram.minutes(before: days.end(freeing: bytes))
        for state in states { state.weigh(by: eviction, into: &minutes) }
        eviction.before = minutes.end(freeing: bytes)
        return eviction
    }

    private func evict(_ eviction: Eviction) {
        for shard in live where shard.stage == .customers {
            desk.counters.evicted += UInt64(shard.evict(eviction, with: desk))
        }
    }
}
