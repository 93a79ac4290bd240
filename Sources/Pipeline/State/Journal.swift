public import Engine
public import Events

/// What was folded since the last checkpoint, in order: an input like any other.
///
/// Several topics fold into one customer's state in the order in which they were fetched, and time, adopted parameters
/// and evictions come from outside; so each transaction writes, under one key, all of this since the checkpoint. Run
/// lengths keep it small; being cumulative it survives compaction.
///
///     journal := version:u8=2 writer:u64 inputs:varint (tag:u64 base:zigzag)* entry*
///     entry   := 0 input:varint count:varint | 1 tick:zigzag(ms) | 2 r:f64 alpha:f64 a:f64 b:f64
///              | 3 before:zigzag(ms) named:varint ordered:varint eachOrder:varint
///
/// Times are plausible, parameters positive and finite, and all counts together at most 2⁴⁸: anything else is
/// malformed. Version 1 had no tags (its inputs were those of the time, sorted by name) and no entry 3.
public struct Journal: Sendable, Equatable {
    public enum Entry: Sendable, Equatable {
        /// `count` records of the journal's `input`-th input.
        case run(topic: Int, count: UInt64)
        case tick(EventTime)
        case adopted(PopulationParameters)
        /// The memory budget was reached: the least valuable customers left.
        case evicted(Eviction)
    }

    public static let key: StaticString = "journal"
    static let version: UInt8 = 2
    /// Records of all runs together at most.
    private static let mostRecords: UInt64 = 1 << 48

    /// Which incarnation of which line wrote it.
    public var writer: UInt64
    /// The inputs by a hash of their names, so that topics may come beside them; empty when read from version 1.
    public private(set) var inputs: [UInt64]
    /// Offsets of the inputs at the checkpoint: where the first run begins.
    public private(set) var base: [Int64]
    public private(set) var entries: [Entry] = []

    public init(writer: UInt64, inputs: [String], base: [Int64]) {
        self.writer = writer
        self.inputs = inputs.map(Journal.tag)
        self.base = base
    }

    /// The hash by which a journal knows an input.
    public static func tag(of input: String) -> UInt64 {
        Array(input.utf8).withUnsafeBytes { Hash.of(Bytes($0)) }
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// Bytes it takes at most: decides when a checkpoint is due early.
    public var size: Int { 32 + base.count * 18 + entries.count * 12 }

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

    mutating func evicted(_ eviction: Eviction) { entries.append(.evicted(eviction)) }

    /// A checkpoint holds everything up to `base`.
    mutating func reset(base: [Int64]) {
        self.base = base
        entries.removeAll(keepingCapacity: true)
    }
}

extension Journal {
    public func encode(into out: inout ByteBuffer) {
        out.append(Journal.version)
        out.append(littleEndian: writer)
        out.append(varint: UInt64(base.count))
        for (tag, offset) in zip(inputs, base) {
            out.append(littleEndian: tag)
            out.append(zigzag: offset)
        }
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
        case .evicted(let eviction):
            out.append(3)
            out.append(zigzag: eviction.before)
            for days in [eviction.named, eviction.ordered, eviction.eachOrder] { out.append(varint: UInt64(days)) }
        }
    }

    /// Takes a journal back as any version wrote it.
    public init(_ value: Bytes) throws(StateFault) {
        var reader = ByteReader(value)
        let version = try StateCodec.version(&reader, knownUpTo: Journal.version)
        writer = reader.littleEndian(UInt64.self)
        inputs = []
        base = []
        for _ in 0..<reader.bounded(Topology.mostInputs) {
            if version > 1 { inputs.append(reader.littleEndian(UInt64.self)) }
            base.append(reader.zigzag())
        }
        var records: UInt64 = 0
        while !reader.failed, !reader.isAtEnd {
            guard let entry = Journal.decode(&reader) else { throw .malformed("journal entry") }
            if case .run(_, let count) = entry {
                guard count <= Journal.mostRecords - records else { throw .malformed("journal of too many records") }
                records += count
            }
            entries.append(entry)
        }
        if reader.failed { throw .malformed("journal") }
    }

    private static func decode(_ reader: inout ByteReader) -> Entry? {
        switch reader.byte() {
        case 0: .run(topic: Int(clamping: reader.varint()), count: reader.varint())
        case 1: tick(reader.zigzag())
        case 2:
            adopted(
                PopulationParameters(r: reader.double(), alpha: reader.double(), a: reader.double(), b: reader.double())
            )
        case 3:
            .evicted(
                Eviction(
                    before: reader.zigzag(),
                    named: UInt16(clamping: reader.varint()),
                    ordered: UInt16(clamping: reader.varint()),
                    eachOrder: UInt16(clamping: reader.varint())
                )
            )
        default: nil
        }
    }

    private static func tick(_ time: EventTime) -> Entry? { EventTime.plausible.contains(time) ? .tick(time) : nil }

    private static func adopted(_ p: PopulationParameters) -> Entry? {
        [p.r, p.alpha, p.a, p.b].allSatisfy { $0 > 0 && $0.isFinite } ? .adopted(p) : nil
    }
}
