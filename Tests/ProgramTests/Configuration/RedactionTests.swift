import Configuration
import Kafka
import Testing

@testable import shopstream

/// Secrets are nobody's business, wherever they were written and however settings are shown.
@Suite struct RedactionTests {
    @Test func `secrets are shown by nobody`() throws {
        let secret = "hunter2hunter2"
        let file = try ScratchFile(#"{"kafka": {"ssl.key.password": "\#(secret)", "sasl.username": "shop"}}"#)
        let sources = try SettingsSources(
            pairs: ["bootstrap.servers=a:1", "sasl.oauthbearer.config=\(secret)"],
            environment: ["SHOPSTREAM_KAFKA_SASL_PASSWORD": secret],
            configPath: file.path
        )
        let table = ConfigTable(try Settings(sources))
        #expect(!table.text.contains(secret) && !table.json.contains(secret))
        let rows = Dictionary(uniqueKeysWithValues: table.rows.map { ($0.name, $0) })
        #expect(rows["kafka.sasl.password"]?.value == "<REDACTED>")
        #expect(rows["kafka.sasl.password"]?.source == "SHOPSTREAM_KAFKA_SASL_PASSWORD")
        #expect(rows["kafka.ssl.key.password"]?.value == "<REDACTED>")
        #expect(rows["kafka.sasl.username"]?.value == "shop")
        #expect(rows["kafka.bootstrap.servers"] == .init(name: "kafka.bootstrap.servers", value: "a:1", source: "-X"))
    }

    @Test func `a secret that librdkafka refuses is not quoted`() throws {
        let sources = try SettingsSources(environment: ["SHOPSTREAM_KAFKA_SSL_KEY_PEM": "not a key"])
        let error = #expect(throws: (any Error).self) { try Settings(sources).kafka.check() }
        #expect(error.flatMap { Exit($0) }?.sentence.contains("not a key") == false)
    }
}
