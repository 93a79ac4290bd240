import ArgumentParser
import Foundation
import Kafka

/// Looks at the settings without connecting to anything.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show and check the settings.",
        discussion: """
            Flags win over the environment, the environment over -F, -F over --config, and that over the defaults.
            In the environment a setting is SHOPSTREAM_ and its name: SHOPSTREAM_INPUTS_PATTERN. librdkafka's settings \
            are SHOPSTREAM_KAFKA_ and the name with _ for a dot and __ for an underscore: \
            SHOPSTREAM_KAFKA_SASL_PASSWORD. With _FILE appended, a variable names a file that holds the value; so does \
            .file after the name of one of librdkafka's: sasl.password.file=/run/secrets/kafka-password.

            Settings of --config, a JSON object; librdkafka's stand in it under "kafka":
            \(ConfigTable.names)

            Examples:
              shopstream config show -F client.properties
              shopstream config check --config shopstream.json && systemctl restart shopstream
            """,
        subcommands: [ConfigShow.self, ConfigCheck.self]
    )
}

struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print the effective settings and where each comes from, without secrets.",
        discussion: """
            Examples:
              shopstream config show -b kafka:9092 -X compression.type=zstd
              SHOPSTREAM_LINES=4 shopstream config show --json
            """
    )

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @OptionGroup(title: "Line") var line: LineOptions

    @Flag(help: "As JSON.")
    var json = false

    func run() throws {
        let table = ConfigTable(try cluster.settings(line.flags))
        print(json ? table.json : table.text)
    }
}

struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether the settings fit; exit code 78 where they do not.",
        discussion: """
            Examples:
              shopstream config check -F client.properties
            """
    )

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @OptionGroup(title: "Line") var line: LineOptions

    func run() throws {
        let settings = try cluster.settings(line.flags)
        let token = try HTTPToken.read(settings)
        let keys = try PseudonymKeys.read(settings)
        try settings.kafka.check()
        for warning in settings.kafka.warnings + [token?.warning, keys.warning].compactMap(\.self) {
            StandardError.print("shopstream: warning: \(warning)")
        }
        print("the settings fit")
    }
}

/// Settings as rows: name, value, source.
struct ConfigTable {
    struct Row: Encodable, Equatable {
        var name: String
        var value: String?
        var source: String
    }

    let rows: [Row]

    init(_ settings: Settings) {
        let own = settings.report.map { Row(name: $0.name, value: $0.value, source: $0.source) }
        let sources = Dictionary(settings.kafka.entries.map { ($0.key, $0.source) }, uniquingKeysWith: { $1 })
        let kafka = settings.kafka.redacted.map {
            Row(name: "kafka.\($0.key)", value: $0.value, source: sources[$0.key] ?? "default")
        }
        rows = own.sorted { $0.name < $1.name } + kafka.sorted { $0.name < $1.name }
    }

    var text: String {
        var table = TextTable([.left, .left, .left])
        for row in rows { table.add([row.name, row.value ?? "–", row.source]) }
        return table.text
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(rows)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    /// Every setting with what it is for, for the help.
    static var names: String {
        var table = TextTable([.left, .left])
        for setting in Setting.allCases { table.add(["  " + setting.rawValue, setting.summary]) }
        return table.text
    }
}
