public import Pipeline

/// The faults of this cluster, in the words of librdkafka.
extension Fault {
    /// The code of the fault that every port of a killed process throws.
    public static let processGoneCode = "PROCESS_GONE"

    /// True for the end of the process that ``FaultKind/processGone`` plays.
    public var isProcessGone: Bool { code == Self.processGoneCode }

    /// True when the port that threw it is of no more use: it was not merely called out of order.
    var isFinal: Bool {
        switch recovery {
        case .retry, .abortBatch: false
        case .restartLine, .stop: code != "_STATE"
        }
    }

    static func processGone(doing: String) -> Fault {
        Fault(.stop(exitCode: 0), code: processGoneCode, doing: doing)
    }

    /// A call out of order: our own mistake.
    static func state(doing: String, _ remedy: String) -> Fault {
        Fault(.stop(exitCode: Exit.software), code: "_STATE", doing: doing, remedy: remedy)
    }

    static func fenced(doing: String) -> Fault {
        Fault(
            .stop(exitCode: Exit.fenced),
            code: "_FENCED",
            doing: doing,
            remedy: "another process uses this transactional id; give each its own --name"
        )
    }

    static func fencedInstance(_ instance: String, doing: String) -> Fault {
        Fault(
            .stop(exitCode: Exit.fenced),
            code: "FENCED_INSTANCE_ID",
            doing: doing,
            remedy: "another process joined as \(instance); give each its own --name"
        )
    }

    static func staleEpoch(doing: String) -> Fault {
        Fault(.restartLine, code: "INVALID_PRODUCER_EPOCH", doing: doing)
    }

    static func illegalGeneration(_ membership: Membership) -> Fault {
        Fault(
            .abortBatch,
            code: "ILLEGAL_GENERATION",
            doing: "sending offsets as \(membership.memberId), generation \(membership.generation)"
        )
    }

    static func unstableOffsets(_ place: TopicPartition) -> Fault {
        Fault(.retry, code: "UNSTABLE_OFFSET_COMMIT", doing: "asking for the committed offset of \(place)")
    }

    static func outOfRange(_ place: TopicPartition, _ position: Int64, _ bounds: LogBounds) -> Fault {
        Fault(
            .stop(exitCode: Exit.data),
            code: "OFFSET_OUT_OF_RANGE",
            doing: "fetching \(place) from \(position)",
            remedy: "the log reaches from \(bounds.start) to \(bounds.end); choose one inside with `shopstream reset`"
        )
    }

    static func unknownTopic(_ name: String, doing: String) -> Fault {
        Fault(
            .stop(exitCode: Exit.configuration),
            code: "UNKNOWN_TOPIC_OR_PART",
            doing: "\(doing): \(name)",
            remedy: "create the topic first"
        )
    }

    static func unknownPartition(_ place: TopicPartition, doing: StaticString) -> Fault {
        Fault(
            .stop(exitCode: Exit.software),
            code: "_UNKNOWN_PARTITION",
            doing: "\(doing): \(place)",
            remedy: "the topic has fewer partitions"
        )
    }

    static func keyless(_ topic: String) -> Fault {
        Fault(
            .stop(exitCode: Exit.software),
            code: "INVALID_RECORD",
            doing: "producing to \(topic)",
            remedy: "records of a compacted topic need a key"
        )
    }

    static func tooLarge(_ topic: String, _ bytes: Int) -> Fault {
        Fault(
            .stop(exitCode: Exit.configuration),
            code: "MSG_SIZE_TOO_LARGE",
            doing: "producing \(bytes) bytes to \(topic)",
            remedy: "raise message.max.bytes of the topic"
        )
    }
}
