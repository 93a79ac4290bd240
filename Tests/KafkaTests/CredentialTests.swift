import Kafka
import Pipeline
import Testing

@Suite(.ownThread) struct CredentialTests {
    /// librdkafka would go on trying without end and say so in its log only.
    @Test func refusedCredentialsStopUs() throws {
        let fixture = try Fixture(.embedded, ["shop": 1])
        var settings = KafkaSettings()
        try settings.read(
            properties: """
                security.protocol=sasl_plaintext
                sasl.mechanism=PLAIN
                sasl.username=nobody
                sasl.password=wrong
                """,
            source: "client.properties"
        )
        let cluster = try KafkaCluster(
            embedded: fixture.mock,
            settings: settings,
            readerGroup: "readers",
            logger: Fixture.silent
        )
        let started = ContinuousClock.now
        let fault = fault { _ = try cluster.topics() }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.noPermission))
        #expect(
            fault?.remedy?.hasSuffix("check sasl.mechanism and sasl.username and sasl.password") == true,
            "\(fault?.remedy ?? "")"
        )
        #expect(ContinuousClock.now - started < .seconds(8))
    }
}
