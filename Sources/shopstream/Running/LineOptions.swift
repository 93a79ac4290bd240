import ArgumentParser
import Configuration

/// What the service reads and writes, and as whom. Whatever is not said here may stand in the environment or in a
/// file.
struct LineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Topics to read.", valueName: "topic,…"))
    var inputs: String?

    @Option(help: ArgumentHelp("Read all topics that this matches.", valueName: "regex"))
    var inputsPattern: String?

    @Option(help: ArgumentHelp("Consumer group; default: shopstream.", valueName: "name"))
    var group: String?

    @Option(help: ArgumentHelp("This process's own name in the group; default: the host's name.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Threads, each with its share of the partitions; default: 1.", valueName: "n"))
    var lines: Int?

    @Option(help: ArgumentHelp("Write nothing about earlier event times: 2026-11-21, 7d, now.", valueName: "time"))
    var outputsSince: String?

    @Flag(help: "Give up the place in the group when stopping, instead of keeping it for a quick return.")
    var leave = false

    @Option(
        help: ArgumentHelp(
            "State at most, like 512M or 2G; the least valuable customers leave. Default: any.",
            valueName: "bytes"
        )
    )
    var memoryBudget: String?

    @Option(help: ArgumentHelp("How lists are ranked: chain.", valueName: "ranker"))
    var ranker: String?

    @Option(help: ArgumentHelp("Where HTTP is served, or none; default: 127.0.0.1:8080.", valueName: "host:port"))
    var http: String?

    @Option(help: ArgumentHelp("Second address, for probes and metrics only; no token.", valueName: "host:port"))
    var httpMetrics: String?

    @Option(help: ArgumentHelp("Bearer token that HTTP demands; off loopback it must.", valueName: "file"))
    var httpTokenFile: String?

    @Option(help: ArgumentHelp("Keys of the hashes that stand for customers.", valueName: "file"))
    var pseudonymKeyFile: String?

    /// What was said, for ``SettingsSources``.
    var flags: [Setting: ConfigContent] {
        var flags: [Setting: ConfigContent] = [:]
        flags[.inputs] = inputs.map { .stringArray($0.split(separator: ",").map(String.init)) }
        flags[.lines] = lines.map { .int($0) }
        if leave { flags[.leave] = .bool(true) }
        let texts: [(Setting, String?)] = [
            (.inputsPattern, inputsPattern), (.group, group), (.name, name), (.outputsSince, outputsSince),
            (.memoryBudget, memoryBudget), (.ranker, ranker), (.http, http), (.httpMetrics, httpMetrics),
            (.httpTokenFile, httpTokenFile),
            (.pseudonymKeyFile, pseudonymKeyFile),
        ]
        for (setting, text) in texts { flags[setting] = text.map { .string($0) } }
        return flags
    }
}
