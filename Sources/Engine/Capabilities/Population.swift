import Events
import Models

/// Owns the shop-wide purchase model: keeps a sample of customers and re-estimates it every week of event time.
final class ChurnOwner {
    var estimator = PopulationEstimator()
    /// Week of the last estimate.
    var week: Int64 = 0
    /// Bookkeeping: changed since the last checkpoint.
    var isChanged = false

    private static let interval = 7 * EventTime.day

    func learn(_ signal: SignalFields, into effects: Effects) {
        guard signal.object.count == 8, (0...1e5).contains(signal.second), (0...1e6).contains(signal.weight) else {
            return
        }
        let key = signal.object.raw.loadUnaligned(as: UInt64.self)
        let first = signal.time &- Int64(Double(signal.second) * Double(EventTime.day))
        isChanged = true
        estimator.observe(customer: key, repeats: UInt32(signal.weight), first: first, last: signal.time)
        let now = signal.time / ChurnOwner.interval
        guard now > week else { return }
        let isFirst = week == 0
        week = now
        if !isFirst { refine(at: signal.time, into: effects) }
    }

    /// Somebody is to be forgotten. Their hash may stand in the sample.
    func forget(_ signal: SignalFields) {
        guard signal.object.count == 8 else { return }
        if estimator.forget(customer: signal.object.raw.loadUnaligned(as: UInt64.self)) { isChanged = true }
    }

    private func refine(at time: EventTime, into effects: Effects) {
        estimator.refine(at: time, seed: UInt64(bitPattern: week))
        guard !effects.isMuted else { return }
        let p = estimator.population
        effects.outcomes.populations.append(PopulationParameters(r: p.r, alpha: p.alpha, a: p.a, b: p.b))
    }
}
