public import Engine
public import Events

/// Says that all state records before it, up to these input offsets, belong together, and under what they came about.
///
///     checkpoint := version:u8=2 codec:u8 model:u64 settings:varint (name:text value:f64)*
///                   inputs:varint (name:text offset:zigzag)* generation:varint records:varint
///                   inputs:varint (began:zigzag)* (group:text (wasReset:varint=1)?)?
///     version 1  := version:u8=1 codec:u8 hash:u64 inputs:varint (offset:zigzag)*
public struct Checkpoint: Sendable, Equatable {
    /// What shaped the state.
    public enum Shape: Sendable, Equatable {
        /// Version 1: a hash of the settings.
        case hash(UInt64)
        /// The models' fingerprint, and the settings by name.
        case settings(model: UInt64, [StateSetting])

        /// The models' fingerprint; nil for an older program's.
        var model: UInt64? {
            if case .settings(let model, _) = self { return model }
            return nil
        }
    }

    public static let key: StaticString = "checkpoint"
    static let version: UInt8 = 2
    /// More than a partition can have had: one a millisecond for 8,000 years.
    private static let mostGenerations: UInt64 = 1 << 48

    public var codec: UInt8
    public var shape: Shape
    /// Names of the stage's inputs; empty when read from version 1, whose inputs were those of the time by name.
    public var inputs: [String]
    /// Next offset to fold, by the inputs.
    public var offsets: [Int64]
    /// The how-manieth of the partition's checkpoints this is, since its memory was empty; zero for unknown.
    public var generation: UInt64
    /// State records that the partition has with this checkpoint: a reader who finds fewer reads behind the compaction.
    public var records: UInt64
    /// Offsets from which the partition's memory was folded, by the inputs; empty for unknown.
    public var began: [Int64]
    /// The consumer group whose state it is; empty for unknown, as the first of version 2 left it out.
    public var group: String
    /// The memory was emptied by a reset: what was put out before is still in the topics.
    public var wasReset: Bool

    public init(
        codec: UInt8 = StateCodec.version,
        shape: Shape,
        inputs: [String],
        offsets: [Int64],
        generation: UInt64 = 0,
        records: UInt64 = 0,
        began: [Int64] = [],
        group: String = "",
        wasReset: Bool = false
    ) {
        self.codec = codec
        self.shape = shape
        self.inputs = inputs
        self.offsets = offsets
        self.generation = generation
        self.records = records
        self.began = began
        self.group = group
        self.wasReset = wasReset
    }

    /// Whether it is the next of the same partition, by the same models.
    func follows(_ earlier: Checkpoint) -> Bool {
        generation == earlier.generation + 1 && shape.model == earlier.shape.model
    }

    public func encode(into out: inout ByteBuffer) {
        guard case .settings(let model, let settings) = shape else {
            preconditionFailure("only what an older program wrote has a hash for its settings")
        }
        out.append(Checkpoint.version)
        out.append(codec)
        out.append(littleEndian: model)
        out.append(varint: UInt64(settings.count))
        for setting in settings {
            out.append(text: setting.name)
            out.append(littleEndian: setting.value.bitPattern)
        }
        out.append(varint: UInt64(offsets.count))
        for (input, offset) in zip(inputs, offsets) {
            out.append(text: input)
            out.append(zigzag: offset)
        }
        out.append(varint: generation)
        out.append(varint: records)
        out.append(varint: UInt64(began.count))
        for offset in began { out.append(zigzag: offset) }
        if !group.isEmpty || wasReset { out.append(text: group) }
        if wasReset { out.append(varint: 1) }
    }

    /// Takes a checkpoint back as any version wrote it.
    public init(_ value: Bytes) throws(StateFault) {
        var reader = ByteReader(value)
        let version = try StateCodec.version(&reader, knownUpTo: Checkpoint.version)
        self.init(codec: reader.byte(), shape: .hash(0), inputs: [], offsets: [])
        shape = version == 1 ? .hash(reader.littleEndian(UInt64.self)) : Checkpoint.shape(&reader)
        for _ in 0..<reader.bounded(Topology.mostInputs) {
            if version > 1 { inputs.append(reader.prefixed().text) }
            offsets.append(reader.zigzag())
        }
        if version > 1 { readHistory(&reader) }
        if reader.failed { throw .malformed("checkpoint") }
    }

    private mutating func readHistory(_ reader: inout ByteReader) {
        generation = reader.varint()
        if generation > Checkpoint.mostGenerations { reader.fail() }
        records = reader.varint()
        for _ in 0..<reader.bounded(Topology.mostInputs) { began.append(reader.zigzag()) }
        if !reader.failed, !reader.isAtEnd { group = reader.prefixed().text }
        if !reader.failed, !reader.isAtEnd { wasReset = reader.varint() == 1 }
    }

    private static func shape(_ reader: inout ByteReader) -> Shape {
        let model = reader.littleEndian(UInt64.self)
        var settings: [StateSetting] = []
        for _ in 0..<reader.bounded(256) {
            settings.append(StateSetting(name: reader.prefixed().text, value: reader.double()))
        }
        return .settings(model: model, settings)
    }
}

extension ByteBuffer {
    fileprivate mutating func append(text: String) {
        append(varint: UInt64(text.utf8.count))
        append(text)
    }
}

/// Writes the records of one partition's checkpoint. Between this and the next a reader can fold for himself what must
/// stand there: `journal` up to now, the state records that changed, `checkpoint`; the empty journal follows.
struct CheckpointWriter {
    private let topic: Int32
    private let partition: Int32

    init(_ topic: Int32, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    func write(_ journal: Journal, into outbox: inout Outbox) {
        let key = outbox.bytes.count
        outbox.bytes.append(Journal.key)
        let value = outbox.bytes.count
        journal.encode(into: &outbox.bytes)
        outbox.add(topic: topic, partition: partition, keyStart: key, valueStart: value)
    }

    /// Every state record that changed since the last time; nothing is changed any more afterwards.
    func write(_ state: Shard.State, into outbox: inout Outbox) {
        switch state {
        case .customers(let state): write(state, into: &outbox)
        case .products(let state): write(state, into: &outbox)
        }
    }

    private func write(_ state: CustomerState, into outbox: inout Outbox) {
        for index in 0..<state.changes {
            let key = outbox.bytes.count
            if let value = state.encodeChange(index, into: &outbox.bytes) {
                outbox.add(topic: topic, partition: partition, keyStart: key, valueStart: value)
            } else {
                outbox.addTombstone(topic: topic, partition: partition, keyStart: key)
            }
        }
        let key = outbox.bytes.count
        let value = state.encodePartition(into: &outbox.bytes)
        outbox.add(topic: topic, partition: partition, keyStart: key, valueStart: value)
        state.clearChanges()
    }

    private func write(_ state: ProductState, into outbox: inout Outbox) {
        for index in 0..<state.changes {
            let key = outbox.bytes.count
            let value = state.encodeChange(index, into: &outbox.bytes)
            outbox.add(topic: topic, partition: partition, keyStart: key, valueStart: value)
        }
        while let (key, value) = state.encodeNextModel(into: &outbox.bytes) {
            outbox.add(topic: topic, partition: partition, keyStart: key, valueStart: value)
        }
        let key = outbox.bytes.count
        let value = state.encodePartition(into: &outbox.bytes)
        outbox.add(topic: topic, partition: partition, keyStart: key, valueStart: value)
        state.clearChanges()
    }

    func write(_ checkpoint: Checkpoint, into outbox: inout Outbox) {
        let key = outbox.bytes.count
        outbox.bytes.append(Checkpoint.key)
        let value = outbox.bytes.count
        checkpoint.encode(into: &outbox.bytes)
        outbox.add(topic: topic, partition: partition, keyStart: key, valueStart: value)
    }
}
