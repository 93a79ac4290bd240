public import Events
import Models

/// State that cannot be read back.
public enum StateFault: Error, Sendable, Equatable {
    /// Written by a newer program: this one must not guess.
    case newerVersion(UInt8)
    case malformed(String)
    /// Made with a pseudonym key that is not at hand, or has another secret now.
    case unknownKey(String)
}

/// The bytes of state records: a version byte, then fields in fixed order, names as text. Dense numbers never leave the
/// process, so the same state is the same bytes everywhere.
public enum StateCodec {
    public static let version: UInt8 = 2

    /// Checks the version byte.
    static func open(_ value: Bytes) throws(StateFault) -> ByteReader {
        var reader = ByteReader(value)
        _ = try version(&reader, knownUpTo: version)
        return reader
    }

    /// Reads a version byte, from 1 to `newest`.
    public static func version(_ reader: inout ByteReader, knownUpTo newest: UInt8) throws(StateFault) -> UInt8 {
        let found = reader.byte()
        guard !reader.failed, found > 0 else { throw .malformed("empty state record") }
        guard found <= newest else { throw .newerVersion(found) }
        return found
    }
}

/// What kind of state a record of the changelog holds: the text before the slash of its key.
public enum StateKey {
    public static let customer: StaticString = "customer/"
    /// A forgotten customer, by a keyed hash.
    public static let erased: StaticString = "erased/"
    public static let product: StaticString = "product/"
    public static let category: StaticString = "category/"
    static let sentiment: StaticString = "model/sentiment/"
    /// Behind ``sentiment``: what is in no chunk.
    static let whole: StaticString = "whole"
    static let churn: StaticString = "model/churn"
    public static let partition: StaticString = "partition"

    /// What follows `prefix`, or nil when the key is of another kind.
    public static func suffix(_ key: Bytes, after prefix: StaticString) -> Bytes? {
        let prefix = Bytes(prefix)
        guard key.count >= prefix.count, Bytes(start: key.start, count: prefix.count) == prefix else { return nil }
        return Bytes(start: key.start.map { $0 + prefix.count }, count: key.count - prefix.count)
    }
}

extension ByteBuffer {
    mutating func append(time: EventTime, since base: EventTime) {
        append(zigzag: time == EventTime.unknown ? EventTime.unknown : time &- base)
    }

    mutating func append(float value: Float) { append(littleEndian: value.bitPattern) }
    mutating func append(double value: Double) { append(littleEndian: value.bitPattern) }

    mutating func append(_ row: DecayedTop<Name>, _ names: Names, in arena: borrowing Arena) {
        append(varint: UInt64(row.count))
        append(littleEndian: row.landmark)
        append(float: row.rawTotal)
        append(float: row.evicted)
        for index in 0..<row.count {
            let (name, weight) = row.entry(index, in: arena)
            append(prefixed: names.text(name))
            append(float: weight)
        }
    }

    mutating func append(_ count: DecayedCount) {
        append(float: count.rawValue)
        append(littleEndian: count.landmark)
    }

    mutating func append(_ window: TumblingWindow) {
        append(littleEndian: window.index)
        append(varint: UInt64(window.count))
        append(varint: UInt64(window.previousCount))
        append(float: window.sum)
        append(float: window.previousSum)
    }
}

extension ByteReader {
    /// Of a record that ``StateCodec/open(_:)`` let through.
    var stateVersion: UInt8 { bytes[0] }

    mutating func time(since base: EventTime) -> EventTime {
        let value = zigzag()
        return value == EventTime.unknown ? EventTime.unknown : value &+ base
    }

    mutating func count32() -> UInt32 { UInt32(truncatingIfNeeded: varint()) }

    /// A decayed weight, as it stands: never negative, and far from where sums would overflow.
    mutating func mass() -> Float {
        let value = float()
        if !(0...ByteReader.heaviest).contains(value) { fail() }
        return value
    }

    /// The same of either sign.
    mutating func sum(upTo most: Float = heaviest) -> Float {
        let value = float()
        if !(-most...most).contains(value) { fail() }
        return value
    }

    /// Weights grow by 2⁴⁰ before they are rescaled, a million units at a time.
    private static var heaviest: Float { 1e30 }

    mutating func row(
        _ shape: DecayedTop<Name>.Shape,
        _ names: Names,
        in arena: inout Arena
    ) -> DecayedTop<Name> {
        let count = varint()
        let landmark = littleEndian(UInt32.self)
        let total = mass()
        let evicted = mass()
        var row = DecayedTop<Name>(landmark: landmark, rawTotal: total, evicted: evicted)
        guard count <= UInt64(shape.capacity) else {
            fail()
            return row
        }
        for _ in 0..<count {
            let name = names.intern(prefixed())
            let weight = mass()
            // Keys are distinct: a row that holds one twice would look beyond its end.
            if row.position(of: name, in: arena) != nil { fail() }
            if failed { break }
            row.restore(key: name, rawWeight: weight, shape: shape, in: &arena)
        }
        return row
    }

    mutating func decayedCount() -> DecayedCount {
        let value = mass()
        return DecayedCount(rawValue: value, landmark: littleEndian(UInt32.self))
    }

    mutating func window() -> TumblingWindow {
        var window = TumblingWindow()
        window.index = littleEndian(UInt32.self)
        window.count = count32()
        window.previousCount = count32()
        window.sum = sum()
        window.previousSum = sum()
        return window
    }
}
