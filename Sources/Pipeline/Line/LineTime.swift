import Engine
import Events

/// Time without events, adopted parameters, and the end of a bounded run.
extension Line {
    /// Lets time go on where nothing comes any more, and takes over what the whole shop's purchases say.
    func passTime() throws(Fault) {
        keepWithinBudget()
        let now = clock.now()
        guard now >= nextLook else { return }
        nextLook = now + 250
        if now > parkedUntil, awaitingOffsets.isEmpty { parked.removeAll() }
        for shard in live {
            guard case .customers(let state) = shard.state else { continue }
            if let population = commons.knowledge.population { shard.adopt(population) }
            guard !settings.untilEnd, isIdle(shard, now), shard.timeAtRecord != EventTime.unknown else { continue }
            let time = shard.timeAtRecord - settings.engine.allowedLateness + (now - shard.lastRecordAt)
            if state.wakes(before: time) { shard.tick(time, with: desk) }
        }
        emitDecisions()
    }

    /// Read to the end, and nothing came for a second.
    private func isIdle(_ shard: Shard, _ now: Int64) -> Bool {
        !hasLeftovers && now - shard.lastRecordAt >= EventTime.second && isAtEnd(shard)
    }

    private func isAtEnd(_ shard: Shard) -> Bool {
        zip(shard.positions, shard.reached).allSatisfy { position, reached in reached >= position && reached >= 0 }
    }

    /// Whether a bounded run has handled everything: the inputs as they were at the start, and all signals that
    /// followed from them, to the last hop.
    func isFinished() throws(Fault) -> Bool {
        if isStopping { return hasDrained }
        guard ending.isWanted, isReady, committing == nil, !hasWork else { return false }
        guard let inlet else { return false }
        if ending.ends == nil {
            let inputs = live.filter { $0.stage == .customers }.flatMap { shard in
                topology.inputs.map { TopicPartition($0, shard.partition) }
            }
            ending.ends = try inlet.bounds(of: inputs).mapValues(\.end)
        }
        guard hasReachedInputs else { return false }
        return try hasReachedSignals(inlet)
    }

    /// After ``stop()``: nothing is left to send or to save.
    public var hasDrained: Bool {
        isStopping && committing == nil && !hasWork && !live.contains { $0.isUnsaved }
    }

    private var hasReachedInputs: Bool {
        for shard in live where shard.stage == .customers {
            for (index, topic) in topology.inputs.enumerated() {
                let end = ending.ends?[TopicPartition(topic, shard.partition)] ?? 0
                if max(shard.positions[index], shard.reached[index]) < end { return false }
            }
        }
        return true
    }

    private func hasReachedSignals(_ inlet: any Inlet) throws(Fault) -> Bool {
        let shards = live.filter { $0.stage == .products }
        let names = shards.map { TopicPartition(OutputTopic.signals.name, $0.partition) }
        let ends = try inlet.bounds(of: names)
        return zip(shards, names).allSatisfy { shard, name in
            max(shard.positions[0], shard.reached[0]) >= (ends[name]?.end ?? 0)
        }
    }
}

/// The end of a bounded run: what the inputs held when the partitions came.
struct UntilEnd {
    let isWanted: Bool
    var ends: [TopicPartition: Int64]?

    init(isWanted: Bool) { self.isWanted = isWanted }

    /// Other partitions came: their ends are asked for anew.
    mutating func forget() { ends = nil }
}
