/// What a client is for; each role has its own defaults and its own fixed settings.
enum ClientRole {
    /// A consumer in the group.
    case member(group: String, instance: String)
    /// A consumer that is assigned by hand. librdkafka wants a group's name even so; it never joins.
    case reader(group: String)
    /// Asks where logs begin and end, and administers.
    case query
    /// The line's producer.
    case transactional(id: String)
    /// A producer without transactions.
    case producer
    /// Not a client: everything that can be shown.
    case listing

    var kind: Client.Kind {
        switch self {
        case .member, .reader, .query, .listing: .consumer
        case .transactional, .producer: .producer
        }
    }

    /// Used unless the user says otherwise.
    var defaults: [(key: String, value: String)] {
        Self.commonDefaults + (consumes ? Self.consumerDefaults : [])
            + (isMember ? Self.memberDefaults : []) + (produces ? Self.producerDefaults : [])
            + (isTransactional ? Self.transactionalDefaults : [])
    }

    /// Never left to the user.
    var fixed: [(key: String, value: String)] {
        switch self {
        case .member(let group, let instance):
            Self.fixedConsumer + [("group.id", group), ("group.instance.id", instance)]
        case .reader(let group): Self.fixedConsumer + [("group.id", group)]
        case .query: [("isolation.level", "read_uncommitted"), ("statistics.interval.ms", "0")]
        case .transactional(let id): Self.fixedProducer + [("transactional.id", id)]
        case .producer: Self.fixedProducer
        case .listing: Self.fixedConsumer + Self.fixedProducer
        }
    }

    func takes(_ scope: Settable.Scope) -> Bool {
        switch scope {
        case .both: true
        case .consumer: consumes
        case .producer: produces
        }
    }

    private var consumes: Bool { if case .listing = self { true } else { kind == .consumer } }
    private var produces: Bool { if case .listing = self { true } else { kind == .producer } }
    private var isMember: Bool {
        switch self {
        case .member, .listing: true
        default: false
        }
    }
    private var isTransactional: Bool {
        switch self {
        case .transactional, .listing: true
        default: false
        }
    }

    private static let commonDefaults = [
        ("client.id", "shopstream"),
        ("socket.keepalive.enable", "true"),
        ("statistics.interval.ms", "10000"),
        ("log.connection.close", "false"),
    ]
    /// One fetch at a time is under way to a broker, so every change of positions waits for it: a short one.
    private static let consumerDefaults = [
        ("allow.auto.create.topics", "false"),
        ("fetch.wait.max.ms", "100"),
        ("check.crcs", "true"),
    ]
    /// A member has a queue for each partition. librdkafka looks at a full one again only when a fetch of another
    /// partition returns, and the signals' always is under way for at most `fetch.wait.max.ms`: a queue has to last
    /// that long, no longer, or a backlog fills memory with what waits (600 bytes a record).
    private static let memberDefaults = [
        ("queued.min.messages", "8000"),
        ("queued.max.messages.kbytes", "8192"),
    ]
    private static let producerDefaults = [
        ("compression.type", "lz4"),
        ("linger.ms", "5"),
        ("partitioner", "murmur2_random"),
        ("queue.buffering.max.messages", "500000"),
        // What came in goes out again as a dead letter; topics have smaller bounds of their own.
        ("message.max.bytes", "67108864"),
    ]
    private static let transactionalDefaults = [("transaction.timeout.ms", "10000")]
    private static let fixedConsumer = [
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        ("auto.offset.reset", "error"),
        ("isolation.level", "read_committed"),
        ("partition.assignment.strategy", "range"),
        ("enable.partition.eof", "true"),
    ]
    private static let fixedProducer = [
        ("enable.idempotence", "true"),
        ("acks", "all"),
        ("delivery.report.only.error", "true"),
    ]
}

extension KafkaSettings {
    /// Defaults, then the user's, then what the role fixes; of two values for one setting the later stands alone.
    func pairs(for role: ClientRole) -> [(key: String, value: String)] {
        let table = Settable.shared
        let own = entries.filter { role.takes(table.scope(of: $0.key) ?? .both) }.map { (key: $0.key, value: $0.value) }
        let all = role.defaults + own + role.fixed
        let last = Dictionary(all.enumerated().map { (table.canonical($1.key), $0) }, uniquingKeysWith: { $1 })
        return all.enumerated().filter { last[table.canonical($1.key)] == $0 }.map { $1 }
    }
}
