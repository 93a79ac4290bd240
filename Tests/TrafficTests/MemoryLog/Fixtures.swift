import Events
import Pipeline
import Testing

@testable import Traffic

/// A record as a test compares it.
struct Seen: Equatable, CustomStringConvertible {
    var place: TopicPartition
    var offset: Int64
    var key: String?
    var value: String?

    var description: String { "\(place) \(offset) \(key ?? "-")=\(value ?? "-")" }
}

/// What a poll brought, copied.
struct Catch {
    var seen: [Seen] = []
    var polled = Polled()

    var values: [String?] { seen.map(\.value) }
    var offsets: [Int64] { seen.map(\.offset) }
    var ends: [TopicPartition: Int64] {
        Dictionary(polled.ended.map { ($0.partition, $0.position) }, uniquingKeysWith: max)
    }
}

extension Fetching {
    func take(_ limit: Int = 1_000) throws(Fault) -> Catch {
        var records: [Record] = []
        var result = Catch()
        result.polled = try poll(into: &records, limit: limit, wait: 0)
        let names = topics
        result.seen = records.map { record in
            Seen(
                place: TopicPartition(names[Int(record.topic)], record.partition),
                offset: record.offset,
                key: record.key.isMissing ? nil : record.key.text,
                value: record.value.isMissing ? nil : record.value.text
            )
        }
        return result
    }
}

extension Inlet {
    /// Polls once and says what the group did.
    func change() throws(Fault) -> GroupChange? { try take().polled.change }
}

extension Outlet {
    /// Sends values to one partition of the outlet's first topic, each value being its own key too.
    func send(_ values: String..., to partition: Int32 = 0) throws(Fault) {
        var outbox = Outbox()
        for value in values { outbox.add(0, partition, value, value) }
        try send(outbox)
    }

    func commit(
        _ offsets: [TopicPartition: Int64] = [:],
        as membership: Membership = .neverJoined
    ) throws(Fault) {
        startCommit(offsets: offsets, membership: membership)
        #expect(try commitDone(wait: 0))
    }

    /// A whole transaction.
    func transact(_ values: String..., to partition: Int32 = 0) throws(Fault) {
        try begin()
        var outbox = Outbox()
        for value in values { outbox.add(0, partition, value, value) }
        try send(outbox)
        try commit()
    }
}

extension Outbox {
    mutating func add(_ topic: Int32, _ partition: Int32, _ key: String?, _ value: String?, _ headers: [Header] = []) {
        let keyArray = key.map { Array($0.utf8) }
        let valueArray = value.map { Array($0.utf8) }
        lend(keyArray) { key in
            lend(valueArray) { value in
                add(topic: topic, partition: partition, key: key, value: value, headers: headers)
            }
        }
    }
}

private func lend(_ array: [UInt8]?, _ body: (Bytes) -> Void) {
    guard let array else { return body(.none) }
    (array + [0]).withUnsafeBufferPointer { body(Bytes(start: $0.baseAddress, count: array.count)) }
}

extension Membership {
    static let neverJoined = Membership(memberId: "", generation: -1)
}

/// The fault that `body` throws; a test failure when it throws none.
func fault(_ at: SourceLocation = #_sourceLocation, _ body: () throws -> Void) -> Fault {
    do {
        try body()
        Issue.record("no fault was thrown", sourceLocation: at)
    } catch {
        if let fault = error as? Fault { return fault }
        Issue.record(error, sourceLocation: at)
    }
    return Fault(.retry, code: "none", doing: "expecting a fault")
}

/// A log with the topics that most tests want, and short ways to its ports.
struct Desk {
    static let group = "shop"
    let log: MemoryLog

    init(_ options: MemoryLog.Options = .init(), faults: FaultPlan = .none) {
        log = MemoryLog(options: options, faults: faults)
        log.createTopic("in", partitions: 4)
        log.createTopic("signals", partitions: 4)
        log.createTopic("out", partitions: 2)
        log.createTopic("state", partitions: 2, compacted: true)
    }

    func inlet(_ instance: String, on process: (any Cluster)? = nil) throws(Fault) -> any Inlet {
        try (process ?? log).makeInlet(
            Subscription(group: Self.group, instance: instance, topics: ["in", "signals"])
        )
    }

    /// An initialized producer to `topics`.
    func outlet(
        _ id: String = "line-0",
        topics: [String] = ["out"],
        on process: (any Cluster)? = nil
    ) throws(Fault) -> any Outlet {
        let outlet = try (process ?? log).makeOutlet(transactionalId: id, topics: topics)
        try outlet.initialize()
        return outlet
    }

    /// A reader of `topic` from the beginning of its first partition.
    func reader(_ topic: String, _ partition: Int32 = 0, from: Int64 = Position.beginning) throws(Fault) -> any Fetching
    {
        let reader = try log.makeReader(topics: [topic])
        try reader.fetch(from: [TopicPartition(topic, partition): from])
        return reader
    }

    func values(_ topic: String, _ isolation: MemoryLog.Isolation = .committed) throws(Fault) -> [String?] {
        try log.records(in: topic, isolation: isolation).map(\.valueText)
    }
}

func places(_ topic: String, _ partitions: ClosedRange<Int32>) -> [TopicPartition] {
    partitions.map { TopicPartition(topic, $0) }
}

/// What a member owns when it has these partitions of both input topics.
func both(_ partitions: ClosedRange<Int32>) -> [TopicPartition] {
    places("in", partitions) + places("signals", partitions)
}
