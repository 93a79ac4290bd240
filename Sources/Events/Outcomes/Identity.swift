/// Identifies an output for good: 128 bits of hash over its kind, its key and its cause, so that the same cause gives
/// the same id in every replay and a consumer can drop what it has seen.
@frozen
public struct OutcomeId: BitwiseCopyable, Equatable, Sendable {
    public let high: UInt64
    public let low: UInt64

    /// - Parameters:
    ///   - kind: what sort of output; different sorts never share an id.
    ///   - key: the customer or product that it is about.
    ///   - cause: the triggering record's position, or the silence's start and level.
    @inlinable
    public init(kind: UInt8, key: Bytes, cause: (UInt64, UInt64)) {
        let seed = UInt64(kind) << 56
        high = Hash.combine(Hash.combine(Hash.of(key, seed: seed), cause.0), cause.1)
        low = Hash.combine(Hash.combine(Hash.of(key, seed: seed ^ 0x5851_F42D_4C95_7F2D), cause.0), cause.1)
    }
}

/// Where a record stood: what caused an output, and where a dead letter came from.
@frozen
public struct Origin: BitwiseCopyable, Equatable, Sendable {
    /// Hash of the topic's name.
    public var topic: Int32
    public var partition: Int32
    public var offset: Int64

    @inlinable
    public init(topic: Int32, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// Topics go by a hash of their names, so that adding one changes no id.
    public static func tag(of topic: String) -> Int32 {
        Array(topic.utf8).withUnsafeBytes { Int32(truncatingIfNeeded: Hash.of(Bytes($0))) }
    }

    /// The position as a cause of an ``OutcomeId``.
    @inlinable public var cause: (UInt64, UInt64) {
        (UInt64(UInt32(bitPattern: topic)) << 32 | UInt64(UInt32(bitPattern: partition)), UInt64(bitPattern: offset))
    }
}
