public import Events

/// What was folded since the last checkpoint, in order: an input like any other.
///
/// Several topics fold into one customer's state in the order in which they were fetched, and time and adopted
/// parameters come from outside; so each transaction writes, under one key, all of this since the checkpoint. Run
/// lengths keep it small; being cumulative it survives compaction.
///
///     journal := version:u8 writer:u64 inputs:varint (base:zigzag)* entry*
///     entry   := 0 topic:varint count:varint | 1 tick:zigzag(ms) | 2 r:f64 alpha:f64 a:f64 b:f64
public struct Journal: Sendable, Equatable {
    public enum Entry: Sendable, Equatable {
        /// `count` records of the stage's `topic`-th input.
        case run(topic: Int, count: UInt64)
        case tick(EventTime)
        case adopted(PopulationParameters)
    }

    public static let key: StaticString = "journal"
    static let version: UInt8 = 1

    /// Which incarnation of which line wrote it.
    public var writer: UInt64
    /// Offsets of the inputs at the checkpoint: where the first run begins.
    public private(set) var base: [Int64]
    public private(set) var entries: [Entry] = []

    public init(writer: UInt64, base: [Int64]) {
        self.writer = writer
        self.base = base
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// Bytes it takes at most: decides when a checkpoint is due early.
    public var size: Int { 32 + base.count * 10 + entries.count * 12 }

    /// O(1) amortised.
    mutating func ran(topic: Int, count: UInt64 = 1) {
        if case .run(topic, let before)? = entries.last {
            entries[entries.count - 1] = .run(topic: topic, count: before + count)
        } else {
            entries.append(.run(topic: topic, count: count))
        }
    }

    mutating func ticked(_ time: EventTime) {
        if case .tick? = entries.last { entries.removeLast() }
        entries.append(.tick(time))
    }

    mutating func adopted(_ population: PopulationParameters) { entries.append(.adopted(population)) }

    /// A checkpoint holds everything up to `base`.
    mutating func reset(base: [Int64]) {
        self.base = base
        entries.removeAll(keepingCapacity: true)
    }

    public func encode(into out: inout ByteBuffer) {
        out.append(Journal.version)
        out.append(littleEndian: writer)
        out.append(varint: UInt64(base.count))
        for offset in base { out.append(zigzag: offset) }
        for entry in entries { Journal.encode(entry, into: &out) }
    }

    private static func encode(_ entry: Entry, into out: inout ByteBuffer) {
        switch entry {
        case .run(let topic, let count):
            out.append(0)
            out.append(varint: UInt64(topic))
            out.append(varint: count)
        case .tick(let time):
            out.append(1)
            out.append(zigzag: time)
        case .adopted(let p):
            out.append(2)
            for value in [p.r, p.alpha, p.a, p.b] { out.append(littleEndian: value.bitPattern) }
        }
    }

    public init?(_ value: Bytes) {
        var reader = ByteReader(value)
        guard reader.byte() == Journal.version else { return nil }
        writer = reader.littleEndian(UInt64.self)
        let inputs = reader.varint()
        guard inputs <= 1_024 else { return nil }
        base = (0..<inputs).map { _ in reader.zigzag() }
        while !reader.failed, !reader.isAtEnd {
            guard let entry = Journal.decode(&reader) else { return nil }
            entries.append(entry)
        }
        if reader.failed { return nil }
    }

    private static func decode(_ reader: inout ByteReader) -> Entry? {
        switch reader.byte() {
        case 0: .run(topic: Int(clamping: reader.varint()), count: reader.varint())
        case 1: .tick(reader.zigzag())
        case 2:
            .adopted(
                PopulationParameters(r: reader.double(), alpha: reader.double(), a: reader.double(), b: reader.double())
            )
        default: nil
        }
    }
}
