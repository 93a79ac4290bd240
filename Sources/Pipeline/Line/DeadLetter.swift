public import Events

/// What the headers of a dead letter say: where the record stood, why it was given up, and how often it came back.
/// Key, value, timestamp and the record's own headers are kept as they came.
public struct DeadLetter: Sendable, Equatable {
    public var topic: String
    public var partition: Int32
    public var offset: Int64
    /// ``Events/Rejection/code``, or what a later version calls it.
    public var reason: String
    public var message: String
    /// How often it was sent back to its topic before it was given up again.
    public var replays: Int
    /// Only the beginning of the value was kept.
    public var isTruncated: Bool

    public enum Name {
        /// Of every header that is not the record's own.
        public static let prefix = "__dlq."
        /// Goes with the record when it is sent back, and comes with it when it is given up again.
        public static let replays = "__dlq.replays"
        /// Of a record among the dead letters that is none: which of those before it were sent back.
        public static let replayed = "__dlq.replayed"
        public static let topic = "__dlq.errors.topic"
        public static let partition = "__dlq.errors.partition"
        public static let offset = "__dlq.errors.offset"
        public static let group = "__dlq.errors.group"
        public static let message = "__dlq.errors.message"
        public static let reason = "__dlq.errors.exception"
        public static let stage = "__dlq.errors.stage"
        public static let timestamp = "__dlq.errors.timestamp"
        public static let version = "__dlq.errors.app.version"
        /// The digest of the whole value, where only its beginning was kept.
        public static let digest = "__dlq.errors.sha256"
        /// There too: why it was given up at all, bytes of the whole value and key, and how many headers it had.
        public static let cause = "__dlq.errors.cause"
        public static let valueBytes = "__dlq.errors.value.bytes"
        public static let keyBytes = "__dlq.errors.key.bytes"
        public static let headerCount = "__dlq.errors.headers"
    }

    /// The headers that a dead letter has beside those of its record: no word of the payload in them.
    public static func headers(
        _ record: Record,
        of topic: String,
        _ rejection: Rejection,
        group: String
    ) -> [Header] {
        [
            Header(Name.topic, topic), Header(Name.partition, String(record.partition)),
            Header(Name.offset, String(record.offset)), Header(Name.group, group),
            Header(Name.message, "\(rejection.message)"), Header(Name.reason, "\(rejection.code)"),
            Header(Name.stage, "\(rejection.stage)"), Header(Name.timestamp, String(record.timestamp)),
            Header(Name.version, "\(Shopstream.version)"),
        ]
    }

    /// Nil where the headers are not those of a dead letter of ours. Of several with one name the last counts: ours
    /// stand behind the record's own, whatever that calls its own.
    public init?(_ headers: [Header]) {
        var texts: [String: String] = [:]
        for header in headers where header.name.hasPrefix(Name.prefix) {
            texts[header.name] = String(decoding: header.value ?? [], as: UTF8.self)
        }
        guard let topic = texts[Name.topic], let partition = texts[Name.partition].flatMap({ Int32($0) }),
            let offset = texts[Name.offset].flatMap({ Int64($0) }), partition >= 0
        else { return nil }
        self.topic = topic
        self.partition = partition
        self.offset = offset
        reason = texts[Name.reason] ?? "unknown"
        message = texts[Name.message] ?? ""
        replays = min(max(0, texts[Name.replays].flatMap { Int($0) } ?? 0), 1_000_000)
        isTruncated = texts[Name.digest] != nil || reason == "\(Rejection.tooLarge.code)"
    }

    /// The headers with which the record goes back to its topic: its own, and how often it has now been sent.
    public static func replaying(_ headers: [Header], count: Int) -> [Header] {
        headers.filter { !$0.name.hasPrefix(Name.prefix) } + [Header(Name.replays, String(count))]
    }
}
