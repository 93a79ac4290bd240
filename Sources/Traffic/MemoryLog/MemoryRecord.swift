import Events
public import Pipeline

/// A copy of a record, for tests to look at.
public struct MemoryRecord: Sendable, Equatable, CustomStringConvertible {
    public enum State: String, Sendable {
        case committed
        case open
        case aborted
    }

    public var place: TopicPartition
    public var offset: Int64
    public var timestamp: Int64
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [Header]
    /// Where its transaction stands; a record outside of any is committed.
    public var state: State

    public var keyText: String? { key.map { String(decoding: $0, as: UTF8.self) } }
    public var valueText: String? { value.map { String(decoding: $0, as: UTF8.self) } }

    public var description: String {
        "\(place) \(offset) \(state.rawValue) \(keyText ?? "-") = \(valueText ?? "-")"
    }

    init(_ entry: LogEntry, _ segment: LogSegment, of log: PartitionLog) {
        place = log.place
        offset = entry.offset
        timestamp = entry.timestamp
        key = entry.keyCount < 0 ? nil : segment.key(of: entry).array
        value = entry.valueCount < 0 ? nil : segment.value(of: entry).array
        headers = segment.headers(of: entry)
        state = entry.kind == .aborted ? .aborted : log.isOpen(entry) ? .open : .committed
    }
}
