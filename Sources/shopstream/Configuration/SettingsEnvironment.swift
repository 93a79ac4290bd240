import Foundation
import Kafka

/// What the environment says: `SHOPSTREAM_…` for our settings, `SHOPSTREAM_KAFKA_…` for librdkafka's (`_` stands for a
/// dot, `__` for an underscore), and for each a variable with `_FILE` appended that names a file with the value.
struct SettingsEnvironment {
    /// By variable, as the provider reads them.
    private(set) var variables: [String: String] = [:]
    private(set) var kafka: [(key: String, value: String, variable: String)] = []

    private static let kafkaPrefix = Setting.environmentPrefix + "KAFKA_"
    private static let fileSuffix = "_FILE"

    init(_ environment: [String: String]) throws(Exit) {
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Setting.environmentPrefix)
        {
            if name.hasPrefix(Self.kafkaPrefix) {
                takeKafka(name, value)
            } else if !Self.isForeign(name) {
                try take(name, value)
            }
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(Exit) {
        let known = Setting.allCases.map(\.environmentName)
        if known.contains(name) {
            variables[name] = value
        } else if let target = Self.withoutSuffix(name), known.contains(target) {
            variables[target] = try Self.content(of: value, for: name)
        } else {
            throw Exit(.configuration, "\(name): is not a setting\(NearestName.hint(name, among: known))")
        }
    }

    /// A file is read where all settings are, so that `.file` means the same everywhere.
    private mutating func takeKafka(_ name: String, _ value: String) {
        let key = Self.withoutSuffix(name).map { Self.kafkaKey($0) + ".file" } ?? Self.kafkaKey(name)
        kafka.append((key, value, name))
    }

    /// `SHOPSTREAM_KAFKA_LOG__LEVEL` is `log_level`, `SHOPSTREAM_KAFKA_SASL_PASSWORD` is `sasl.password`.
    static func kafkaKey(_ variable: String) -> String {
        variable.dropFirst(kafkaPrefix.count).lowercased().replacing("__", with: "\u{0}").replacing("_", with: ".")
            .replacing("\u{0}", with: "_")
    }

    /// Kubernetes describes a service named `shopstream` by such variables, and build and tests have some of their own.
    private static func isForeign(_ name: String) -> Bool {
        let rest = name.dropFirst(Setting.environmentPrefix.count)
        return ["CI", "PORT"].contains(rest) || ["TEST_", "PORT_", "SERVICE_"].contains { rest.hasPrefix($0) }
    }

    private static func withoutSuffix(_ name: String) -> String? {
        name.hasSuffix(fileSuffix) ? String(name.dropLast(fileSuffix.count)) : nil
    }

    private static func content(of path: String, for name: String) throws(Exit) -> String {
        do {
            return try SecretFile(path: path).text
        } catch {
            throw Exit(.configuration, "\(name): \(error)")
        }
    }
}
