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
    private let names: [TopicPartition]
    private let streams: InputStreams
    private(set) var shard: Shard
    private var footing = Footing.empty
    private var last: Checkpoint?
    /// The last journal since the last checkpoint.
    private var journal: Journal?
    private var generation = Generation()
    private var compared = 0
    private var spoiled = 0
    /// Hashes of the customers whose record was taken away at some time.
    private(set) var departed = Set<UInt64>()
    private var hasPartitionRecord = false
    /// Whether everything that the folds put out since the memory was empty is known.
    private(set) var isFromTheBeginning = false
    private(set) var isComplete = false

    /// Raw records kept while it is open whether they can be checked: 256 MiB.
    private static let mostPending = 256 << 20
    private static let mostSpoiled = 10

    init(_ desk: AuditDesk, _ stage: Stage, _ partition: Int32) {
        self.desk = desk
        self.stage = stage
        self.partition = partition
        place = TopicPartition(desk.topology.changelog(of: stage).name, partition)
        names = desk.topology.inputs(of: stage).map { TopicPartition($0, partition) }
        streams = InputStreams(desk.inputs, names, ends: names.map { desk.cut.end(of: $0) }) { [desk] in desk.breathe()
        }
        shard = desk.makeShard(stage, partition)
    }

    /// From which offsets the memory was folded; empty for unknown.
    var began: [Int64] { last?.began ?? journal?.base ?? [] }

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
            guard let read = try? Journal(record.value) else {
                return desk.add(.different, .state, place, record.offset, "the journal cannot be read")
            }
            journal = read
        } else if record.key == Bytes(Checkpoint.key) {
            guard !record.value.isMissing else { return startOver() }
            guard let checkpoint = try? Checkpoint(record.value) else {
                return desk.add(.different, .state, place, record.offset, "the checkpoint cannot be read")
            }
            try conclude(checkpoint, record.offset)
        } else if record.key.isMissing {
            desk.add(.extra, .state, place, record.offset, "a record without a key")
        } else {
            try keep(record)
        }
    }

    private func keep(_ record: Record) throws(Fault) {
        if record.key == Bytes(StateKey.partition) { hasPartitionRecord = true }
        if record.value.isMissing, let customer = StateKey.suffix(record.key, after: StateKey.customer) {
            departed.insert(Hash.of(customer))
        }
        if footing == .records || footing == .givenUp { return try restore(record.key, record.value, record.offset) }
        generation.add(record)
        guard generation.bytes > ShardAudit.mostPending else { return }
        try fallBack(before: record.offset + 1)
    }

    /// A reset: what stands before counts no more.
    private func startOver() {
        if last != nil || !generation.isEmpty { desk.noteReset() }
        shard = desk.makeShard(stage, partition)
        footing = .empty
        last = nil
        journal = nil
        generation = Generation()
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

    private func isOurs(_ shape: Checkpoint.Shape) -> Bool {
        let engine = desk.settings.engine
        return switch shape {
        case .hash(let hash): hash == engine.stateHash
        case .settings(let model, let settings):
            model == EngineConfiguration.modelFingerprint && settings == engine.stateSettings
        }
    }

    /// A checkpoint closes its generation.
    private func conclude(_ checkpoint: Checkpoint, _ offset: Int64) throws(Fault) {
        guard isOurs(checkpoint.shape) else {
            throw Fault(
                .stop(exitCode: Fault.Exit.configuration),
                code: "CONFIGURATION_CHANGED",
                doing: "reading \(place), which was written under other half-lives or session rules",
                remedy: "verify with the configuration that the service runs with"
            )
        }
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
        let base: [Int64]
        switch footing {
        case .whole:
            guard let last, checkpoint.generation == last.generation + 1 else { return false }
            base = last.offsets
        case .empty:
            guard checkpoint.generation == 1 else { return false }
            base = checkpoint.began
        case .records, .givenUp: return false
        }
        return base == journal.base && base.count == names.count && hasInputs(from: base)
    }

    private func hasInputs(from base: [Int64]) -> Bool {
        for (name, offset) in zip(names, base) where offset < desk.cut.start(of: name) {
            desk.note("\(name) now begins at \(desk.cut.start(of: name)): what was folded before is not checked")
            return false
        }
        return true
    }

    private func compare(_ journal: Journal, _ checkpoint: Checkpoint, _ offset: Int64) throws(Fault) {
        if footing == .empty { begin(at: journal.base, isBeginning: true) }
        let before = desk.report.disagreements
        if try fold(journal, offset) { checkPositions(checkpoint, offset) }
        let expected = generation.compare(with: shard, at: place, of: checkpoint, offset, desk)
        shard.journal.reset(base: shard.positions)
        if UInt64(shard.stateRecords) != checkpoint.records {
            desk.add(.different, .state, place, offset, "the checkpoint counts \(checkpoint.records) state records")
        }
        desk.report.check("state records", expected)
        desk.report.check("generations of state")
        compared += 1
        footing = .whole
        if desk.report.disagreements > before { try mend(checkpoint, offset) }
    }

    private func checkPositions(_ checkpoint: Checkpoint, _ offset: Int64) {
        for (index, name) in names.enumerated() where shard.positions[index] != checkpoint.offsets[index] {
            desk.add(
                .offset,
                .position,
                place,
                offset,
                "the journal leads to \(shard.positions[index]) of \(name), "
                    + "the checkpoint says \(checkpoint.offsets[index])"
            )
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
        begin(at: checkpoint.offsets, isBeginning: false)
    }

    private func begin(at positions: [Int64], isBeginning: Bool) {
        shard.positions = positions
        shard.journal.reset(base: positions)
        streams.start(at: positions)
        footing = .whole
        if isBeginning { isFromTheBeginning = true }
    }

    // MARK: folding

    /// Folds on by a journal. False when the inputs end before it does.
    private func fold(_ journal: Journal, _ offset: Int64) throws(Fault) -> Bool {
        for entry in journal.entries {
            guard case .run(let input, let count) = entry else {
                shard.replay(entry, with: desk.folding)
                desk.collect()
                continue
            }
            guard input < names.count else {
                desk.add(.different, .state, place, offset, "the journal names an input that there is not")
                return false
            }
            let taken = try streams.take(input, count) { records in
                shard.fold(records, input: input, with: desk.folding)
                desk.collect()
            }
            desk.report.check("records folded by the journal", Int(taken))
            guard taken == count else {
                desk.add(
                    .offset,
                    .position,
                    place,
                    offset,
                    "\(names[input]) ends \(count - taken) records before the journal"
                )
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
            if footing == .records || footing == .givenUp { standOnLast(last) }
            if compared == 0 {
                desk.note("\(place): compaction has left one generation; what it holds is checked from zero only")
            }
        } else {
            guard let journal else { return checkUntouched() }
            begin(at: journal.base, isBeginning: true)
        }
        generation.reportStrays(at: place, desk)
        return try finishJournal(end)
    }

    private func standOnLast(_ last: Checkpoint) {
        let found = UInt64(shard.stateRecords)
        if last.generation > 0, found != last.records {
            let kind: AuditFinding.Kind = found < last.records ? .missing : .extra
            desk.add(
                kind,
                .state,
                place,
                nil,
                "\(found) state records for the \(last.records) that the last checkpoint counts"
            )
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
        let unwritten = last.map { Journal(writer: 0, inputs: names.map(\.topic), base: $0.offsets) }
        guard let journal = journal ?? unwritten else { return false }
        guard journal.base == shard.positions, hasInputs(from: journal.base) else {
            if journal.base != shard.positions {
                desk.add(
                    .offset,
                    .position,
                    place,
                    nil,
                    "the journal begins at \(journal.base), the state ends elsewhere"
                )
            }
            return false
        }
        guard try fold(journal, max(0, end - 1)) else { return false }
        for (index, name) in names.enumerated() {
            guard let committed = desk.cut.committed[name] else { continue }
            if committed != shard.positions[index] {
                desk.add(
                    .offset,
                    .position,
                    name,
                    committed,
                    "the group committed \(committed), the journal leads to \(shard.positions[index])"
                )
            }
        }
        isComplete = true
        return true
    }
}
