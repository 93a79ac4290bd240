import ArgumentParser
import Configuration
import Events
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

            --erased USER proves instead that somebody who asked to be forgotten is gone: no live record of a \
            compacted topic speaks of them, history cannot bring them back, and for topics kept by time it names the \
            date by which the last record is gone. The service may go on meanwhile.

            Exit codes: 0 everything agrees, 65 something does not, 75 the group is not at rest, 69 the cluster
            cannot be read.

            EXAMPLES
              shopstream verify -b localhost:9092
              shopstream verify -F client.properties --group shopstream-test --json
              shopstream verify -b localhost:9092 --show-customers
              shopstream verify -b localhost:9092 --erased u-88213
            """
    )

    @OptionGroup(title: "Line") var line: VerifiedLine

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(help: "Nothing may be left to fold either.")
    var drained = false

    @Flag(help: "Name the customers behind findings; otherwise ids are kept out of the report.")
    var showCustomers = false

    @Option(help: ArgumentHelp("Prove that this user is forgotten.", valueName: "user"))
    var erased: String?

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func validate() throws {
        if erased != nil, drained || showCustomers { throw ValidationError("--erased stands alone, or with --json") }
        if erased?.isEmpty == true { throw ValidationError("--erased wants the user's id") }
    }

    func run() throws {
        let start = ResourceUse.now()
        let settings = try cluster.settings(line.flags)
        let kafka = try cluster.makeCluster(settings, logger: cluster.makeLogger())
        let existing = try kafka.topics()
        let topology = try Topology(
            inputs: try InputTopics.resolve(settings, existing: existing.keys),
            existing: existing
        )
        let pseudonyms = try PseudonymKeys.read(settings).pseudonyms
        if let erased { return try prove(erased, kafka, topology, pseudonyms) }
        let cut = try CutSurvey(kafka, topology, group: settings.group).atRest()
        let (report, records) = try audit(
            kafka,
            topology,
            settings.lineSettings(untilEnd: false, pseudonyms: pseudonyms),
            cut
        )
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

    private func prove(
        _ user: String,
        _ kafka: KafkaCluster,
        _ topology: Topology,
        _ pseudonyms: Pseudonyms
    ) throws {
        let states = try TopicAdmin(kafka).states(of: topology.outputs)
        let keeping = Dictionary(uniqueKeysWithValues: states.map { ($0.name, ErasureProof.Keeping($0)) })
        let report = try ErasureProof.run(
            cluster: kafka,
            topology: topology,
            keeping: { keeping[$0] ?? ErasureProof.Keeping(isCompacted: false, longest: nil) },
            user: user,
            pseudonyms: pseudonyms
        )
        let summary = ErasureSummary(report, now: Clock.wall())
        print(json ? summary.json : summary.text(Palette(isOn: cluster.output.usesColor())))
        if !report.holds { throw ExitCode(Exit.Code.data.rawValue) }
    }

    private func audit(
        _ kafka: KafkaCluster,
        _ topology: Topology,
        _ settings: LineSettings,
        _ cut: AuditCut
    ) throws -> (AuditReport, UInt64) {
        var progress = ProgressLine("verify", isShown: !cluster.output.quiet && ProgressLine.isTerminal)
        var records: UInt64 = 0
        let audit = try Audit(
            kafka,
            topology,
            settings,
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

    @Option(help: ArgumentHelp("Keys of the hashes that stand for customers.", valueName: "file"))
    var pseudonymKeyFile: String?

    var flags: [Setting: ConfigContent] {
        var flags: [Setting: ConfigContent] = [:]
        flags[.inputs] = inputs.map { .stringArray($0.split(separator: ",").map(String.init)) }
        let texts: [(Setting, String?)] = [
            (.inputsPattern, inputsPattern), (.group, group), (.outputsSince, outputsSince),
            (.pseudonymKeyFile, pseudonymKeyFile),
        ]
        for (setting, text) in texts { flags[setting] = text.map { .string($0) } }
        return flags
    }
}
