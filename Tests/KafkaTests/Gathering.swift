import Events
import Pipeline

/// A record that outlives its poll.
struct Kept: Equatable, CustomStringConvertible {
    var topic: String
    var partition: Int32
    var offset: Int64
    var timestamp: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header]

    init(_ record: Record, from port: any Fetching) {
        topic = port.topics[Int(record.topic)]
        partition = record.partition
        offset = record.offset
        timestamp = record.timestamp
        key = record.key.isMissing ? nil : record.key.array
        value = record.value.isMissing ? nil : record.value.array
        headers = port.headers(of: record)
    }

    var text: String { value.map { String(decoding: $0, as: UTF8.self) } ?? "(tombstone)" }
    var place: TopicPartition { TopicPartition(topic, partition) }
    var description: String { "\(place)@\(offset) \(text)" }
}

/// What polling brought until enough was there, or time was up.
struct Gathered {
    var records: [Kept] = []
    var ended: [TopicPartition: Int64] = [:]
    var changes: [GroupChange] = []

    var texts: [String] { records.map(\.text) }
}

extension Fetching {
    /// Polls until `isEnough`, at most 20 s.
    func gather(limit: Int = 1_000, until isEnough: (Gathered) -> Bool) throws -> Gathered {
        var gathered = Gathered()
        let end = ContinuousClock.now + .seconds(20)
        while !isEnough(gathered), ContinuousClock.now < end { try gatherOnce(limit: limit, into: &gathered) }
        return gathered
    }

    /// A number of polls, whatever they bring.
    func polls(_ count: Int) throws -> Gathered {
        var gathered = Gathered()
        for _ in 0..<count { try gatherOnce(limit: 1_000, into: &gathered) }
        return gathered
    }

    private func gatherOnce(limit: Int, into gathered: inout Gathered) throws {
        var records: [Record] = []
        let polled = try poll(into: &records, limit: limit, wait: 50)
        gathered.records += records.map { Kept($0, from: self) }
        for (partition, position) in polled.ended { gathered.ended[partition] = position }
        if let change = polled.change { gathered.changes.append(change) }
    }

    /// Fetches from these positions until every partition has been read to where its log ends now, as a restore does:
    /// Kafka answers a commit before its control record makes the records visible.
    func readAll(_ positions: [TopicPartition: Int64]) throws -> Gathered {
        let bounds = try bounds(of: Array(positions.keys))
        try fetch(from: positions)
        return try gather { gathered in
            positions.keys.allSatisfy { gathered.ended[$0, default: -1] >= bounds[$0]?.end ?? 0 }
        }
    }

    /// Fetches until every partition says that there is no more for now: open transactions hide what lies behind.
    func readWhatIsVisible(_ positions: [TopicPartition: Int64]) throws -> Gathered {
        try fetch(from: positions)
        return try gather { $0.ended.count == positions.count }
    }
}

extension Dictionary where Key == TopicPartition, Value == Int64 {
    init(_ partitions: [TopicPartition], at position: Int64) {
        self.init(uniqueKeysWithValues: partitions.map { ($0, position) })
    }
}
