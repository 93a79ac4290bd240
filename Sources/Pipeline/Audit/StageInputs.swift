import Events

/// The inputs of one partition of a stage as they are now, and what journals and checkpoints of other times say of
/// them.
struct StageInputs {
    let places: [TopicPartition]

    /// Offsets by the inputs now: a journal's base, ``Position/beginning`` for an input that it has not heard of; nil
    /// when it speaks of one that is no input now.
    func base(of journal: Journal) -> [Int64]? {
        guard let indexes = indexes(of: journal) else { return nil }
        var base = unknown
        for (index, offset) in zip(indexes, journal.base) { base[index] = offset }
        return base
    }

    /// The inputs now by the journal's. Version 1 knew them by their place.
    func indexes(of journal: Journal) -> [Int]? {
        if journal.inputs.isEmpty { return journal.base.count == places.count ? Array(places.indices) : nil }
        let tags = places.map { Journal.tag(of: $0.topic) }
        let found = journal.inputs.compactMap { tags.firstIndex(of: $0) }
        return found.count == journal.inputs.count ? found : nil
    }

    /// Where a checkpoint stands.
    func positions(of checkpoint: Checkpoint) -> [Int64] {
        var positions = unknown
        let inputs = checkpoint.inputs.isEmpty ? places.map(\.topic) : checkpoint.inputs
        for (input, offset) in zip(inputs, checkpoint.offsets) {
            if let index = index(of: input) { positions[index] = offset }
        }
        return positions
    }

    /// From which offsets a checkpoint's memory was folded; an input that came later from its start. Empty for unknown.
    func began(_ checkpoint: Checkpoint, start: (TopicPartition) -> Int64) -> [Int64] {
        guard checkpoint.began.count == checkpoint.inputs.count, !checkpoint.began.isEmpty else { return [] }
        return places.map { place in
            checkpoint.inputs.firstIndex(of: place.topic).map { checkpoint.began[$0] } ?? start(place)
        }
    }

    /// Whether a journal that begins at `base` goes on from offsets that stand beside their inputs' names. An input
    /// that came later begins where the journal says.
    func follows(_ base: [Int64], _ offsets: [Int64], of inputs: [String]) -> Bool {
        guard inputs.count == offsets.count, !offsets.isEmpty else { return false }
        return zip(inputs, offsets).allSatisfy { input, offset in index(of: input).map { base[$0] == offset } ?? false }
    }

    func index(of input: String) -> Int? { places.firstIndex { $0.topic == input } }

    private var unknown: [Int64] { Array(repeating: Position.beginning, count: places.count) }
}
