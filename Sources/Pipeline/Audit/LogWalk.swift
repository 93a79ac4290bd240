import Events

/// Reads partitions from one offset to another, for whoever wants every record between.
final class LogWalk {
    private let reader: any Fetching
    private var records: [Record] = []
    /// Records handed out.
    private(set) var count: UInt64 = 0
    /// Called after every poll.
    var report: () -> Void = {}

    init(_ reader: any Fetching) { self.reader = reader }

    /// Hands out the committed records in `from..<end`. Borrowed records are valid until `body` returns.
    /// - Throws: when the log does not come to its end, as behind a transaction that nobody ends.
    func walk(
        _ place: TopicPartition,
        from: Int64,
        to end: Int64,
        _ body: (Record) throws(Fault) -> Void
    ) throws(Fault) {
        guard from < end else { return }
        try reader.fetch(from: [place: from])
        var patience = Patience(place)
        while true {
            records.removeAll(keepingCapacity: true)
            let polled = try patience.ask { () throws(Fault) in
                try reader.poll(into: &records, limit: 4_096, wait: 100)
            }
            guard let polled else { continue }
            for record in records {
                if record.offset >= end { return }
                count += 1
                try body(record)
            }
            report()
            if polled.ended.contains(where: { $0.partition == place && $0.position >= end }) { return }
            try patience.found(records.count)
        }
    }

    func headers(of record: Record) -> [Header] { reader.headers(of: record) }
}

/// How often a reader may answer with nothing: thirty seconds of polls that wait a tenth of one.
struct Patience {
    private let place: TopicPartition
    private var left = Patience.most

    private static let most = 300

    init(_ place: TopicPartition) { self.place = place }

    /// Nil when the same call may be made again.
    mutating func ask(_ call: () throws(Fault) -> Polled) throws(Fault) -> Polled? {
        do throws(Fault) {
            return try call()
        } catch {
            guard error.recovery == .retry else { throw error }
            try found(0)
            return nil
        }
    }

    mutating func found(_ count: Int) throws(Fault) {
        left = count > 0 ? Patience.most : left - 1
        guard left == 0 else { return }
        throw Fault(
            .stop(exitCode: Fault.Exit.unavailable),
            code: "READ_STALLED",
            doing: "reading \(place) to its end",
            remedy: "committed records end at an open transaction: wait for its timeout, or abort it if it hangs "
                + "(kafka-transactions.sh find-hanging)"
        )
    }
}

/// The inputs of one partition, read ahead of their turn and handed out in the order that a journal says.
/// Bound: 32 MiB an input, and what one poll brings.
final class InputStreams {
    private let reader: any Fetching
    private let places: [TopicPartition]
    private let ends: [Int64]
    private var ahead: [ReadAhead] = []
    private var next: [Int64] = []
    private var isFetchStale = true
    private var records: [Record] = []
    private let report: () -> Void

    /// - Parameter report: called after every poll.
    init(_ reader: any Fetching, _ places: [TopicPartition], ends: [Int64], report: @escaping () -> Void) {
        self.reader = reader
        self.places = places
        self.ends = ends
        self.report = report
        start(at: ends)
    }

    /// Begins again from these offsets.
    func start(at positions: [Int64]) {
        next = positions
        ahead = positions.map { _ in ReadAhead() }
        isFetchStale = true
    }

    /// Hands the next `count` records of an input to `body`, in pieces; answers how many there were before its end.
    func take(_ input: Int, _ count: UInt64, _ body: (ArraySlice<Record>) -> Void) throws(Fault) -> UInt64 {
        var left = count
        var patience = Patience(places[input])
        while left > 0 {
            let wasFull = ahead[input].isFull
            let taken = ahead[input].take(left, body)
            left -= taken
            if wasFull, !ahead[input].isFull { isFetchStale = true }
            if left == 0 { break }
            if taken == 0 {
                guard next[input] < ends[input] else { break }
                try fill(&patience)
            }
        }
        return count - left
    }

    private func fill(_ patience: inout Patience) throws(Fault) {
        if isFetchStale { try fetch() }
        records.removeAll(keepingCapacity: true)
        let polled = try patience.ask { () throws(Fault) in
            try reader.poll(into: &records, limit: 4_096, wait: 100)
        }
        guard let polled else { return }
        for record in records { keep(record) }
        for (place, position) in polled.ended {
            if let input = places.firstIndex(of: place) { next[input] = max(next[input], position) }
        }
        if ahead.contains(where: \.isFull) { isFetchStale = true }
        report()
        try patience.found(records.count + polled.ended.count)
    }

    private func keep(_ record: Record) {
        let place = TopicPartition(reader.topics[Int(record.topic)], record.partition)
        guard let input = places.firstIndex(of: place) else { return }
        next[input] = record.offset + 1
        if record.offset < ends[input] { ahead[input].append(record) }
    }

    private func fetch() throws(Fault) {
        var positions: [TopicPartition: Int64] = [:]
        for (input, place) in places.enumerated()
        where !ahead[input].isFull && next[input] >= 0 && next[input] < ends[input] {
            positions[place] = next[input]
        }
        try reader.fetch(from: positions)
        isFetchStale = false
    }
}
