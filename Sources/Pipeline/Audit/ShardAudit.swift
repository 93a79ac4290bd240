import Engine
import Events

/// Reads one partition's changelog in the order of the log and folds along: from each checkpoint that is whole by the
/// journal of the next one, whose records must be exactly those that stand there; from the last one by the last journal
/// to the group's offsets (decision 0011).
///
/// Bound: the partition's state, twice while a spoiled generation is read again; the records of one generation.
final class ShardAudit {
    /// What the state is at the moment.
    private enum Footing: Equatable {
        /// Nothing read yet that says where the memory began.
        case empty
        /// Records as they come; whether they are whole is not known.
        case records
        /// The state as of the last checkpoint.
        case whole
        /// Spoiled too often: only the last checkpoint is taken.
        case givenUp
    }

    private let desk: AuditDesk
    private let stage: Stage
    private let partition: Int32
    private let place: TopicPartition
    private let stageInputs: StageInputs
    private let streams: InputStreams
    private(set) var shard: Shard
    private var footing = Footing.empty
    private var last: Checkpoint?
    /// The last journal since the last checkpoint.
    private var journal: Journal?
    private var generation = Generation()
    /// Between a reset's first record and its last: the sweep, which belongs to no generation.
    private var isSwept = false
    private var compared = 0
    private var spoiled = 0
    /// Hashes of the customers whose record was taken away at some time.
    private(set) var departed = Set<UInt64>()
    private var hasPartitionRecord = false
    /// Whether everything that the folds put out since the memory was empty is known.
    private(set) var isFromTheBeginning = false

    /// Raw records kept while it is open whether they can be checked: 256 MiB.
    private static let mostPending = 256 << 20
    private static let mostSpoiled = 10

    init(_ desk: AuditDesk, _ stage: Stage, _ partition: Int32) {
        self.desk = desk
        self.stage = stage
        self.partition = partition
        place = TopicPartition(desk.topology.changelog(of: stage).name, partition)
        stageInputs = StageInputs(places: desk.topology.inputs(of: stage).map { TopicPartition($0, partition) })
        let names = stageInputs.places
        streams = InputStreams(desk.inputs, names, ends: names.map { desk.cut.end(of: $0) }) { [desk] in desk.breathe()
        }
        shard = desk.makeShard(stage, partition)
    }

    /// From which offsets the memory was folded; empty for unknown.
    var began: [Int64] {
        guard let last else { return journal.flatMap(stageInputs.base) ?? [] }
        return stageInputs.began(last) { desk.cut.start(of: $0) }
    }

    /// Answers whether the state at the group's offsets is known: then it is in ``shard``.
    func run() throws(Fault) -> Bool {
        try desk.logs.walk(place, from: desk.cut.start(of: place), to: desk.cut.end(of: place)) {
            (record) throws(Fault) in
            try take(record)
        }
        return try finish()
    }

    // MARK: the changelog

    private func take(_ record: Record) throws(Fault) {
        if record.key == Bytes(Journal.key) {
            guard !record.value.isMissing else { return startOver() }
            if isSwept { shard.finishRestore() }
            isSwept = false
            journal = read(record, "journal") { bytes throws(StateFault) in try Journal(bytes) }
        } else if record.key == Bytes(Checkpoint.key) {
            guard !record.value.isMissing else { return startOver() }
            let checkpoint = read(record, "checkpoint") { bytes throws(StateFault) in try Checkpoint(bytes) }
            if let checkpoint { try conclude(checkpoint, record.offset) }
        } else if record.key.isMissing {
            desk.add(.extra, .state, place, record.offset, "a record without a key")
        } else {
            try keep(record)
        }
    }

    private func read<Value>(
        _ record: Record,
        _ what: String,
        _ decode: (Bytes) throws(StateFault) -> Value
    ) -> Value? {
        do throws(StateFault) {
            return try decode(record.value)
        } catch {
            desk.add(.different, .state, place, record.offset, "the \(what) cannot be read (\(error))")
            return nil
        }
    }

    private func keep(_ record: Record) throws(Fault) {
        if isSwept, record.value.isMissing { return }
        if record.key == Bytes(StateKey.partition) { hasPartitionRecord = true }
        if record.value.isMissing, let customer = StateKey.suffix(record.key, after: StateKey.customer) {
            departed.insert(Hash.of(customer))
        }
        if isSwept || footing == .records || footing == .givenUp {
            return try restore(record.key, record.value, record.offset)
        }
        generation.add(record)
        guard generation.bytes > ShardAudit.mostPending else { return }
        try fallBack(before: record.offset + 1)
    }

    /// A reset: what stands before counts no more, even where compaction has taken it. Once the tombstones are gone
    /// too, the checkpoints say it.
    private func startOver() {
        desk.noteReset()
        shard = desk.makeShard(stage, partition)
        footing = .empty
        last = nil
        journal = nil
        generation = Generation()
        isSwept = true
        hasPartitionRecord = false
        departed.removeAll()
    }

    private func restore(_ key: Bytes, _ value: Bytes, _ offset: Int64) throws(Fault) {
        do {
            try shard.restore(key: key, value: value)
        } catch {
            if case .newerVersion = error {
                throw Fault(
                    .stop(exitCode: Fault.Exit.data),
                    code: "STATE_UNREADABLE",
                    doing: "reading the state in \(place)",
                    remedy: "verify with the version that wrote it"
                )
            }
            desk.add(.different, .state, place, offset, "a state record cannot be read")
        }
    }

    /// Reads everything before `end` once more into an empty state.
    private func fallBack(before end: Int64) throws(Fault) {
        shard = desk.makeShard(stage, partition)
        footing = .records
        generation = Generation()
        try desk.again.walk(place, from: desk.cut.start(of: place), to: end) { (record) throws(Fault) in
            if record.value.isMissing, record.key == Bytes(Journal.key) || record.key == Bytes(Checkpoint.key) {
                shard = desk.makeShard(stage, partition)
            } else if record.key == Bytes(Journal.key) || record.key == Bytes(Checkpoint.key) || record.key.isMissing {
                return
            } else {
                try restore(record.key, record.value, record.offset)
            }
        }
    }

    // MARK: a generation

    /// A checkpoint closes its generation.
    private func conclude(_ checkpoint: Checkpoint, _ offset: Int64) throws(Fault) {
        if checkpoint.wasReset { desk.noteReset() }
        if let journal, canFold(journal, to: checkpoint) {
            try compare(journal, checkpoint, offset)
        } else {
            try carryOver(checkpoint, offset)
        }
        last = checkpoint
        journal = nil
        generation = Generation()
    }

    /// Whether everything is there from which the generation can be folded.
    private func canFold(_ journal: Journal, to checkpoint: Checkpoint) -> Bool {
        guard let base = stageInputs.base(of: journal), checkpoint.shape == shape else { return false }
        return stands(before: checkpoint, at: base) && hasInputs(from: base)
    }

    private func stands(before next: Checkpoint, at base: [Int64]) -> Bool {
        switch footing {
        case .whole: last.map { follows(next, $0, base) } ?? false
        case .empty: next.generation == 1 && stageInputs.follows(base, next.began, of: next.inputs)
        case .records, .givenUp: false
        }
    }

    private func follows(_ next: Checkpoint, _ last: Checkpoint, _ base: [Int64]) -> Bool {
        next.follows(last) && stageInputs.follows(base, last.offsets, of: last.inputs)
    }

    /// What state must have been folded under to be folded again here.
    private var shape: Checkpoint.Shape {
        .settings(model: EngineConfiguration.modelFingerprint, desk.settings.engine.stateSettings)
    }

    private var names: [TopicPartition] { stageInputs.places }

    private func hasInputs(from base: [Int64]) -> Bool {
        for (name, offset) in zip(names, base) where offset >= 0 && offset < desk.cut.start(of: name) {
            desk.note("\(name) now begins at \(desk.cut.start(of: name)): what was folded before is not checked")
            return false
        }
        return true
    }

    private func compare(_ journal: Journal, _ checkpoint: Checkpoint, _ offset: Int64) throws(Fault) {
        let before = desk.report.disagreements
        begin(with: journal)
        if try fold(journal, offset) { checkPositions(checkpoint, offset) }
        let expected = generation.compare(with: shard, at: place, of: checkpoint, offset, desk)
        shard.startJournal()
        if UInt64(shard.stateRecords) != checkpoint.records {
            desk.add(.different, .state, place, offset, "the checkpoint counts \(checkpoint.records) state records")
        }
        desk.report.check("state records", expected)
        desk.report.check("generations of state")
        compared += 1
        if desk.report.disagreements > before { try mend(checkpoint, offset) }
    }

    /// Stands where the journal begins.
    private func begin(with journal: Journal) {
        if footing == .empty { isFromTheBeginning = true }
        footing = .whole
        guard let base = stageInputs.base(of: journal), base != shard.positions else { return }
        shard.positions = base
        streams.start(at: base)
    }

    private func checkPositions(_ checkpoint: Checkpoint, _ offset: Int64) {
        for (input, said) in zip(checkpoint.inputs, checkpoint.offsets) {
            guard let index = stageInputs.index(of: input) else { continue }
            let led = shard.positions[index]
            if led == said { continue }
            let what = "the journal leads to \(led) of \(names[index]), the checkpoint says \(said)"
            desk.add(.offset, .position, place, offset, what)
        }
    }

    /// One fault must not be found again in every generation that follows: goes on from what stands in the log.
    private func mend(_ checkpoint: Checkpoint, _ offset: Int64) throws(Fault) {
        spoiled += 1
        try fallBack(before: offset + 1)
        if spoiled >= ShardAudit.mostSpoiled {
            footing = .givenUp
            desk.hasGap = true
            return desk.note("\(place): too many generations disagree; only the last one is looked at further")
        }
        stand(on: checkpoint)
    }

    /// What cannot be folded is believed: whole if as many records are there as it counts.
    private func carryOver(_ checkpoint: Checkpoint, _ offset: Int64) throws(Fault) {
        if footing == .givenUp { return }
        if footing == .whole {
            desk.hasGap = true
            try fallBack(before: offset + 1)
        }
        if footing == .empty { try applyPending() }
        footing = .records
        isFromTheBeginning = false
        let isWhole =
            checkpoint.generation > 0 && hasPartitionRecord && UInt64(shard.stateRecords) == checkpoint.records
        if isWhole { stand(on: checkpoint) }
    }

    private func applyPending() throws(Fault) {
        try generation.forEach { (key, value, offset) throws(Fault) in try restore(key, value, offset) }
    }

    /// The state is that of the checkpoint.
    private func stand(on checkpoint: Checkpoint) {
        shard.finishRestore()
        let positions = stageInputs.positions(of: checkpoint)
        shard.positions = positions
        shard.startJournal()
        streams.start(at: positions)
        footing = .whole
    }

    // MARK: folding

    /// Folds on by a journal. False when the inputs end before it does.
    private func fold(_ journal: Journal, _ offset: Int64) throws(Fault) -> Bool {
        let indexes = stageInputs.indexes(of: journal) ?? []
        for entry in journal.entries {
            guard case .run(let place, let count) = entry else {
                shard.replay(entry, with: desk.folding)
                desk.collect()
                continue
            }
            guard place < indexes.count else {
                desk.add(.different, .state, self.place, offset, "the journal names an input that there is not")
                return false
            }
            let input = indexes[place]
            let taken = try streams.take(input, count) { records in
                shard.fold(records, input: input, with: desk.folding)
                desk.collect()
            }
            desk.report.check("records folded by the journal", Int(taken))
            guard taken == count else {
                let what = "\(names[input]) ends \(count - taken) records before the journal"
                desk.add(.offset, .position, self.place, offset, what)
                return false
            }
        }
        return true
    }

    // MARK: the end

    /// From the last checkpoint by the last journal to the group's offsets.
    private func finish() throws(Fault) -> Bool {
        let end = desk.cut.end(of: place)
        if let last {
            try checkShape(last)
            if footing == .records || footing == .givenUp { standOnLast(last) }
            if compared == 0 {
                desk.note("\(place): compaction has left one generation; what it holds is checked from zero only")
            }
        } else {
            guard let journal else { return checkUntouched() }
            begin(with: journal)
        }
        generation.reportStrays(at: place, desk)
        return try finishJournal(end)
    }

    /// The group and the settings must be those that the service runs with.
    private func checkShape(_ last: Checkpoint) throws(Fault) {
        var takeover = Takeover(
            changelog: place,
            inputs: names,
            checkpoint: last,
            journal: journal,
            capabilities: desk.capabilities
        )
        try takeover.checkGroup(desk.settings.group)
        if try takeover.checkSettings(desk.settings.engine) { shard.renewModels() }
    }

    private func standOnLast(_ last: Checkpoint) {
        let found = UInt64(shard.stateRecords)
        if last.generation > 0, found != last.records {
            let kind: AuditFinding.Kind = found < last.records ? .missing : .extra
            let what = "\(found) state records for the \(last.records) that the last checkpoint counts"
            desk.add(kind, .state, place, nil, what)
        }
        stand(on: last)
    }

    private func checkUntouched() -> Bool {
        for name in names {
            guard let committed = desk.cut.committed[name], committed > desk.cut.start(of: name) else { continue }
            if desk.capabilities.keepsCompactedTopics {
                desk.add(
                    .missing,
                    .state,
                    place,
                    nil,
                    "the group stands at \(committed) of \(name) and there is no state"
                )
            }
            return false
        }
        return false
    }

    private func finishJournal(_ end: Int64) throws(Fault) -> Bool {
        let empty = last.map { Journal(writer: 0, inputs: $0.inputs, base: $0.offsets) }
        guard let journal = journal ?? empty else { return false }
        guard let base = stageInputs.base(of: journal), hasInputs(from: base) else { return false }
        guard zip(base, shard.positions).allSatisfy({ $1 < 0 || $0 == $1 }) else {
            desk.add(.offset, .position, place, nil, "the last journal does not begin where the last checkpoint ends")
            return false
        }
        begin(with: journal)
        guard try fold(journal, max(0, end - 1)) else { return false }
        for (index, name) in names.enumerated() {
            let led = shard.positions[index]
            guard let committed = desk.cut.committed[name], led >= 0, committed != led else { continue }
            let what = "the group committed \(committed), the journal leads to \(led)"
            desk.add(.offset, .position, name, committed, what)
        }
        return true
    }
}
