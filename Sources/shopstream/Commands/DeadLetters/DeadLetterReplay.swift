import Events
import Pipeline

/// Sends dead letters back to where they came from. Each goes once, whatever dies: what was sent is noted behind the
/// letters, in the transaction that sends them, and only one process at a time can commit such a transaction.
final class DeadLetterReplay {
    /// Records and bytes of one transaction.
    private static let records = 500
    private static let bytes = 4 << 20

    private let cluster: any Cluster
    private let shelf: DeadLetterShelf
    private let judge: DeadLetterJudge
    private let group: String
    private let clock: WallClock
    private let sleep: (Int64) -> Void
    private let stop: StopFlag
    private var outbox = Outbox()
    /// Of the transaction in hand.
    private var taken: [TopicPartition: OffsetRanges] = [:]
    /// The first record of each partition that a later replay has to look at, and how far this one has looked.
    private var unsettled: [TopicPartition: Int64] = [:]
    private var seen: [TopicPartition: Int64] = [:]
    private var tally = DeadLetterTally()
    private var pace: Throttle

    /// - Parameter group: of the lines; the replay's own is named after it.
    init(
        _ cluster: any Cluster,
        _ shelf: DeadLetterShelf,
        _ judge: DeadLetterJudge,
        group: String,
        clock: WallClock,
        sleep: @escaping (Int64) -> Void = Clock.sleep,
        stop: StopFlag
    ) {
        self.cluster = cluster
        self.shelf = shelf
        self.judge = judge
        self.group = DeadLetterReplay.group(of: group)
        self.clock = clock
        self.sleep = sleep
        self.stop = stop
        pace = Throttle(rate: judge.request.rate)
    }

    /// Its own group, named after that of the lines.
    static func group(of lines: String) -> String { "\(lines)-dlq-replay" }
    static func transactionalId(in group: String) -> String { "shopstream-\(group)" }

    private var request: DeadLetterRequest { judge.request }
    private var isFull: Bool { tally.total >= request.limit }

    /// - Throws: ``Pipeline/Fault`` when a transaction failed or its outcome is unknown; what was committed is noted,
    ///   and the next run goes on from there.
    func run(_ report: (Int) -> Void = { _ in }) throws -> DeadLetterTally {
        let member = request.isDry ? nil : try join()
        defer { member?.close() }
        let starts = try member?.committed() ?? [:]
        let replayed = try ReplayedLetters.read(cluster, shelf, from: starts, stop)
        let reading = try BoundedReading(cluster, shelf.partitions, from: starts)
        defer { reading.close() }
        pace.start(at: clock.now())
        while !reading.isDone, !isFull, !stop.isSet {
            try reading.poll { record, place in
                guard !isFull, !stop.isSet else { return }
                try take(record, reading.headers(of: record), at: place, replayed)
                if isDue { try send(member, report) }
            }
        }
        try send(member, report)
        return tally
    }

    private func join() throws -> SoleMember {
        try SoleMember(
            cluster,
            Subscription(group: group, instance: group, topics: shelf.topics),
            of: shelf.partitions,
            transactionalId: DeadLetterReplay.transactionalId(in: group),
            writing: judge.targets + shelf.topics,
            work: "replay",
            clock: clock
        )
    }

    private func take(
        _ record: Record,
        _ headers: [Header],
        at place: TopicPartition,
        _ replayed: ReplayedLetters
    ) throws {
        seen[place] = record.offset + 1
        if ReplayedLetters.note(record, headers) != nil { return }
        let letter = DeadLetter(headers)
        let wasSent = replayed.contains(record.offset, of: place)
        let verdict = judge.verdict(letter, key: record.key, time: record.timestamp, wasSent: wasSent)
        tally.note(verdict, letter)
        if !verdict.isSettled, unsettled[place] == nil { unsettled[place] = record.offset }
        guard case .send(let topic, let partition) = verdict, !request.isDry else { return }
        outbox.add(
            topic: topic,
            partition: partition,
            timestamp: record.timestamp,
            key: record.key,
            value: record.value,
            headers: DeadLetter.replaying(headers, count: (letter?.replays ?? 0) + 1)
        )
        taken[place, default: OffsetRanges()].insert(record.offset)
    }

    private var isDue: Bool {
        outbox.records.count >= min(DeadLetterReplay.records, pace.batch)
            || outbox.bytes.count >= DeadLetterReplay.bytes
    }

    /// One transaction: the records, the notes of what they were, and the offsets of what is settled.
    private func send(_ member: SoleMember?, _ report: (Int) -> Void) throws {
        guard let member, !outbox.isEmpty else { return }
        let count = outbox.records.count
        var offsets: [TopicPartition: Int64] = [:]
        for (place, ranges) in taken.sorted(by: { $0.key < $1.key }) {
            note(ranges, at: place)
            offsets[place] = unsettled[place] ?? seen[place]
        }
        try wait(for: count, member)
        try member.commit(&outbox, offsets)
        taken.removeAll()
        report(tally.total)
    }

    private func note(_ ranges: OffsetRanges, at place: TopicPartition) {
        let topic = judge.targets.count + (shelf.topics.firstIndex(of: place.topic) ?? 0)
        outbox.add(
            topic: Int32(topic),
            partition: place.partition,
            key: .none,
            value: .none,
            headers: [ReplayedLetters.header(ranges)]
        )
    }

    /// Waits until so many may go. Polling meanwhile keeps the membership.
    private func wait(for count: Int, _ member: SoleMember) throws {
        let time = pace.time(for: count)
        while clock.now() < time, !stop.isSet {
            sleep(min(time - clock.now(), 1_000))
            try member.checkPlace()
        }
    }
}

/// When records may go so that a rate is kept. Pure.
struct Throttle {
    private let rate: Double?
    private var next: Double = 0

    init(rate: Double?) { self.rate = rate }

    mutating func start(at now: Int64) { next = Double(now) }

    /// Records that go at once: a tenth of a second's, at least one.
    var batch: Int { rate.map { max(1, Int($0 / 10)) } ?? .max }

    /// When these may go; the following ones accordingly later.
    mutating func time(for count: Int) -> Int64 {
        guard let rate else { return .min }
        defer { next += Double(count) * 1_000 / rate }
        return Int64(next)
    }
}
