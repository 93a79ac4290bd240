import Configuration
import Engine
import Kafka
import Testing
import Web

@testable import shopstream

/// Command line, environment, properties file, settings file, defaults: the first that says something wins.
@Suite struct PrecedenceTests {
    private func settings(
        _ flags: [Setting: ConfigContent] = [:],
        pairs: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) throws -> Settings {
        let scratch = try file.map { try ScratchFile($0) }
        return try withExtendedLifetime(scratch) {
            try Settings(
                SettingsSources(
                    commandLine: flags,
                    pairs: pairs,
                    environment: environment,
                    configPath: scratch?.path
                )
            )
        }
    }

    @Test func `defaults hold where nobody says anything`() throws {
        let settings = try settings()
        #expect(settings.group == "shopstream" && settings.lines == 1 && settings.http?.description == "127.0.0.1:8080")
        #expect(settings.report.allSatisfy { $0.source == "default" })
    }

    @Test func `each source beats the next`() throws {
        let properties = try ScratchFile("group.id=properties\nclient.id=properties\n")
        let file = #"{"group": "file", "lines": 2, "name": "file", "kafka": {"client.id": "file", "linger.ms": 7}}"#
        let both: [String: String] = [
            "SHOPSTREAM_PROPERTIES": properties.path, "SHOPSTREAM_NAME": "environment", "SHOPSTREAM_LINES": "3",
        ]
        let settings = try settings([.name: .string("flag")], environment: both, file: file)
        #expect(settings.name == "flag" && settings.source(of: .name) == "command line")
        #expect(settings.lines == 3 && settings.source(of: .lines) == "SHOPSTREAM_LINES")
        #expect(settings.group == "properties" && settings.source(of: .group) == properties.path)
        #expect(settings.kafka["client.id"] == "properties" && settings.kafka["linger.ms"] == "7")
    }

    @Test func `librdkafka's settings go by the same order`() throws {
        let file = #"{"brokers": "file:1", "kafka": {"compression": {"type": "gzip"}}}"#
        let environment = ["SHOPSTREAM_BROKERS": "environment:1", "SHOPSTREAM_KAFKA_COMPRESSION_TYPE": "snappy"]
        let weak = try settings(file: file)
        #expect(weak.kafka["bootstrap.servers"] == "file:1" && weak.kafka["compression.type"] == "gzip")
        let middle = try settings(environment: environment, file: file)
        #expect(middle.kafka["bootstrap.servers"] == "environment:1" && middle.kafka["compression.type"] == "snappy")
        let strong = try settings(
            [.brokers: .string("flag:1")],
            pairs: ["compression.type=zstd", "bootstrap.servers=pair:1"],
            environment: environment,
            file: file
        )
        #expect(strong.kafka["bootstrap.servers"] == "flag:1" && strong.kafka["compression.type"] == "zstd")
    }

    @Test func `an underscore stands for a dot and two for one`() {
        #expect(SettingsEnvironment.kafkaKey("SHOPSTREAM_KAFKA_SASL_PASSWORD") == "sasl.password")
        #expect(SettingsEnvironment.kafkaKey("SHOPSTREAM_KAFKA_LOG__LEVEL") == "log_level")
    }

    @Test func `a variable may name a file with the value`() throws {
        let secret = try ScratchFile("s3cret\n")
        let settings = try settings(environment: ["SHOPSTREAM_KAFKA_SASL_PASSWORD_FILE": secret.path])
        #expect(settings.kafka["sasl.password"] == "s3cret")
        let group = try ScratchFile(" mine \n")
        #expect(try self.settings(environment: ["SHOPSTREAM_GROUP_FILE": group.path]).group == "mine")
    }

    @Test func `the token's file is a setting of its own`() throws {
        let settings = try settings(environment: ["SHOPSTREAM_HTTP_TOKEN_FILE": "/run/secrets/token"])
        #expect(settings.httpTokenFile == "/run/secrets/token")
    }

    @Test func `the engine is set by the file`() throws {
        let settings = try settings(
            file: #"{"engine": {"sessionGapMinutes": 45, "chainHalfLifeDays": 7.5, "places": 5}}"#
        )
        #expect(settings.engine.sessionGap == 45 * 60_000)
        #expect(settings.engine.chainHalfLifeDays == 7.5 && settings.engine.places == 5)
    }

    @Test func `names in the environment are what the provider reads`() throws {
        for setting in Setting.allCases where setting != .properties {
            let provider = EnvironmentVariablesProvider(environmentVariables: [setting.environmentName: "x"])
                .prefixKeys(with: "shopstream")
            let value = ConfigReader(provider: provider).string(forKey: setting.key)
            #expect(value == "x", "\(setting.rawValue) as \(setting.environmentName)")
        }
    }

    @Test(arguments: [
        ["SHOPSTREAM_CI": "1"], ["SHOPSTREAM_SERVICE_HOST": "10.0.0.1"],
        ["SHOPSTREAM_PORT_8080_TCP": "tcp://10.0.0.1:8080"],
    ])
    func `variables of others are left alone`(environment: [String: String]) throws {
        #expect(throws: Never.self) { try settings(environment: environment) }
    }
}
