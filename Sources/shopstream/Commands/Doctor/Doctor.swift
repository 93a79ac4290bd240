import ArgumentParser
import Configuration
import Kafka
import Logging
import Pipeline

/// Looks at a cluster and says what is wrong and what helps.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Examine the cluster: each finding with its remedy.",
        discussion: """
            Looks at the connection, the topics and their settings, the last records of each input (keys, partitions, \
            readability, clocks), the rights of Topics/access, and the group with its lag. Where the cluster does not \
            tell its rules, each right is asked for in a way that changes nothing. Nothing is written unless --probe \
            is given: it makes a topic for itself, finds out whether the cluster hides aborted \
            records, fences stale producers and has the same time, and takes the topic away again.

            Exit code 0 when a line can run, 69 when the cluster cannot be reached, 77 when a right is missing, 78 when
            something else has to be put right.

            EXAMPLES
              shopstream doctor -b localhost:9092
              shopstream doctor -b localhost:9092 --probe --sample 2000
              shopstream doctor --group shopstream-test --inputs shop.clicks
            """
    )

    @Option(help: ArgumentHelp("Consumer group; default: shopstream.", valueName: "name"))
    var group: String?

    @Option(help: ArgumentHelp("Topics that are read.", valueName: "topic,…"))
    var inputs: String?

    @Option(help: ArgumentHelp("Records of each input that are looked at.", valueName: "records"))
    var sample = 400

    @Option(name: .customLong("topics"), help: ArgumentHelp("The folder with the manifests.", valueName: "folder"))
    var folder = "Topics"

    @Flag(help: "Try transactions and the clock on a topic of our own.")
    var probe = false

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func validate() throws {
        guard (1...100_000).contains(sample) else { throw ValidationError("--sample wants 1 to 100000") }
    }

    func run() throws {
        var flags: [Setting: ConfigContent] = [:]
        flags[.group] = group.map { .string($0) }
        flags[.inputs] = inputs.map { .stringArray($0.split(separator: ",").map(String.init)) }
        let settings = try cluster.settings(flags)
        let kafka = try cluster.makeCluster(settings, logger: logger)
        let manifests = (try? AccessManifest.read(folder: folder)) ?? []
        let examination = Examination(
            kafka,
            group: settings.group,
            sample: sample,
            now: Clock.wall(),
            manifests: manifests
        )
        var findings = settings.kafka.warnings.map { Finding(.warning, "connection", $0) } + examination.run(settings)
        let isThere = !findings.contains { $0.exitCode == .unavailable }
        if isThere { findings += probe ? Probe(kafka).run() : [EnforcementDiagnosis.assumed(kafka.capabilities)] }
        try report(findings)
    }

    /// The findings say what the client's log would, so it is shown only to those who ask.
    private var logger: Logger {
        cluster.output.verbose ? cluster.makeLogger() : Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
    }

    private func report(_ findings: [Finding]) throws {
        let output = OutputFile.standardOutput()
        let palette = Palette(isOn: cluster.output.usesColor())
        for finding in findings { try output.write(line: finding.text(palette)) }
        try output.flush()
        if let code = Finding.exitCode(of: findings) { throw ExitCode(code.rawValue) }
    }
}
