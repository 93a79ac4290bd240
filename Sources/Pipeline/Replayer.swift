public import Engine
public import Events

/// The same fold without Kafka: records in, outcomes out, both stages in one partition, the circle through the signals
/// and the replica closed at once (or after a simulated delay, so that its price can be measured).
///
/// Serves `replay`, evaluation and tests. Deterministic to the byte.
public final class Replayer {
    public let commons: Commons
    public let customers: Shard
    public let products: Shard
    /// What was decided since it was last emptied; topics by ``topology``.
    public var outbox = Outbox()
    public let topology: Topology

    private let desk: FoldingDesk
    private let emitter: Emitter
    /// Event time between two projections; zero closes the circle with every record.
    private let delay: Int64
    private var nextProjection = EventTime.unknown
    private var offset: Int64 = 0
    private var signalOffset: Int64 = 0
    private var record: [Record] = []

    public init(
        configuration: EngineConfiguration = EngineConfiguration(),
        delay: Int64 = 0,
        since: EventTime = EventTime.unknown
    ) {
        topology = Topology.loopback
        commons = Commons(configuration: configuration, partitions: 1)
        desk = FoldingDesk(topology, categories: configuration.consent)
        desk.effects.since = since
        emitter = Emitter(topology, group: "replay", categories: configuration.consent)
        customers = Shard(.customers, 0, inputs: topology.inputs, commons: commons, writer: 0)
        products = Shard(.products, 0, inputs: topology.inputs(of: .products), commons: commons, writer: 0)
        self.delay = delay
    }

    public var counters: Counters { desk.counters }

    /// Folds one record and everything that follows from it.
    public func fold(key: Bytes, value: Bytes, recordTime: EventTime = EventTime.unknown) {
        record.removeAll(keepingCapacity: true)
        record.append(
            Record(topic: 0, partition: 0, offset: offset, timestamp: recordTime, key: key, value: value, handle: 0)
        )
        offset += 1
        customers.fold(record[...], input: 0, with: desk)
        emit()
        closeCircle()
        forgetLeft()
    }

    /// Lets time go on without an event.
    public func tick(_ time: EventTime) {
        customers.tick(time, with: desk)
        emit()
    }

    /// Publishes what product pages would show at the end.
    public func finish() {
        guard case .products(let state) = products.state else { return }
        state.projectAll(into: desk.effects)
        emit()
    }

    private func emit() {
        if let population = desk.effects.outcomes.populations.last {
            commons.knowledge.adopt(population)
            customers.adopt(population)
        }
        emitter.emit(desk.effects, into: &outbox, &desk.counters)
        for (record, input, rejection) in desk.rejected {
            emitter.emit(deadLetter: record, input: input, rejection, headers: [], into: &outbox, &desk.counters)
        }
        desk.rejected.removeAll(keepingCapacity: true)
    }

    /// Nothing is ever checkpointed here, so those who left are not remembered for it.
    private func forgetLeft() {
        guard case .customers(let state) = customers.state, state.departures > 0 else { return }
        state.clearChanges()
    }

    /// Signals to the products, until none follow from signals; then the changed rows to the replica.
    private func closeCircle() {
        while desk.effects.signals.bytes > 0 {
            desk.effects.signals.drain { _, packed in
                record.removeAll(keepingCapacity: true)
                record.append(
                    Record(
                        topic: 0,
                        partition: 0,
                        offset: signalOffset,
                        timestamp: EventTime.unknown,
                        key: .none,
                        value: packed,
                        handle: 0
                    )
                )
                signalOffset += 1
                products.fold(record[...], input: 0, with: desk)
                emit()
            }
        }
        guard case .products(let state) = products.state, state.projectionsWaiting > 0 else { return }
        guard delay == 0 || state.newest >= nextProjection else { return }
        nextProjection = state.newest + delay
        let effects = desk.effects
        state.project(limit: .max, leastChange: delay == 0 ? 0 : 0.05, into: effects)
        for row in effects.outcomes.projections { commons.knowledge.adopt(row, entries: effects.outcomes.neighbours) }
        effects.outcomes.removeAll()
    }
}
