import Events
import Traffic

@testable import Pipeline

/// Consumers and readers that break one rule each.
class BrokenInlet: PassingInlet {
    let log: MemoryLog
    let group: String

    required init(_ cluster: PassingCluster, _ subscription: Subscription) throws(Fault) {
        log = cluster.log
        group = subscription.group
        super.init(member: try cluster.process.makeInlet(subscription), cluster.beat)
    }
}

/// Takes the end for the position where none is committed.
final class SilentPosition: BrokenInlet {
    override func committed(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        var found = try super.committed(partitions)
        for place in partitions where found[place] == nil { found[place] = try log.bounds(of: place).end }
        return found
    }
}

/// Takes the first answer for the offsets, whether or not a transaction is still deciding them.
final class UnstableOffsets: BrokenInlet {
    private var heard: [TopicPartition: Int64]?

    override func committed(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        beat(.committed)
        let offsets = heard ?? log.offsets(of: group)
        heard = offsets
        return offsets.filter { partitions.contains($0.key) }
    }

    override func release(assignment: [TopicPartition]) throws(Fault) {
        try super.release(assignment: assignment)
        heard = nil
    }
}

/// Says of partitions that come back that nobody has committed anything for them meanwhile.
final class BlindReturn: BrokenInlet {
    private var asked: Set<TopicPartition> = []

    override func committed(_ partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        let found = try super.committed(partitions).filter { !asked.contains($0.key) }
        asked.formUnion(partitions)
        return found
    }
}

/// Hands out each poll's records once more with the next one, as librdkafka 2.0.2 may after a rebalance.
final class StutteringInlet: BrokenInlet {
    private var before: [Record] = []

    override func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
        let start = records.count
        let polled = try super.poll(into: &records, limit: limit, wait: wait)
        let fresh = Array(records[start...])
        records.insert(contentsOf: before, at: start)
        before = fresh
        return polled
    }
}

class BrokenReader: PassingReader {
    let log: MemoryLog

    required init(_ cluster: PassingCluster, _ topics: [String]) throws(Fault) {
        log = cluster.log
        super.init(try cluster.process.makeReader(topics: topics), cluster.beat)
    }
}

/// Says of every changelog but the first time that it ends where it ended the time before last.
final class BlindReader: BrokenReader {
    private var asked: [TopicPartition: [LogBounds]] = [:]

    override func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        var found = try super.bounds(of: partitions)
        for (place, bounds) in found where place.topic.hasSuffix(".changelog") {
            asked[place, default: []].append(bounds)
            if let answers = asked[place], answers.count > 2 { found[place] = answers[1] }
        }
        return found
    }
}

/// Takes the first slice of a changelog for all of it.
final class EndNotAwaited: BrokenReader {
    override func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
        guard topics.contains(where: { $0.hasSuffix(".changelog") }) else {
            return try super.poll(into: &records, limit: limit, wait: wait)
        }
        var polled = try super.poll(into: &records, limit: 5, wait: wait)
        let places = topics.flatMap { topic in (0..<4 as Range<Int32>).map { TopicPartition(topic, $0) } }
        polled.ended = places.map { ($0, .max) }
        return polled
    }
}

/// Hands out a journal that was emptied, and a checkpoint at the committed offsets: nothing is replayed.
final class ReplaySkipped: BrokenReader {
    private var kept: [UnsafeMutableBufferPointer<UInt8>] = []

    override func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
        let start = records.count
        let polled = try super.poll(into: &records, limit: limit, wait: wait)
        for at in records.indices[start...] where topics[Int(records[at].topic)].hasSuffix(".changelog") {
            var buffer = ByteBuffer()
            guard encodeEmpty(records[at], into: &buffer) else { continue }
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: buffer.count)
            _ = copy.initialize(from: buffer.bytes().array)
            kept.append(copy)
            records[at].value = Bytes(start: copy.baseAddress, count: copy.count)
        }
        return polled
    }

    private func encodeEmpty(_ record: Record, into buffer: inout ByteBuffer) -> Bool {
        let topic = topics[Int(record.topic)]
        let inputs = topic.contains("customers") ? [Script.clicks] : [OutputTopic.signals.name]
        let offsets = log.offsets(of: LineSettings().group)
        let now = inputs.map { offsets[TopicPartition($0, record.partition)] ?? 0 }
        if record.key == Bytes(Journal.key), let journal = try? Journal(record.value) {
            Journal(writer: journal.writer, inputs: inputs, base: now).encode(into: &buffer)
            return true
        }
        guard record.key == Bytes(Checkpoint.key), var checkpoint = try? Checkpoint(record.value) else { return false }
        checkpoint.offsets = now
        checkpoint.encode(into: &buffer)
        return true
    }

    deinit { kept.forEach { $0.deallocate() } }
}
