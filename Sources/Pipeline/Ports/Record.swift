public import Events

/// A partition of a topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.topic == right.topic ? left.partition < right.partition : left.topic < right.topic
    }

    public var description: String { "\(topic)[\(partition)]" }
}

/// One record as a port hands it out. Key and value are borrowed: valid until the port's next `poll` or `release`.
@frozen
public struct Record: BitwiseCopyable {
    /// Index into the port's ``Fetching/topics``.
    public var topic: Int32
    public var partition: Int32
    public var offset: Int64
    /// The record's own timestamp in ms, or ``Events/EventTime/unknown``.
    public var timestamp: Int64
    /// Missing (not empty) when the record has none.
    public var key: Bytes
    public var value: Bytes
    /// The port's handle on the record, for ``Fetching/headers(of:)``.
    public var handle: Int

    @inlinable
    public init(topic: Int32, partition: Int32, offset: Int64, timestamp: Int64, key: Bytes, value: Bytes, handle: Int)
    {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.handle = handle
    }
}

/// A record header. Kafka allows a null value.
public struct Header: Sendable, Equatable {
    public var name: String
    public var value: [UInt8]?

    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
}

/// A record on its way out; its bytes lie in the ``Outbox`` that holds it.
@frozen
public struct Outgoing: BitwiseCopyable {
    /// Index into the outlet's topics.
    public var topic: Int32
    /// Always chosen by us: murmur2 of the key, or the partition of the state it belongs to.
    public var partition: Int32
    /// In ms; ``Events/EventTime/unknown`` lets the broker choose.
    public var timestamp: Int64
    public var keyStart: Int
    /// Below zero: no key.
    public var keyCount: Int
    public var valueStart: Int
    /// Below zero: a tombstone.
    public var valueCount: Int
    /// Index into ``Outbox/headers``, or below zero for none.
    public var headers: Int32
}

/// What one transaction writes: records over one buffer of bytes, reused from transaction to transaction.
///
/// Ports may send straight from the buffer, so it stays untouched until the transaction has ended.
public struct Outbox: ~Copyable {
    public var bytes = ByteBuffer(capacity: 1 << 20)
    public private(set) var records: [Outgoing] = []
    public private(set) var headers: [[Header]] = []

    public init() {}

    public var isEmpty: Bool { records.isEmpty }

    public mutating func removeAll() {
        bytes.removeAll()
        records.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
    }

    /// Adds a record whose key and value were appended to ``bytes`` from `keyStart` and `valueStart` on; the value
    /// reaches to the end of the buffer.
    @inline(__always)
    public mutating func add(
        topic: Int32,
        partition: Int32,
        timestamp: Int64 = EventTime.unknown,
        keyStart: Int,
        valueStart: Int,
        hasKey: Bool = true
    ) {
        records.append(
            Outgoing(
                topic: topic,
                partition: partition,
                timestamp: timestamp,
                keyStart: keyStart,
                keyCount: hasKey ? valueStart - keyStart : -1,
                valueStart: valueStart,
                valueCount: bytes.count - valueStart,
                headers: -1
            )
        )
    }

    /// Adds a tombstone whose key was appended to ``bytes`` from `keyStart` on.
    public mutating func addTombstone(topic: Int32, partition: Int32, keyStart: Int) {
        add(topic: topic, partition: partition, keyStart: keyStart, valueStart: bytes.count)
        records[records.count - 1].valueCount = -1
    }

    /// Copies a whole record in; a missing key or value stays missing.
    public mutating func add(
        topic: Int32,
        partition: Int32,
        timestamp: Int64 = EventTime.unknown,
        key: Bytes,
        value: Bytes,
        headers list: [Header] = []
    ) {
        let keyStart = bytes.count
        bytes.append(key)
        let valueStart = bytes.count
        bytes.append(value)
        if !list.isEmpty { headers.append(list) }
        records.append(
            Outgoing(
                topic: topic,
                partition: partition,
                timestamp: timestamp,
                keyStart: keyStart,
                keyCount: key.isMissing ? -1 : key.count,
                valueStart: valueStart,
                valueCount: value.isMissing ? -1 : value.count,
                headers: list.isEmpty ? -1 : Int32(headers.count - 1)
            )
        )
    }

    public func key(of record: Outgoing) -> Bytes {
        record.keyCount < 0 ? .none : bytes.bytes(record.keyStart..<record.keyStart + record.keyCount)
    }

    public func value(of record: Outgoing) -> Bytes {
        record.valueCount < 0 ? .none : bytes.bytes(record.valueStart..<record.valueStart + record.valueCount)
    }
}

/// Bytes of a record as topics and producers count them against `max.message.bytes` and `message.max.bytes`, before any
/// compression.
public enum RecordSize {
    /// What Kafka adds to a record, generously.
    private static let overhead = 256

    /// At most; a missing key or value takes none. O(headers)
    public static func most(key: Bytes, value: Bytes, _ headers: [Header]) -> Int {
        key.count + value.count + of(headers) + overhead
    }

    /// Lengths included.
    static func of(_ headers: [Header]) -> Int {
        headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) + 10 }
    }
}
