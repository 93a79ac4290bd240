import Pipeline

/// Whether a dead-letter topic takes what its input took: if not, large records lose all but their beginning.
public struct DeadLetterRoom: Sendable, Equatable {
    /// Our headers, and what Kafka adds to a record.
    public static let margin = 4_096

    public var input: String
    public var deadLetters: String
    /// Bytes that the input takes in one record.
    public var wanted: Int
    /// Bytes that reach the dead-letter topic in one record, and whether our own producer is what bounds them.
    public var room: Int
    public var isOurs: Bool

    /// Those inputs whose dead letters may not fit. Pure.
    /// - Parameters:
    ///   - inputs: names; one that is not among the states is passed over.
    ///   - producer: our own `message.max.bytes`.
    public static func check(_ states: [TopicState], inputs: [String], producer: Int) -> [DeadLetterRoom] {
        let known = Dictionary(states.map { ($0.name, $0) }) { $1 }
        return inputs.compactMap { input in
            let name = Topology.deadLetters(of: input)
            guard let from = known[input], let to = known[name] else { return nil }
            let topic = RecordLimits(producer: .max).limit(of: to)
            let wanted = RecordLimits(producer: .max).limit(of: from)
            let room = min(topic, producer)
            guard room < wanted + margin else { return nil }
            return DeadLetterRoom(
                input: input,
                deadLetters: name,
                wanted: wanted,
                room: room,
                isOurs: producer < topic
            )
        }
    }

    public var state: String { "\(deadLetters) takes \(room) bytes a record, \(input) up to \(wanted)" }

    public var remedy: String {
        let setting = isOurs ? "-X message.max.bytes" : "max.message.bytes of \(deadLetters)"
        return "raise \(setting) to \(wanted + DeadLetterRoom.margin), or large dead letters keep their beginning only"
    }
}
