import Events
import Pipeline

/// What a port fetches: its positions, and the segments that keep the last poll's records in place.
struct FetchSession {
    let topics: [TopicLog]
    /// Of the topics; asked for with every run of records.
    let names: [String]
    private let quantum: Int
    private let shuffleSeed: UInt64?
    private let isolation: MemoryLog.Isolation
    private var cursors: [LogCursor] = []
    private var places: [TopicPartition: Int] = [:]
    private var pins: [LogSegment] = []
    private var turn = 0

    init(_ topics: [TopicLog], _ options: MemoryLog.Options, isolation: MemoryLog.Isolation = .committed) {
        self.topics = topics
        names = topics.map(\.name)
        quantum = max(1, options.fetchQuantum)
        shuffleSeed = options.shuffleSeed
        self.isolation = isolation
    }

    /// Fetches from exactly these positions from now on. Nothing changes when one of them is refused.
    mutating func start(from positions: [TopicPartition: Int64]) throws(Fault) {
        var fresh: [LogCursor] = []
        for (place, position) in positions.sorted(by: { $0.key < $1.key }) {
            let (topic, log) = try find(place, doing: "fetching")
            fresh.append(LogCursor(log: log, topic: topic, position: position, isolation: isolation))
        }
        cursors = fresh
        places = [:]
        for (at, cursor) in fresh.enumerated() { places[cursor.log.place] = at }
    }

    mutating func stop() {
        cursors = []
        places = [:]
    }

    /// Ends the validity of the last poll's records.
    mutating func letGo() { pins.removeAll(keepingCapacity: true) }

    private func find(_ place: TopicPartition, doing: StaticString) throws(Fault) -> (Int32, PartitionLog) {
        guard let at = topics.firstIndex(where: { $0.name == place.topic }) else {
            throw .unknownPartition(place, doing: doing)
        }
        return (Int32(at), try topics[at].partition(place.partition, doing: doing))
    }

    /// Appends up to `limit` records, partition by partition in turn, and reports the ends that were reached.
    mutating func collect(into records: inout [Record], limit: Int, _ polled: inout Polled) throws(Fault) {
        guard !cursors.isEmpty else { return }
        for at in cursors.indices { try settle(at) }
        let full = records.count + limit
        let order = visitingOrder()
        var before = -1
        while records.count < full, records.count > before {
            before = records.count
            for at in order where records.count < full {
                let most = min(quantum, full - records.count)
                cursors[at].log.read(&cursors[at], limit: most, into: &records, pinning: &pins)
            }
        }
        for at in cursors.indices { report(at, &polled) }
    }

    /// Takes a named position for its number and refuses one that the log does not have.
    private mutating func settle(_ at: Int) throws(Fault) {
        let log = cursors[at].log
        if cursors[at].position == Position.beginning { cursors[at].position = log.start }
        let position = cursors[at].position
        guard position >= log.start, position <= log.end else {
            throw .outOfRange(log.place, position, LogBounds(start: log.start, end: log.end))
        }
    }

    private mutating func report(_ at: Int, _ polled: inout Polled) {
        let cursor = cursors[at]
        cursors[at].knownEnd = cursor.log.end
        guard cursor.isAtEnd, cursor.reportedEnd != cursor.position else { return }
        cursors[at].reportedEnd = cursor.position
        polled.ended.append((cursor.log.place, cursor.position))
    }

    private mutating func visitingOrder() -> [Int] {
        turn += 1
        guard let seed = shuffleSeed.map({ Hash.combine($0, UInt64(turn)) }) else {
            return cursors.indices.map { ($0 + turn) % cursors.count }
        }
        return cursors.indices.sorted { Hash.combine(seed, UInt64($0)) < Hash.combine(seed, UInt64($1)) }
    }

    func lastKnownEnd(of place: TopicPartition) -> Int64? { places[place].flatMap { cursors[$0].knownEnd } }

    func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        var found: [TopicPartition: LogBounds] = [:]
        for place in partitions {
            let log = try find(place, doing: "asking for the bounds").1
            found[place] = LogBounds(start: log.start, end: log.end)
        }
        return found
    }

    func headers(of record: Record) -> [Header] {
        let pin = record.handle >> 32
        guard record.handle >= 0, pin < pins.count else { return [] }
        return pins[pin].headers[record.handle & 0xffff_ffff]
    }
}
