import Engine
import Events

/// Keeps ``Engine/Knowledge`` up to date from the published topics: rows, models' parameters, the catalogue. Reads all
/// their partitions from the start, outside the group.
final class Replica {
    private let knowledge: Knowledge
    private let reader: any Fetching
    private var decoder = FeedDecoder()
    private var records: [Record] = []
    /// Ends at the start that are still to be reached.
    private var behind: [TopicPartition: Int64] = [:]
    private var slice = Slice()
    /// Of what was published before the start; compacted topics hold fewer records than offsets.
    private(set) var share = RestoreShare()
    private let clock: WallClock
    private(set) var unreadable: UInt64 = 0

    init(_ knowledge: Knowledge, _ cluster: any Cluster, clock: WallClock) throws(Fault) {
        self.knowledge = knowledge
        self.clock = clock
        let existing = try cluster.topics()
        let topics = [OutputTopic.productNeighbours.name, OutputTopic.models.name, Topology.catalog]
            .filter { existing[$0] != nil }
        reader = try cluster.makeReader(topics: topics)
        do throws(Fault) {
            try start(topics.flatMap { topic in (0..<(existing[topic] ?? 0)).map { TopicPartition(topic, $0) } })
        } catch {
            reader.close()
            throw error
        }
    }

    /// Everything that was published before the start is known.
    var isCaughtUp: Bool { behind.isEmpty }

    private func start(_ partitions: [TopicPartition]) throws(Fault) {
        for (partition, bounds) in try reader.bounds(of: partitions) where bounds.end > bounds.start {
            behind[partition] = bounds.end
            share.wanted += UInt64(bounds.end - bounds.start)
        }
        try reader.fetch(from: Dictionary(uniqueKeysWithValues: partitions.map { ($0, Position.beginning) }))
    }

    /// Takes over what has been published since: little at a time once all that was there before is known.
    func advance() throws(Fault) {
        slice.begin(at: clock.now())
        let isBehind = !isCaughtUp
        repeat {
            try read(limit: isBehind ? slice.records : 512)
        } while isBehind && !records.isEmpty
            && slice.goesOn(at: clock.now())
    }

    private func read(limit: Int) throws(Fault) {
        records.removeAll(keepingCapacity: true)
        let polled = try reader.poll(into: &records, limit: limit, wait: 0)
        for record in records { take(record) }
        if !isCaughtUp { share.read += UInt64(records.count) }
        for (partition, position) in polled.ended {
            if let end = behind[partition], position >= end { behind[partition] = nil }
        }
        if isCaughtUp { share.read = share.wanted }
    }

    private func take(_ record: Record) {
        guard !record.value.isMissing else { return }
        switch reader.topics[Int(record.topic)] {
        case OutputTopic.productNeighbours.name:
            guard let row = decoder.neighbours(record.value) else {
                unreadable += 1
                return
            }
            knowledge.adopt(row, entries: decoder.entries)
        case OutputTopic.models.name:
            guard let population = decoder.population(record.value) else {
                unreadable += 1
                return
            }
            knowledge.adopt(population)
        default:
            guard let product = decoder.product(record.value) else {
                unreadable += 1
                return
            }
            knowledge.adopt(product: product.id, category: product.category, isOutOfStock: product.isOutOfStock)
        }
    }

    func close() { reader.close() }
}
