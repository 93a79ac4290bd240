import Engine
import Events

/// What the checkpoint and the journal of a partition mean for the line that takes it over: where each input goes on,
/// and whether the state can be carried over at all. Pure; every refusal names the remedy.
struct Takeover {
    let changelog: TopicPartition
    /// What the stage folds now, by its index.
    let inputs: [TopicPartition]
    let checkpoint: Checkpoint?
    let journal: Journal?
    let capabilities: BrokerCapabilities

    static let reset = "shopstream reset --to-earliest"

    /// What an operator should know.
    private(set) var notices: [String] = []

    init(
        changelog: TopicPartition,
        inputs: [TopicPartition],
        checkpoint: Checkpoint?,
        journal: Journal?,
        capabilities: BrokerCapabilities
    ) {
        self.changelog = changelog
        self.inputs = inputs
        self.checkpoint = checkpoint
        self.journal = journal
        self.capabilities = capabilities
    }

    private var hasReplay: Bool { journal?.isEmpty == false }

    private func refusal(_ code: String, _ doing: String, _ remedy: String) -> Fault {
        Fault(.stop(exitCode: Fault.Exit.configuration), code: code, doing: doing, remedy: remedy)
    }

    private func stop(_ code: String, _ doing: String, _ remedy: String) -> Fault {
        Fault(.stop(exitCode: Fault.Exit.data), code: code, doing: doing, remedy: remedy)
    }
}

// MARK: Group and settings

extension Takeover {
    /// Two groups on one cluster would write into the same changelogs, each over what the other keeps.
    func checkGroup(_ group: String) throws(Fault) {
        guard let other = checkpoint?.group, !other.isEmpty, other != group else { return }
        throw refusal(
            "OTHER_GROUP",
            "taking over \(changelog) for the group \(group): it holds the state of the group \(other), and a cluster "
                + "keeps the state of one",
            "run with --group \(other); to give the state up for that of \(group), stop \(other), then "
                + "\(Takeover.reset) --group \(group)"
        )
    }

    /// Compares the settings that shaped the state with those of now. Answers whether the models' features are others.
    mutating func checkSettings(_ engine: EngineConfiguration) throws(Fault) -> Bool {
        switch checkpoint?.shape {
        case nil: return false
        case .hash(let hash):
            guard hash == engine.stateHash else {
                throw refusal(
                    "CONFIGURATION_CHANGED",
                    "taking over \(changelog), which was written under other half-lives or session rules",
                    "go back to the old configuration, or fold anew: \(Takeover.reset)"
                )
            }
            return false
        case .settings(let model, let before):
            let known = Dictionary(before.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            for setting in engine.stateSettings {
                if let old = known[setting.name], old != setting.value { try check(setting, old) }
            }
            guard model != EngineConfiguration.modelFingerprint else { return false }
            notices.append("\(changelog): texts are read otherwise than before; what was learned of words starts anew")
            return true
        }
    }

    private mutating func check(_ setting: StateSetting, _ old: Double) throws(Fault) {
        let change = "\(setting.name) was \(Takeover.text(old)) and is \(Takeover.text(setting.value))"
        guard let consequence = EngineConfiguration.consequence(of: setting.name) else {
            throw refusal(
                "CONFIGURATION_CHANGED",
                "taking over \(changelog): \(change), and its weights cannot be brought from one to the other",
                "set it back to \(Takeover.text(old)), or fold anew: \(Takeover.reset)"
            )
        }
        guard !hasReplay else {
            throw refusal(
                "CONFIGURATION_CHANGED",
                "taking over \(changelog), whose last line did not drain: \(change), and what follows the checkpoint "
                    + "must be folded again as it was",
                "start once with \(Takeover.text(old)), stop with SIGTERM, then change it"
            )
        }
        notices.append("\(changelog): \(change): \(consequence)")
    }

    /// Whole numbers without a point.
    private static func text(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}

// MARK: Inputs

extension Takeover {
    /// The index now of each input that the journal speaks of.
    func journalInputs() throws(Fault) -> [Int] {
        guard let journal else { return [] }
        if journal.inputs.isEmpty { return try positional(journal.base.count) }
        // A checkpoint can say which one is missing, a journal has only its hash.
        for name in checkpoint?.inputs ?? [] where !inputs.contains(where: { $0.topic == name }) { throw removed(name) }
        let tags = inputs.map { Journal.tag(of: $0.topic) }
        var found: [Int] = []
        for tag in journal.inputs {
            guard let index = tags.firstIndex(of: tag) else { throw removed("an input that was there before") }
            found.append(index)
        }
        return found
    }

    /// Where the state stands in each input; nil for one that it has not heard of.
    func carried() throws(Fault) -> [Int64?] {
        var carried = [Int64?](repeating: nil, count: inputs.count)
        for (index, base) in zip(try journalInputs(), journal?.base ?? []) { carried[index] = base }
        guard let checkpoint else { return carried }
        if checkpoint.inputs.isEmpty {
            for (index, offset) in zip(try positional(checkpoint.offsets.count), checkpoint.offsets) {
                carried[index] = offset
            }
        }
        for (name, offset) in zip(checkpoint.inputs, checkpoint.offsets) {
            if let index = inputs.firstIndex(where: { $0.topic == name }) { carried[index] = offset }
        }
        return carried
    }

    /// From where the memory was folded: the state's own beginning, and where a new input begins now. Empty for
    /// unknown.
    func began(_ positions: [Int64]) -> [Int64] {
        guard let checkpoint else { return (try? carried().enumerated().map { $1 ?? positions[$0] }) ?? positions }
        guard checkpoint.began.count == checkpoint.inputs.count, !checkpoint.began.isEmpty else { return [] }
        return inputs.enumerated().map { index, name in
            checkpoint.inputs.firstIndex(of: name.topic).map { checkpoint.began[$0] } ?? positions[index]
        }
    }

    /// Version 1 knew its inputs by their place among the sorted names.
    private func positional(_ count: Int) throws(Fault) -> [Int] {
        guard count == inputs.count else {
            throw refusal(
                "INPUTS_CHANGED",
                "taking over \(changelog), whose older record has \(count) inputs without their names; now there are "
                    + "\(inputs.count)",
                "run once with the inputs of before and stop with SIGTERM, then change them; or \(Takeover.reset)"
            )
        }
        return Array(inputs.indices)
    }

    private func removed(_ name: String) -> Fault {
        refusal(
            "INPUT_REMOVED",
            "taking over \(changelog): \(name) is folded into the state and is no longer among the inputs",
            "read it again (--inputs), or fold anew without it: \(Takeover.reset)"
        )
    }

    /// Offsets from which the inputs go on, by the table of what was found.
    mutating func positions(
        committed: [TopicPartition: Int64],
        bounds: [TopicPartition: LogBounds]
    ) throws(Fault) -> [Int64] {
        let carried = try carried()
        let isKnown = carried.contains { $0 != nil }
        var found: [Int64] = []
        for (name, carried) in zip(inputs, carried) {
            let start = bounds[name]?.start ?? 0
            if carried == nil, isKnown, committed[name] == nil {
                notices.append("\(name): new to this state; read from its earliest record, offset \(start)")
            }
            found.append(try position(name, carried: carried, committed: committed[name], start: start))
        }
        return found
    }

    private mutating func position(
        _ name: TopicPartition,
        carried: Int64?,
        committed: Int64?,
        start: Int64
    ) throws(Fault) -> Int64 {
        switch (carried, committed) {
        case (nil, nil): return start
        case (let carried?, nil):
            notices.append("\(name): the group's offset is gone; resuming from the checkpoint at \(carried)")
            return try inside(name, carried, start)
        case (nil, let committed?):
            guard !capabilities.keepsCompactedTopics else {
                throw stop(
                    "STATE_MISSING",
                    "looking for the state behind offset \(committed) of \(name)",
                    "fold anew: \(Takeover.reset)"
                )
            }
            notices.append("\(name): this cluster does not keep state; going on from \(committed) without memory")
            return try inside(name, committed, start)
        case (let carried?, let committed?):
            guard committed >= carried else {
                throw stop(
                    "OFFSET_BEFORE_STATE",
                    "comparing \(name): the group is at \(committed), the state already at \(carried)",
                    "somebody moved the group's offsets; fold anew: \(Takeover.reset)"
                )
            }
            return try inside(name, carried, start)
        }
    }

    private func inside(_ name: TopicPartition, _ offset: Int64, _ start: Int64) throws(Fault) -> Int64 {
        guard offset >= start else {
            throw stop(
                "OFFSET_OUT_OF_RANGE",
                "resuming \(name) at \(offset), but the log now begins at \(start)",
                "records were deleted before they were read; accept the gap: \(Takeover.reset)"
            )
        }
        return offset
    }

    /// The journal has to lead exactly to what the group committed.
    func checkArrival(_ positions: [Int64], committed: [TopicPartition: Int64]) throws(Fault) {
        for (name, position) in zip(inputs, positions) {
            guard let committed = committed[name], committed != position else { continue }
            throw stop(
                "JOURNAL_ENDS_ELSEWHERE",
                "restoring \(name): the journal leads to \(position), the group committed \(committed)",
                "fold anew: \(Takeover.reset)"
            )
        }
    }
}

extension Fault {
    /// State of the changelog that this program cannot read.
    static func unreadable(_ what: String, in changelog: TopicPartition, _ fault: StateFault) -> Fault {
        if case .newerVersion(let version) = fault {
            return Fault(
                .stop(exitCode: Exit.data),
                code: "STATE_NEWER",
                doing: "reading the \(what) in \(changelog), which a newer program wrote (format \(version))",
                remedy: "run that version or a later one; to go back, fold anew: \(Takeover.reset)"
            )
        }
        return Fault(
            .stop(exitCode: Exit.data),
            code: "STATE_UNREADABLE",
            doing: "reading the \(what) in \(changelog) (\(fault))",
            remedy: "run the version that wrote it, or fold anew: \(Takeover.reset)"
        )
    }
}
