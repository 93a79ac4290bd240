import Events

/// The signals that the folds emit, to be found in the log: as many of each, whatever their order, because how the
/// signals of several partitions and inputs meet in the log depends on where transactions ended.
///
/// Large amounts are balanced share by share, so that memory is bounded: 32 bytes a different signal of the share.
struct SignalLedger {
    /// Different signals of one share.
    static let bound: UInt64 = 8 << 20

    private let share: UInt64
    private let shares: UInt64
    /// How many more of a signal are expected than were found, by partition.
    private var balance: [[UInt64: Int32]]
    private(set) var expected: UInt64 = 0

    init(partitions: Int32, share: UInt64 = 0, of shares: UInt64 = 1) {
        self.share = share
        self.shares = shares
        balance = Array(repeating: [:], count: Int(partitions))
    }

    /// A packed record that a fold emitted to `partition`.
    mutating func expect(_ packed: Bytes, in partition: Int32) {
        var reader = SignalReader(packed)
        while let signal = reader.next() {
            guard let hash = hash(signal) else { continue }
            expected += 1
            add(hash, 1, Int(partition))
        }
    }

    /// A packed record of the log. Answers, by kind, the signals that no fold emitted, or emitted less often.
    mutating func find(_ packed: Bytes, in partition: Int32) -> [Signal.Kind] {
        var reader = SignalReader(packed)
        var strangers: [Signal.Kind] = []
        while let signal = reader.next() {
            guard let hash = hash(signal) else { continue }
            if (balance[Int(partition)][hash] ?? 0) > 0 {
                add(hash, -1, Int(partition))
            } else {
                strangers.append(signal.kind)
            }
        }
        return strangers
    }

    /// Signals that were not found in a partition.
    func missing(in partition: Int32) -> Int { balance[Int(partition)].values.reduce(0) { $0 + Int($1) } }

    private mutating func add(_ hash: UInt64, _ count: Int32, _ partition: Int) {
        let left = (balance[partition][hash] ?? 0) + count
        balance[partition][hash] = left == 0 ? nil : left
    }

    /// Nil for a signal of another share.
    private func hash(_ signal: SignalFields) -> UInt64? {
        var hash = Hash.of(signal.subject, seed: UInt64(signal.kind.rawValue))
        if hash % shares != share { return nil }
        hash = Hash.combine(hash, UInt64(bitPattern: signal.time))
        for bytes in [signal.object, signal.category, signal.text] { hash = Hash.combine(hash, Hash.of(bytes)) }
        let numbers = UInt64(signal.weight.bitPattern) << 32 | UInt64(signal.second.bitPattern)
        hash = Hash.combine(hash, numbers)
        hash = Hash.combine(hash, UInt64(signal.third.bitPattern))
        return Hash.combine(Hash.combine(hash, signal.cause.0), signal.cause.1)
    }
}
