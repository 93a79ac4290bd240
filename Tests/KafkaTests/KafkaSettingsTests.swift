import Testing

@testable import Kafka

@Suite struct KafkaSettingsTests {
    private func complaint(_ key: String, _ value: String, insecure: Bool = false) -> String? {
        var settings = KafkaSettings(allowsInsecure: insecure)
        do { try settings.set(key, value, source: "-X") } catch { return error.description }
        return nil
    }

    @Test(arguments: [
        ("sesion.timeout.ms", "1", "did you mean session.timeout.ms?"),
        ("compresion.type", "lz4", "did you mean compression.type?"),
        ("entirely.unheard.of.thing", "1", "is not a setting of librdkafka"),
        ("linger.ms", "soon", "Invalid value"),
        ("session.timeout.ms", "0", "session.timeout.ms"),
        ("compression.type", "rar", "Invalid value"),
        ("security.protocol", "tls", "Invalid value"),
        ("sasl.jaas.config", "x", "set sasl.username and sasl.password"),
        ("ssl.truststore.location", "x", "ssl.ca.location"),
        ("group.protocol", "consumer", "newer than this librdkafka"),
        ("sasl.oauthbearer.method", "oidc", "not built into this librdkafka"),
        ("enable.ssl.certificate.verification", "false", "--insecure"),
        ("enable.auto.commit", "true", "is always false here: offsets are committed inside the transaction"),
        ("auto.offset.reset", "latest", "is always error here"),
        ("isolation.level", "read_uncommitted", "is always read_committed here"),
        ("acks", "1", "is always all here"),
        ("request.required.acks", "0", "is always all here"),
        ("enable.idempotence", "false", "is always true here"),
        ("partition.assignment.strategy", "cooperative-sticky", "is always range here"),
        ("group.id", "mine", "--group"),
        ("transactional.id", "mine", "--name"),
        ("group.instance.id", "mine", "--name"),
        ("test.mock.num.brokers", "3", "shopstream demo"),
    ])
    func whatCannotBeIsExplained(_ key: String, _ value: String, _ reason: String) {
        let complaint = complaint(key, value)
        #expect(complaint?.contains(reason) == true, "\(complaint ?? "no complaint")")
        #expect(complaint?.hasPrefix("-X: \(key): ") == true)
    }

    @Test(arguments: [
        ("client.id", "me"), ("linger.ms", "20"), ("compression.codec", "zstd"), ("acks", "all"),
        ("enable.auto.commit", "false"), ("auto.offset.reset", "error"), ("isolation.level", "read_committed"),
        ("sasl.mechanisms", "PLAIN"), ("security.protocol", "SASL_SSL"), ("sasl.password", "secret"),
    ])
    func whatIsSaidRightIsTaken(_ key: String, _ value: String) {
        #expect(complaint(key, value) == nil)
    }

    @Test func insecureIsAChoice() {
        #expect(complaint("enable.ssl.certificate.verification", "false", insecure: true) == nil)
    }

    @Test func aFileHasCommentsAndNames() throws {
        var settings = KafkaSettings()
        try settings.read(
            properties: """
                # the shop's cluster
                ! old style
                bootstrap.servers = a:9092,b:9092

                \tsasl.password=p=w d#!  \r
                linger.ms=1
                """,
            source: "client.properties"
        )
        #expect(settings["metadata.broker.list"] == "a:9092,b:9092")
        #expect(settings["sasl.password"] == "p=w d#!")
        #expect(
            settings.entries.map(\.source) == ["client.properties:3", "client.properties:5", "client.properties:6"]
        )
        try settings.set(pair: "queue.buffering.max.ms=7", source: "-X")
        #expect(settings["linger.ms"] == "7")
        #expect(settings.entries.count == 3)
    }

    @Test func aLineThatIsNoSettingIsNamed() {
        var settings = KafkaSettings()
        let expected = KafkaSettingsError(key: "nonsense", source: "f:2", reason: "wants the form key=value")
        #expect(throws: expected) { try settings.read(properties: "linger.ms=1\nnonsense", source: "f") }
    }

    @Test(
        arguments: [
            ([], "bootstrap.servers: is missing"),
            ([("session.timeout.ms", "400000")], "must be below max.poll.interval.ms, which is 300000"),
            ([("max.poll.interval.ms", "30000")], "session.timeout.ms: is 45000 and must be below"),
            ([("session.timeout.ms", "2000")], "heartbeat.interval.ms: is 3000 and must be below"),
            ([("security.protocol", "sasl_ssl")], "sasl.mechanism: SASL needs one of"),
            (
                [("security.protocol", "sasl_ssl"), ("sasl.mechanism", "SCRAM-SHA-512")],
                "sasl.username: SCRAM-SHA-512 needs it"
            ),
            (
                [("security.protocol", "sasl_ssl"), ("sasl.mechanism", "PLAIN"), ("sasl.username", "me")],
                "sasl.password: PLAIN needs it"
            ),
            ([("security.protocol", "sasl_ssl"), ("sasl.mechanism", "OAUTHBEARER")], "needs a token"),
        ] as [([(String, String)], String)]
    )
    func theWholeIsCheckedToo(_ pairs: [(String, String)], _ reason: String) throws {
        var settings = KafkaSettings()
        if !pairs.isEmpty { try settings.set("bootstrap.servers", "localhost:9092", source: "test") }
        for (key, value) in pairs { try settings.set(key, value, source: "test") }
        let error = #expect(throws: KafkaSettingsError.self) { try settings.check() }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func secretsAreNotShown() throws {
        var settings = try KafkaSettings(bootstrapServers: "localhost:9092")
        let secrets = [
            "sasl.password", "ssl.key.password", "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config",
            "ssl.keystore.password", "ssl.key.pem", "ssl.certificate.pem",
        ]
        for key in secrets where key.hasSuffix("password") { try settings.set(key, "hunter2", source: "test") }
        #expect(secrets.allSatisfy(Redaction.isSecret))
        #expect(!Redaction.isSecret("sasl.username") && !Redaction.isSecret("ssl.key.location"))
        let shown = settings.redacted
        #expect(!shown.contains { $0.value.contains("hunter2") })
        #expect(shown.first { $0.key == "sasl.password" }?.value == "<REDACTED>")
        #expect(shown.first { $0.key == "transaction.timeout.ms" }?.value == "10000")
        #expect(shown.first { $0.key == "isolation.level" }?.value == "read_committed")
    }

    @Test func aRefusedSecretIsNotQuoted() {
        let complaint =
            complaint("ssl.key.pem", "") ?? complaint("ssl.certificate.pem", "not a certificate: hunter2") ?? ""
        #expect(!complaint.contains("hunter2"))
    }

    @Test func plainConnectionsAcrossTheNetAreWarnedOf() throws {
        #expect(try KafkaSettings(bootstrapServers: "localhost:9092,127.0.0.1:1,[::1]:2").warnings.isEmpty)
        var settings = try KafkaSettings(bootstrapServers: "localhost:9092,kafka.shop:9092")
        #expect(settings.warnings.first?.contains("kafka.shop:9092") == true)
        try settings.set("security.protocol", "ssl", source: "test")
        #expect(settings.warnings.isEmpty)
    }
}
