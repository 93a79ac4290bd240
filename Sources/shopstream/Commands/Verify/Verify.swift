import ArgumentParser
import Configuration
import Kafka
import Pipeline

/// Proves that the topics hold what the inputs lead to.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove from the topics that nothing is lost, doubled or otherwise than folded.",
        discussion: """
            Reads the inputs up to the group's offsets and, with read_committed, everything Shopstream has written, \
            outside of the group, changing nothing. It folds from checkpoint to checkpoint and compares state records \
            to the byte, signals, churn alerts, sentiment and dead letters one for one, holds recommendations to their \
            rules, and counts views, orders, spend, transitions and reviews anew from the inputs alone.

            Give the settings that the service runs with. The group must be at rest: stopped, or without traffic for \
            as long as looking twice takes. What cannot be checked (compacted, deleted by retention, of before the \
            last reset) is said.

            Exit codes: 0 everything agrees, 65 something does not, 75 the group is not at rest, 69 the cluster
            cannot be read.

            EXAMPLES
              shopstream verify -b localhost:9092
              shopstream verify -F client.properties --group shopstream-test --json
              shopstream verify -b localhost:9092 --show-customers
              shopstream verify -b localhost:9092 --erased u000123
                    where a customer who asked to be forgotten still stands
            """
    )

    @OptionGroup(title: "Line") var line: VerifiedLine

    @Option(help: ArgumentHelp("Prove that this customer is forgotten, instead.", valueName: "user"))
    var erased: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(help: "Nothing may be left to fold either.")
    var drained = false

    @Flag(help: "Name the customers behind findings; otherwise ids are kept out of the report.")
    var showCustomers = false

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func run() throws {
        let start = ResourceUse.now()
        let settings = try cluster.settings(line.flags)
        let kafka = try cluster.makeCluster(settings, logger: cluster.makeLogger())
        let existing = try kafka.topics()
        let topology = try Topology(
            inputs: try InputTopics.resolve(settings, existing: existing.keys),
            existing: existing
        )
        if let erased { return try prove(erased, kafka, topology, settings) }
        let cut = try CutSurvey(kafka, topology, group: settings.group).atRest()
        let (report, records) = try audit(kafka, topology, settings, cut)
        let summary = VerifySummary(
            report,
            group: settings.group,
            records: records,
            use: ResourceUse.now().since(start),
            showsCustomers: showCustomers
        )
        print(json ? summary.json : summary.text(Palette(isOn: cluster.output.usesColor())))
        if !report.agrees || drained && report.unfolded > 0 { throw ExitCode(Exit.Code.data.rawValue) }
    }

    /// Exit code 0 when nothing live is left of the customer and dates are known for the rest.
    private func prove(
        _ user: String,
        _ kafka: KafkaCluster,
        _ topology: Topology,
        _ settings: Settings
    ) throws {
        let states = Dictionary(
            try TopicAdmin(kafka).states(of: topology.outputs).map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let report = try ErasureProof.run(
            cluster: kafka,
            topology: topology,
            keeping: { topic in states[topic].map(ErasureProof.Keeping.init) ?? .init(isCompacted: false, longest: nil)
            },
            user: user,
            pseudonyms: try PseudonymKeys.read(settings).pseudonyms
        )
        let summary = ErasureSummary(report)
        print(json ? summary.json : summary.text(Palette(isOn: cluster.output.usesColor())))
        if !report.holds { throw ExitCode(Exit.Code.data.rawValue) }
    }

    private func audit(
        _ kafka: KafkaCluster,
        _ topology: Topology,
        _ settings: Settings,
        _ cut: AuditCut
    ) throws -> (AuditReport, UInt64) {
        var progress = ProgressLine("verify", isShown: !cluster.output.quiet && ProgressLine.isTerminal)
        var records: UInt64 = 0
        var line = settings.lineSettings(untilEnd: false)
        line.pseudonyms = try PseudonymKeys.read(settings).pseudonyms
        let audit = try Audit(
            kafka,
            topology,
            line,
            cut,
            capabilities: kafka.isEmbeddedKind() ? EmbeddedCluster.capabilities : kafka.capabilities
        ) { seen in
            records = seen.records
            if progress.isDue() {
                progress.show(share: seen.share, count: Int(seen.records), unit: "records, \(seen.step)")
            }
        }
        defer { progress.clear() }
        return (try audit.run(), records)
    }
}

/// The settings of ``Run`` that decide what state and outputs must be.
struct VerifiedLine: ParsableArguments {
    @Option(help: ArgumentHelp("Topics that the group reads.", valueName: "topic,…"))
    var inputs: String?

    @Option(help: ArgumentHelp("All topics that this matches.", valueName: "regex"))
    var inputsPattern: String?

    @Option(help: ArgumentHelp("Consumer group; default: shopstream.", valueName: "name"))
    var group: String?

    @Option(help: ArgumentHelp("What the service was started with, as an absolute time.", valueName: "time"))
    var outputsSince: String?

    @Option(help: ArgumentHelp("Keys of customers' pseudonyms.", valueName: "file"))
    var pseudonymKeyFile: String?

    var flags: [Setting: ConfigContent] {
        var flags: [Setting: ConfigContent] = [:]
        flags[.inputs] = inputs.map { .stringArray($0.split(separator: ",").map(String.init)) }
        for (setting, text) in [(Setting.inputsPattern, inputsPattern), (.group, group), (.outputsSince, outputsSince)]
        {
            flags[setting] = text.map { .string($0) }
        }
        return flags
    }
}
