import Engine
public import Events

/// Says that all state records before it, up to these input offsets, belong together.
///
///     checkpoint := version:u8 codec:u8 configuration:u64 inputs:varint (offset:zigzag)*
///                   version 2: generation:varint records:varint inputs:varint (began:zigzag)*
public struct Checkpoint: Sendable, Equatable {
    public static let key: StaticString = "checkpoint"
    static let version: UInt8 = 2

    public var codec: UInt8
    /// Hash of what shapes state in the configuration.
    public var configuration: UInt64
    /// Next offset to fold, by the stage's inputs.
    public var offsets: [Int64]
    /// The how-manieth of the partition's checkpoints this is, since its memory was empty; zero for unknown.
    public var generation: UInt64
    /// State records that the partition has with this checkpoint: a reader who finds fewer reads behind the compaction.
    public var records: UInt64
    /// Offsets from which the partition's memory was folded, by the stage's inputs; empty for unknown.
    public var began: [Int64]

    public init(
        codec: UInt8,
        configuration: UInt64,
        offsets: [Int64],
        generation: UInt64 = 0,
        records: UInt64 = 0,
        began: [Int64] = []
    ) {
        self.codec = codec
        self.configuration = configuration
        self.offsets = offsets
        self.generation = generation
        self.records = records
        self.began = began
    }

    public func encode(into out: inout ByteBuffer) {
        out.append(Checkpoint.version)
        out.append(codec)
        out.append(littleEndian: configuration)
        Checkpoint.append(offsets, to: &out)
        out.append(varint: generation)
        out.append(varint: records)
        Checkpoint.append(began, to: &out)
    }

    public init?(_ value: Bytes) {
        var reader = ByteReader(value)
        let version = reader.byte()
        guard (1...Checkpoint.version).contains(version) else { return nil }
        codec = reader.byte()
        configuration = reader.littleEndian(UInt64.self)
        guard let offsets = Checkpoint.offsets(&reader) else { return nil }
        self.offsets = offsets
        generation = version < 2 ? 0 : reader.varint()
        records = version < 2 ? 0 : reader.varint()
        guard let began = version < 2 ? [] : Checkpoint.offsets(&reader) else { return nil }
        self.began = began
        if reader.failed { return nil }
    }

    private static func append(_ offsets: [Int64], to out: inout ByteBuffer) {
        out.append(varint: UInt64(offsets.count))
        for offset in offsets { out.append(zigzag: offset) }
    }

    private static func offsets(_ reader: inout ByteReader) -> [Int64]? {
        let count = reader.varint()
        guard count <= 1_024 else { return nil }
        return (0..<count).map { _ in reader.zigzag() }
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
