import ArgumentParser
import Configuration
import Foundation
import Kafka
import Logging

/// How to reach the cluster. Every verb that talks to Kafka takes these, and with them the environment and the file.
struct ClusterOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("Where the cluster is.", valueName: "host:port,…"))
    var brokers: String?

    @Option(
        name: .customShort("X", allowingJoined: true),
        parsing: .singleValue,
        help: ArgumentHelp("A setting of librdkafka; may be repeated.", valueName: "key=value")
    )
    var pairs: [String] = []

    @Option(
        name: [.customShort("F"), .customLong("properties")],
        help: ArgumentHelp("Settings of librdkafka, one key=value a line, as kcat -F takes them.", valueName: "file")
    )
    var properties: String?

    @Option(help: ArgumentHelp("Settings in JSON; shopstream config --help lists them.", valueName: "file"))
    var config: String?

    @Flag(help: "Allow enable.ssl.certificate.verification=false.")
    var insecure = false

    @Option(help: ArgumentHelp("Token of OAUTHBEARER, read again before it ends.", valueName: "file"))
    var oauthTokenFile: String?

    @Option(help: ArgumentHelp("Program that prints the token; no shell.", valueName: "/path argument …"))
    var oauthTokenCommand: String?

    @OptionGroup(title: "Output") var output: LogOptions

    func makeLogger() -> Logger { output.makeLogger() }

    /// The cluster as flags, environment and file describe it. Connects to nothing yet.
    func makeCluster(logger: Logger) throws -> KafkaCluster { try makeCluster(settings(), logger: logger) }

    func makeCluster(_ settings: Settings, logger: Logger) throws -> KafkaCluster {
        guard settings.kafka["bootstrap.servers"] != nil else {
            throw Exit(
                .configuration,
                "no cluster is named: give -b host:port, or SHOPSTREAM_BROKERS, or a file with -F"
            )
        }
        for warning in settings.kafka.warnings { logger.warning("\(warning)") }
        return try KafkaCluster(settings.kafka, readerGroup: settings.group, logger: logger)
    }

    /// What the program goes by.
    /// - Parameter flags: those of the verb itself.
    func settings(
        _ flags: [Setting: ConfigContent] = [:],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Settings {
        var commandLine = flags
        commandLine[.brokers] = brokers.map { .string($0) }
        commandLine[.properties] = properties.map { .string($0) }
        commandLine[.oauthTokenFile] = oauthTokenFile.map { .string($0) }
        commandLine[.oauthTokenCommand] = oauthTokenCommand.map { .string($0) }
        if insecure { commandLine[.insecure] = .bool(true) }
        return try Settings(
            SettingsSources(commandLine: commandLine, pairs: pairs, environment: environment, configPath: config)
        )
    }
}
