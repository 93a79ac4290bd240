import CRdkafka
import Events
import Pipeline

/// A queue for each partition that is fetched, and the order in which their records are handed out: urgent topics
/// first, then, of the topics that share a partition number, whichever is furthest behind in time.
///
/// With one queue for all, records come in the order of librdkafka's fetches: in a backlog one topic runs hours ahead
/// of another, and what the line writes for itself waits behind a hundred thousand records that were fetched before.
///
/// Bound: ``Lanes/depth`` records a partition are held here beside what librdkafka's own limits allow in its queues.
final class Lanes {
    /// The records of one partition, between librdkafka's queue and the line.
    private struct Lane {
        let partition: TopicPartition
        let queue: OpaquePointer
        var held: [Record] = []
        var first = 0
        /// The end that was reached behind the records held.
        var end: Int64?

        var isEmpty: Bool { first == held.count }
    }

    /// Lanes that are merged by time, by index.
    fileprivate struct Strand {
        var lanes: [Int]
        var merge: TimeMerge
        var isUrgent: Bool
    }

    /// Turns a message into a record, or reports it; nil when there is nothing to hand out.
    typealias Sorter = (Consumer.Message, inout Polled) -> Record?

    private static let depth = 512

    private let urgent: Set<String>
    private let mergesPartitions: Bool
    private let wake = Wake()
    private var lanes: [Lane] = []
    private var strands: [Strand] = []
    /// Where the round of strands starts next, so that none waits longer than others.
    private var turn = 0
    /// Messages that were handed out and live until the next poll.
    private var handed: [Consumer.Message] = []
    private let batch = UnsafeMutableBufferPointer<Consumer.Message?>.allocate(capacity: Lanes.depth)

    /// - Parameter mergesPartitions: whatever their number.
    init(urgent: Set<String>, mergesPartitions: Bool, watching queue: OpaquePointer) {
        self.urgent = urgent
        self.mergesPartitions = mergesPartitions
        wake.watch(queue)
    }

    deinit { batch.deallocate() }

    /// Prepares a queue for each partition. To be called before they are assigned: librdkafka sends the records of a
    /// partition to the consumer's queue unless it was told otherwise by then.
    func open(_ partitions: some Sequence<TopicPartition>, _ client: OpaquePointer) {
        close()
        for partition in partitions.sorted(by: { ($0.partition, $0.topic) < ($1.partition, $1.topic) }) {
            guard let queue = rd_kafka_queue_get_partition(client, partition.topic, partition.partition) else {
                continue
            }
            rd_kafka_queue_forward(queue, nil)
            wake.watch(queue)
            lanes.append(Lane(partition: partition, queue: queue))
        }
        let rest = lanes.indices.filter { !urgent.contains(lanes[$0].partition.topic) }
        let shared = Dictionary(grouping: rest) { mergesPartitions ? 0 : lanes[$0].partition.partition }
            .values.sorted { $0[0] < $1[0] }
        strands =
            lanes.indices.filter { urgent.contains(lanes[$0].partition.topic) }.map { Strand([$0], isUrgent: true) }
            + shared.map { Strand($0, isUrgent: false) }
    }

    /// Drops what is held and gives the queues back.
    func close() {
        for lane in lanes {
            for record in lane.held[lane.first...] { rd_kafka_message_destroy(record.message) }
            wake.leave(lane.queue)
            rd_kafka_queue_destroy(lane.queue)
        }
        lanes.removeAll()
        strands.removeAll()
    }

    /// Ends the validity of what was handed out.
    func release() {
        for message in handed { rd_kafka_message_destroy(message) }
        handed.removeAll(keepingCapacity: true)
    }

    func stopWatching(_ queue: OpaquePointer) { wake.leave(queue) }

    func wait(_ milliseconds: Int32) { wake.wait(milliseconds) }

    /// Hands out up to `limit` records of what is there. O(partitions) beside the records.
    func take(_ limit: Int, into records: inout [Record], _ polled: inout Polled, sort: Sorter) {
        let before = records.count
        let now = Wake.now
        for index in strands.indices where strands[index].isUrgent {
            drain(index, limit / 2 - (records.count - before), now, &records, &polled, sort)
        }
        let rest = strands.indices.filter { !strands[$0].isUrgent }
        let share = max(64, limit / max(1, rest.count))
        for step in rest.indices {
            let index = rest[(step + turn) % rest.count]
            drain(index, min(share, limit - (records.count - before)), now, &records, &polled, sort)
        }
        turn &+= 1
    }

    /// Hands out up to `limit` records of one strand, run by run.
    private func drain(
        _ index: Int,
        _ limit: Int,
        _ now: Int64,
        _ records: inout [Record],
        _ polled: inout Polled,
        _ sort: Sorter
    ) {
        let full = records.count + limit
        for at in strands[index].lanes.indices { look(strand: index, at, &polled, sort) }
        while records.count < full, let choice = strands[index].merge.choose(now: now) {
            hand(choice, strand: index, full, &records)
            look(strand: index, choice.lane, &polled, sort)
        }
    }

    /// Refills a lane that has nothing left, and shows the merge what is at hand.
    private func look(strand: Int, _ at: Int, _ polled: inout Polled, _ sort: Sorter) {
        let lane = strands[strand].lanes[at]
        if lanes[lane].isEmpty { refill(lane, &polled, sort) }
        if lanes[lane].isEmpty, let end = lanes[lane].end.take() {
            polled.ended.append((lanes[lane].partition, end))
            strands[strand].merge.lanes[at].isAtEnd = true
        }
        if !lanes[lane].isEmpty { strands[strand].merge.lanes[at].isAtEnd = false }
        strands[strand].merge.lanes[at].next =
            lanes[lane].isEmpty ? nil : lanes[lane].held[lanes[lane].first].timestamp
    }

    private func refill(_ lane: Int, _ polled: inout Polled, _ sort: Sorter) {
        lanes[lane].held.removeAll(keepingCapacity: true)
        lanes[lane].first = 0
        let count = rd_kafka_consume_batch_queue(lanes[lane].queue, 0, batch.baseAddress, batch.count)
        guard count > 0 else { return }
        var news = Polled()
        for message in batch[..<count] {
            guard let message else { continue }
            if let record = sort(message, &news) {
                lanes[lane].held.append(record)
                lanes[lane].end = nil
            } else {
                rd_kafka_message_destroy(message)
            }
            if let end = news.ended.popLast() { lanes[lane].end = end.position }
        }
    }

    private func hand(_ choice: TimeMerge.Choice, strand: Int, _ full: Int, _ records: inout [Record]) {
        let lane = strands[strand].lanes[choice.lane]
        var taken = strands[strand].merge.lanes[choice.lane].taken
        var isFirst = true
        while !lanes[lane].isEmpty, records.count < full {
            let record = lanes[lane].held[lanes[lane].first]
            guard isFirst || record.timestamp <= choice.upTo else { break }
            isFirst = false
            taken = max(taken, record.timestamp)
            lanes[lane].first += 1
            records.append(record)
            handed.append(record.message)
        }
        strands[strand].merge.lanes[choice.lane].taken = taken
    }
}

extension Lanes.Strand {
    fileprivate init(_ lanes: [Int], isUrgent: Bool) {
        self.init(lanes: lanes, merge: TimeMerge(lanes: lanes.count), isUrgent: isUrgent)
    }
}

extension Record {
    /// The librdkafka message that the record points into.
    fileprivate var message: Consumer.Message {
        guard let message = Consumer.Message(bitPattern: handle) else {
            preconditionFailure("a record of another port")
        }
        return message
    }
}
