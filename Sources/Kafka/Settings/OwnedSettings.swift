/// Settings that are part of how a line works. A user may write them down, but not change them.
enum OwnedSettings {
    struct Rule {
        /// Values that say what we do anyway; empty if the line chooses the value itself.
        var values: [String]
        var reason: String
    }

    /// By canonical name.
    static let rules: [String: Rule] = [
        "enable.auto.commit": Rule(values: ["false"], reason: "offsets are committed inside the transaction"),
        "enable.auto.offset.store": Rule(values: ["false"], reason: "offsets are committed inside the transaction"),
        "auto.offset.reset": Rule(
            values: ["error"],
            reason: "no position is taken silently; a first start reads from the earliest record"
        ),
        "isolation.level": Rule(values: ["read_committed"], reason: "exactly once needs committed records only"),
        "partition.assignment.strategy": Rule(
            values: ["range"],
            reason: "customers' topics must share their partitions"
        ),
        "enable.partition.eof": Rule(values: ["true"], reason: "a restore ends where the log ends"),
        "enable.idempotence": Rule(values: ["true"], reason: "a transactional producer is idempotent"),
        "request.required.acks": Rule(
            values: ["all", "-1"],
            reason: "a transactional producer waits for all replicas"
        ),
        "delivery.report.only.error": Rule(values: ["true"], reason: "only failures are looked at"),
        "log.queue": Rule(values: ["false"], reason: "librdkafka's log goes to our own at once"),
        "group.id": Rule(values: [], reason: "the group is named by --group"),
        "group.instance.id": Rule(values: [], reason: "it is made of --name and the line's number"),
        "transactional.id": Rule(values: [], reason: "it is made of --name and the line's number"),
        "test.mock.num.brokers": Rule(values: [], reason: "`shopstream demo` has an embedded cluster"),
    ]

    static func complaint(_ key: String, _ value: String) -> String? {
        guard let rule = rules[key], !rule.values.contains(value.lowercased()) else { return nil }
        let fixed = rule.values.first.map { "is always \($0) here: " } ?? "cannot be set here: "
        return fixed + rule.reason
    }
}

/// Names that other clients of Kafka know and librdkafka does not.
enum ForeignSettings {
    private static let remedies: [String: String] = [
        "sasl.jaas.config": "is Java's; set sasl.username and sasl.password",
        "ssl.truststore.location": "is Java's; set ssl.ca.location to a PEM file",
        "ssl.truststore.password": "is Java's; a PEM file in ssl.ca.location needs none",
        "ssl.truststore.type": "is Java's; ssl.ca.location takes PEM",
        "ssl.keystore.type": "is Java's; ssl.keystore.location takes PKCS#12, ssl.certificate.location takes PEM",
        "sasl.login.callback.handler.class": "is Java's",
        "sasl.client.callback.handler.class": "is Java's",
        "key.serializer": "is Java's and not needed",
        "value.serializer": "is Java's and not needed",
        "key.deserializer": "is Java's and not needed",
        "value.deserializer": "is Java's and not needed",
        "group.protocol": "is newer than this librdkafka; the classic group protocol is used",
        "client.dns.lookup": "is newer than this librdkafka",
        "retry.backoff.max.ms": "is newer than this librdkafka",
    ]

    static func complaint(_ key: String) -> String? { remedies[key] }
}
