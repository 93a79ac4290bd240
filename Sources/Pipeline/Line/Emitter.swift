import Engine
import Events

/// Turns what the state decided into records of the outbox. Keys choose partitions by murmur2, as Java producers do.
struct Emitter {
    private let topology: Topology
    private let encoder: Encoder
    private let group: String

    init(_ topology: Topology, group: String, categories: ConsentCategories = .usual) {
        self.topology = topology
        self.group = group
        encoder = Encoder(version: Shopstream.version, categories: categories)
    }

    /// Encodes every outcome of the batch and forgets it.
    func emit(_ effects: Effects, into outbox: inout Outbox, _ counters: inout Counters) {
        var outcomes = Outcomes()
        swap(&outcomes, &effects.outcomes)
        emitRecommendations(outcomes, &outbox, &counters)
        for alert in outcomes.alerts {
            let (key, value) = open(alert.customer, &outbox)
            encoder.encode(alert, into: &outbox.bytes)
            close(.churnAlerts, alert.customer, key, value, &outbox, &counters)
            counters.alertsByLevel[Int(alert.level.rawValue)] += 1
        }
        for update in outcomes.sentiments {
            let (key, value) = open(update.key, prefix: update.subject, &outbox)
            encoder.encode(update, into: &outbox.bytes)
            close(.productSentiment, outbox.bytes.bytes(key..<value), key, value, &outbox, &counters)
            if update.subject == .product { counters.reviewsByPolarity[Int(update.label.rawValue)] += 1 }
        }
        for projection in outcomes.projections {
            let (key, value) = open(projection.key, prefix: projection.subject, &outbox)
            encoder.encode(projection, entries: outcomes.neighbours, into: &outbox.bytes)
            close(.productNeighbours, outbox.bytes.bytes(key..<value), key, value, &outbox, &counters)
        }
        for population in outcomes.populations {
            let (key, value) = open(Bytes(ModelKey.churn), &outbox)
            encoder.encode(population, into: &outbox.bytes)
            close(.models, Bytes(ModelKey.churn), key, value, &outbox, &counters)
        }
        outcomes.removeAll()
        swap(&outcomes, &effects.outcomes)
    }

    /// Lists and tombstones of the same topic, in the order in which they were decided.
    private func emitRecommendations(_ outcomes: Outcomes, _ outbox: inout Outbox, _ counters: inout Counters) {
        var retractions = outcomes.retractions[...]
        for (index, recommendation) in outcomes.recommendations.enumerated() {
            while let next = retractions.first, next.place <= index {
                retract(retractions.removeFirst(), &outbox, &counters)
            }
            let (key, value) = open(recommendation.customer, &outbox)
            encoder.encode(recommendation, places: outcomes.recommended, into: &outbox.bytes)
            close(.recommendations, recommendation.customer, key, value, &outbox, &counters)
        }
        for retraction in retractions { retract(retraction, &outbox, &counters) }
    }

    private func retract(_ retraction: Retraction, _ outbox: inout Outbox, _ counters: inout Counters) {
        let topic = OutputTopic.recommendations.rawValue
        outbox.add(
            topic: topic,
            partition: Hash.partition(of: retraction.customer, among: topology.outputPartitions[Int(topic)]),
            key: retraction.customer,
            value: .none
        )
        counters.retractions += 1
    }

    /// Packed signals, to the partitions of their subjects.
    func emit(signals: SignalBox, into outbox: inout Outbox, _ counters: inout Counters) {
        signals.drain { partition, record in
            let start = outbox.bytes.count
            outbox.bytes.append(record)
            outbox.add(
                topic: OutputTopic.signals.rawValue,
                partition: partition,
                keyStart: start,
                valueStart: start,
                hasKey: false
            )
            counters.outputs[Int(OutputTopic.signals.rawValue)] += 1
        }
    }

    /// What could not be used, in as many bytes as its topic takes.
    func emit(
        deadLetter record: Record,
        input: Int,
        _ rejection: Rejection,
        headers: [Header],
        room: Int = .max,
        into outbox: inout Outbox,
        _ counters: inout Counters
    ) {
        let topic = topology.deadLetters(ofInput: input)
        let letter = DeadLetterWriter(
            record: record,
            reason: rejection,
            topic: topology.inputs[input],
            group: group,
            headers: headers
        )
        let partition = record.partition % topology.outputPartitions[Int(topic)]
        let reason = letter.write(into: &outbox, topic: topic, partition: partition, room: room)
        counters.rejections[input][Int(reason.rawValue)] += 1
        counters.deadLetters += 1
    }

    @inline(__always)
    private func open(_ key: Bytes, _ outbox: inout Outbox) -> (Int, Int) {
        let start = outbox.bytes.count
        outbox.bytes.append(key)
        return (start, outbox.bytes.count)
    }

    private func open(_ key: Bytes, prefix subject: Subject, _ outbox: inout Outbox) -> (Int, Int) {
        let start = outbox.bytes.count
        if subject == .category { outbox.bytes.append("category:") }
        outbox.bytes.append(key)
        return (start, outbox.bytes.count)
    }

    @inline(__always)
    private func close(
        _ topic: OutputTopic,
        _ key: Bytes,
        _ keyStart: Int,
        _ valueStart: Int,
        _ outbox: inout Outbox,
        _ counters: inout Counters
    ) {
        let partitions = topology.outputPartitions[Int(topic.rawValue)]
        outbox.add(
            topic: topic.rawValue,
            partition: Hash.partition(of: key, among: partitions),
            keyStart: keyStart,
            valueStart: valueStart
        )
        counters.outputs[Int(topic.rawValue)] += 1
    }
}

/// The program's own name and version.
public enum Shopstream {
    public static let version: StaticString = "0.1.0"
}
