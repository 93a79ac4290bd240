import Configuration
import Foundation
import Kafka

/// Where settings come from, strongest first: command line, environment, properties file (`-F`), settings file
/// (`--config`).
struct SettingsSources {
    let providers: [any ConfigProvider]
    private let commandLine: [Setting: ConfigContent]
    private let pairs: [String]
    private let environment: SettingsEnvironment
    private let properties: PropertiesFile?
    private let file: SettingsFile?

    /// - Parameter pairs: what came after `-X`, in order.
    init(
        commandLine: [Setting: ConfigContent] = [:],
        pairs: [String] = [],
        environment: [String: String] = [:],
        configPath: String? = nil
    ) throws(Exit) {
        self.commandLine = commandLine
        self.pairs = pairs
        self.environment = try SettingsEnvironment(environment)
        file = if let configPath { try SettingsFile(path: configPath) } else { nil }
        let flags = Self.provider(
            "command line",
            Dictionary(uniqueKeysWithValues: commandLine.map { ($0.rawValue, $1) })
        )
        let variables = EnvironmentVariablesProvider(environmentVariables: self.environment.variables)
            .prefixKeys(with: ConfigKey(["shopstream"]))
        let written = InMemoryProvider(name: file?.name, values: file?.values ?? [:])
        let path = ConfigReader(providers: [flags, variables, written]).string(forKey: Setting.properties.key)
        properties = if let path { try PropertiesFile(path: path) } else { nil }
        let inProperties = Self.provider(
            path ?? "",
            properties?.group.map { [Setting.group.rawValue: .string($0)] } ?? [:]
        )
        providers = [flags, variables, inProperties, written]
    }

    /// librdkafka's settings, each set after the weaker ones.
    func kafka(insecure: Bool) throws(KafkaSettingsError) -> KafkaSettings {
        var kafka = KafkaSettings(allowsInsecure: insecure)
        if let file {
            try set(file, in: &kafka)
            kafka.checkMode(ofFile: file.name)
        }
        if let properties {
            try kafka.read(properties: properties.text, source: properties.path)
            kafka.checkMode(ofFile: properties.path)
        }
        for (key, value, variable) in environment.kafka { try kafka.set(key, value, source: variable) }
        let variable = Setting.brokers.environmentName
        if let brokers = environment.variables[variable] {
            try kafka.set("bootstrap.servers", brokers, source: variable)
        }
        for pair in pairs { try kafka.set(pair: pair, source: "-X") }
        if case .string(let brokers) = commandLine[.brokers] {
            try kafka.set("bootstrap.servers", brokers, source: "-b")
        }
        return kafka
    }

    private func set(_ file: SettingsFile, in kafka: inout KafkaSettings) throws(KafkaSettingsError) {
        for (key, value) in file.kafka { try kafka.set(key, value, source: "\(file.name): kafka") }
        if case .string(let brokers) = file.values[AbsoluteConfigKey(Setting.brokers.key)]?.content {
            try kafka.set("bootstrap.servers", brokers, source: "\(file.name): brokers")
        }
    }

    private static func provider(_ name: String, _ values: [String: ConfigContent]) -> InMemoryProvider {
        InMemoryProvider(
            name: name,
            values: Dictionary(
                uniqueKeysWithValues: values.map {
                    (AbsoluteConfigKey(ConfigKey($0)), ConfigValue($1, isSecret: false))
                }
            )
        )
    }
}

/// The `client.properties` of `-F`. The group's name may stand there, as operators have it; all else is librdkafka's.
struct PropertiesFile {
    let path: String
    /// Without the group, line for line, so that complaints name the right line.
    let text: String
    let group: String?

    init(path: String) throws(Exit) {
        let content: String
        do {
            content = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Exit(.configuration, "\(path): cannot be read: \(error.reason)")
        }
        self.init(content, path: path)
    }

    init(_ content: String, path: String) {
        self.path = path
        var group: String?
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, parts[0] == "group.id" else { return String(line) }
            group = parts[1]
            return ""
        }
        text = lines.joined(separator: "\n")
        self.group = group
    }
}
