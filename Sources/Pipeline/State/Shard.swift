public import Engine
import Events

/// One partition of one stage: its state, how far it has folded its inputs, and the journal of how it got there.
///
/// The guard stands here: a record is folded only if its offset is the expected one or later.
public final class Shard {
    public enum State {
        case customers(CustomerState)
        case products(ProductState)
    }

    public let stage: Stage
    public let partition: Int32
    public let state: State
    /// Next offset to fold, by the stage's inputs.
    public internal(set) var positions: [Int64]
    /// Ends that were reached, by the stage's inputs: positions behind the last record there was.
    var reached: [Int64]
    public internal(set) var journal: Journal
    /// Checkpoints since the memory was empty, and the offsets from which it has been folded; zero and none for
    /// unknown.
    var generation: UInt64 = 0
    var began: [Int64] = []
    /// A reset emptied the memory that was here before.
    var wasReset = false
    /// Folded something since the last transaction.
    var isTouched = false
    /// Wall time of its next turn to be checkpointed.
    var nextCheckpoint: Int64 = 0
    /// Wall time of the last folded record, and the newest event time then.
    private(set) var lastRecordAt: Int64 = 0
    private(set) var timeAtRecord = EventTime.unknown

    private let commons: Commons
    private let inputs: [String]

    /// - Parameter inputs: names of the stage's inputs, by their index.
    init(_ stage: Stage, _ partition: Int32, inputs: [String], commons: Commons, writer: UInt64) {
        self.stage = stage
        self.partition = partition
        self.commons = commons
        self.inputs = inputs
        positions = Array(repeating: Position.beginning, count: inputs.count)
        reached = Array(repeating: Int64.min, count: inputs.count)
        journal = Journal(writer: writer, inputs: inputs, base: positions)
        state =
            stage == .customers
            ? .customers(CustomerState(partition: partition, commons: commons))
            : .products(ProductState(partition: partition, commons: commons))
    }

    /// The same partition of the same stage after a reset, with nothing in it.
    func emptied() -> Shard {
        let shard = Shard(stage, partition, inputs: inputs, commons: commons, writer: journal.writer)
        shard.wasReset = true
        return shard
    }

    /// What binds the state records together that stand in the changelog with those written now.
    func seal(for group: String) -> Checkpoint {
        if generation > 0 || !began.isEmpty { generation += 1 }
        return Checkpoint(
            shape: .settings(model: EngineConfiguration.modelFingerprint, commons.configuration.stateSettings),
            inputs: inputs,
            offsets: positions,
            generation: generation,
            records: UInt64(stateRecords),
            began: began,
            group: group,
            wasReset: wasReset
        )
    }

    /// State records that the changelog has of this partition, once its changes are written.
    var stateRecords: Int {
        switch state {
        case .customers(let state): state.records
        case .products(let state): state.records
        }
    }

    public var changes: Int {
        switch state {
        case .customers(let state): state.changes
        case .products(let state): state.changes
        }
    }

    /// Something is folded that no checkpoint holds; models and offsets may go on while no record changes.
    var isUnsaved: Bool { changes > 0 || !journal.isEmpty }

    public var bytesReserved: Int {
        switch state {
        case .customers(let state): state.bytesReserved
        case .products(let state): state.bytesReserved
        }
    }

    public var records: Int {
        switch state {
        case .customers(let state): state.count
        case .products(let state): state.count
        }
    }

    /// Folds a run of records of one input, in order; what the guard turns away is counted.
    func fold(_ records: ArraySlice<Record>, input: Int, with desk: FoldingDesk) {
        var folded: UInt64 = 0
        for record in records {
            guard record.offset >= positions[input] else {
                desk.counters.guarded += 1
                continue
            }
            positions[input] = record.offset + 1
            folded += 1
            switch state {
            case .customers(let state): desk.fold(record, input: input, into: state)
            case .products(let state): desk.fold(record, into: state)
            }
        }
        guard folded > 0 else { return }
        if stage == .customers { desk.counters.consumed[input] += folded }
        journal.ran(topic: input, count: folded)
        isTouched = true
    }

    /// Ends that were reached before the partition went are none now.
    func forgetEnds() {
        for index in reached.indices { reached[index] = .min }
    }

    /// From here on wall time counts as silence.
    func noteRecord(at now: Int64) {
        lastRecordAt = now
        if case .customers(let state) = state { timeAtRecord = state.newest }
    }

    /// Time goes on without records.
    func tick(_ time: EventTime, with desk: FoldingDesk) {
        guard case .customers(let state) = state else { return }
        state.tick(time, into: desk.effects)
        journal.ticked(time)
        isTouched = true
    }

    /// Folds on with the shop-wide parameters; an entry of the journal, because facts follow from them.
    func adopt(_ population: PopulationParameters) {
        guard case .customers(let state) = state, state.population != population else { return }
        state.adopt(population)
        journal.adopted(population)
        isTouched = true
    }

    /// Lets the least valuable customers go; an entry of the journal, because how much memory there is comes from
    /// outside. Answers how many left.
    @discardableResult
    func evict(_ eviction: Eviction, with desk: FoldingDesk) -> Int {
        guard case .customers(let state) = state else { return 0 }
        let count = state.evict(eviction, into: desk.effects)
        journal.evicted(eviction)
        isTouched = true
        return count
    }

    /// Replays one entry of the journal that needs no record.
    func replay(_ entry: Journal.Entry, with desk: FoldingDesk) {
        switch entry {
        case .run: break
        case .tick(let time): tick(time, with: desk)
        case .adopted(let population): adopt(population)
        case .evicted(let eviction): evict(eviction, with: desk)
        }
    }

    /// From here on everything that is folded is journaled.
    func startJournal() { journal = Journal(writer: journal.writer, inputs: inputs, base: positions) }

    func restore(key: Bytes, value: Bytes) throws(StateFault) {
        switch state {
        case .customers(let state): try state.restore(key: key, value: value)
        case .products(let state): try state.restore(key: key, value: value)
        }
    }

    /// Models whose bytes mean nothing any more begin anew.
    func renewModels() {
        if case .products(let state) = state { state.renewModels() }
    }

    func finishRestore() {
        switch state {
        case .customers(let state): state.finishRestore()
        case .products(let state): state.finishRestore()
        }
    }
}
