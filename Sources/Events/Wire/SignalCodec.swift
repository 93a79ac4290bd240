/// Packs signals into records: a version byte, then each signal as a kind byte with a flag for every optional field.
///
///     record := version signal*
///     signal := kind:u8 flags:u8 time:zigzag(ms since the previous signal) subject:prefixed
///               [object:prefixed] [category:prefixed] [text:prefixed] [weight:f32] [second:f32 third:f32]
///               [cause:u64 cause:u64]
public struct SignalWriter: ~Copyable {
    public static let version: UInt8 = 1
    /// A packed record is closed before it grows beyond this many bytes.
    public static let limit = 512 << 10

    public private(set) var buffer = ByteBuffer(capacity: 4_096)
    public private(set) var count = 0
    private var lastTime: EventTime = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }
    /// Leaves room for one more signal of the largest size (identifiers and a review).
    public var isFull: Bool { buffer.count > SignalWriter.limit - 4 * Limits.identifier - Limits.review - 64 }

    public mutating func removeAll() {
        buffer.removeAll()
        count = 0
        lastTime = 0
    }

    public mutating func append(_ signal: SignalFields) {
        if count == 0 { buffer.append(SignalWriter.version) }
        count += 1
        buffer.append(signal.kind.rawValue)
        let flags = SignalFlags(signal)
        buffer.append(flags.rawValue)
        buffer.append(zigzag: signal.time &- lastTime)
        lastTime = signal.time
        buffer.append(prefixed: signal.subject)
        if flags.contains(.object) { buffer.append(prefixed: signal.object) }
        if flags.contains(.category) { buffer.append(prefixed: signal.category) }
        if flags.contains(.text) { buffer.append(prefixed: signal.text) }
        if flags.contains(.weight) { buffer.append(littleEndian: signal.weight.bitPattern) }
        if flags.contains(.more) {
            buffer.append(littleEndian: signal.second.bitPattern)
            buffer.append(littleEndian: signal.third.bitPattern)
        }
        if flags.contains(.cause) {
            buffer.append(littleEndian: signal.cause.0)
            buffer.append(littleEndian: signal.cause.1)
        }
    }
}

/// Which optional fields a packed signal has.
struct SignalFlags: OptionSet {
    let rawValue: UInt8

    static let object = SignalFlags(rawValue: 1)
    static let category = SignalFlags(rawValue: 2)
    static let text = SignalFlags(rawValue: 4)
    static let weight = SignalFlags(rawValue: 8)
    static let more = SignalFlags(rawValue: 16)
    static let cause = SignalFlags(rawValue: 32)

    @inline(__always)
    init(rawValue: UInt8) { self.rawValue = rawValue }

    @inline(__always)
    init(_ signal: SignalFields) {
        var flags: UInt8 = 0
        if !signal.object.isEmpty { flags |= 1 }
        if !signal.category.isEmpty { flags |= 2 }
        if !signal.text.isEmpty { flags |= 4 }
        if signal.weight != 1 { flags |= 8 }
        if signal.second != 0 || signal.third != 0 { flags |= 16 }
        if signal.cause != (0, 0) { flags |= 32 }
        rawValue = flags
    }
}

/// Walks over a packed record. A record that does not fit the format, or says what no writer says, ends with `failed`;
/// what came before it stands.
public struct SignalReader {
    private var reader: ByteReader
    private var lastTime: EventTime = 0
    public private(set) var isUnknownVersion = false

    public var failed: Bool { reader.failed || isUnknownVersion }

    public init(_ value: Bytes) {
        reader = ByteReader(value)
        if reader.byte() != SignalWriter.version { isUnknownVersion = true }
    }

    public mutating func next() -> SignalFields? {
        guard !failed, !reader.isAtEnd else { return nil }
        guard let kind = Signal.Kind(rawValue: reader.byte()) else {
            reader.fail()
            return nil
        }
        let flags = SignalFlags(rawValue: reader.byte())
        lastTime = lastTime &+ reader.zigzag()
        var signal = SignalFields(kind, time: lastTime, subject: reader.prefixed())
        if flags.contains(.object) { signal.object = reader.prefixed() }
        if flags.contains(.category) { signal.category = reader.prefixed() }
        if flags.contains(.text) { signal.text = reader.prefixed() }
        if flags.contains(.weight) { signal.weight = reader.float() }
        if flags.contains(.more) {
            signal.second = reader.float()
            signal.third = reader.float()
        }
        if flags.contains(.cause) {
            signal.cause = (reader.littleEndian(UInt64.self), reader.littleEndian(UInt64.self))
        }
        if !signal.isSound { reader.fail() }
        return reader.failed ? nil : signal
    }
}

extension SignalFields {
    /// Counts and weights that a fold can take: from others it would make state that no restart reads back.
    fileprivate var isSound: Bool {
        guard EventTime.plausible.contains(time), second.isFinite, third.isFinite else { return false }
        return switch kind {
        case .review: weight.isNaN || (0...1).contains(weight)
        case .judged, .judgedCategory: (-1...1).contains(weight)
        case .purchaseHistory: weight >= 0 && weight.isFinite
        default: (0...1e6).contains(weight)
        }
    }
}
