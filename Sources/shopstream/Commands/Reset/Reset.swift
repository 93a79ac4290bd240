import ArgumentParser
import Configuration
import Events
import Foundation
import Kafka
import Pipeline

/// Empties the memory and starts the fold anew from positions that one chooses.
struct Reset: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Empty the memory and fold anew from chosen positions.",
        discussion: """
            State and offsets belong together, so both are reset: every customer and product is forgotten, the group's \
            offsets move, and the next run folds from there. Signals start at their end, because the fold says them \
            again. What was published stays until it is overwritten; alerts of folded history are said again unless \
            the next run is told otherwise (--outputs-since).

            Nothing may run meanwhile: reset joins the group, and refuses unless it gets every partition. It works in \
            transactions; one that is interrupted leaves a group that will not start, and is simply run again.

            EXAMPLES
              shopstream reset --to-earliest --dry-run
              shopstream reset --to-earliest --yes
              shopstream reset --to-datetime 2026-03-01T00:00:00Z --yes
              shopstream reset --to-offset storefront.clickstream.v1:3:120000 --yes
            """
    )

    @Flag(help: "Fold everything that the topics still hold.")
    var toEarliest = false

    @Flag(help: "Leave out everything that there is.")
    var toLatest = false

    @Option(
        help: ArgumentHelp("From this time on, by the records' timestamps: ISO-8601 or 7d, 12h ago.", valueName: "time")
    )
    var toDatetime: TimeArgument?

    @Option(
        help: ArgumentHelp(
            "Move one partition; may be repeated. The others keep their offsets.",
            valueName: "topic:partition:offset"
        )
    )
    var toOffset: [OffsetArgument] = []

    @Option(help: ArgumentHelp("Consumer group; default: shopstream.", valueName: "name"))
    var group: String?

    @Option(help: ArgumentHelp("The name that the line has; default: the host's.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Topics that the group reads.", valueName: "topic,…"))
    var inputs: String?

    @Flag(help: "Print the plan, change nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Flag(help: "Try although members are listed: one that stopped keeps its place for session.timeout.ms.")
    var force = false

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func validate() throws {
        let chosen = [toEarliest, toLatest, toDatetime != nil, !toOffset.isEmpty].count(where: \.self)
        guard chosen == 1 else {
            throw ValidationError("choose one of --to-earliest, --to-latest, --to-datetime, --to-offset")
        }
    }

    func run() throws {
        let settings = try settings()
        let kafka = try cluster.makeCluster(settings, logger: cluster.makeLogger())
        let existing = try kafka.topics()
        let topology = try Topology(
            inputs: try InputTopics.resolve(settings, existing: existing.keys),
            existing: existing
        )
        let survey = try ResetSurvey(GroupAdmin(kafka), settings.group, topology, target)
        let plan = try ResetPlan(target, topology, survey)
        StandardError.print(plan.text)
        if dryRun { return }
        try checkMembers(survey)
        try confirm()
        try erase(kafka, topology, settings, plan)
    }

    private var target: ResetTarget {
        if toEarliest { return .earliest }
        if toLatest { return .latest }
        if let toDatetime { return .time(toDatetime.time(now: Clock.wall())) }
        return .offsets(Dictionary(toOffset.map { ($0.partition, $0.offset) }, uniquingKeysWith: { $1 }))
    }

    private func settings() throws -> Settings {
        var flags: [Setting: ConfigContent] = [:]
        flags[.group] = group.map { .string($0) }
        flags[.name] = name.map { .string($0) }
        flags[.inputs] = inputs.map { .stringArray($0.split(separator: ",").map(String.init)) }
        return try cluster.settings(flags)
    }

    private func checkMembers(_ survey: ResetSurvey) throws(Exit) {
        guard let members = survey.members, members > 0, !force else { return }
        throw Exit(
            .temporary,
            "the group has \(members.counted("member")); stop them and wait for session.timeout.ms, or --force"
        )
    }

    private func confirm() throws(Exit) {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1 else { throw Exit(.usage, "nobody to ask: --yes goes ahead") }
        StandardError.print("Empty the memory and move the offsets? Type yes:")
        guard readLine()?.lowercased() == "yes" else { throw Exit(.usage, "nothing was changed") }
    }

    private func erase(_ kafka: KafkaCluster, _ topology: Topology, _ settings: Settings, _ plan: ResetPlan) throws {
        var line = LineSettings()
        line.group = settings.group
        line.name = "\(settings.name)-0"
        var progress = ProgressLine("reset", isShown: !cluster.output.quiet && ProgressLine.isTerminal)
        let eraser = StateEraser(kafka, topology, line, plan, clock: WallClock(now: Clock.wall))
        let erased = try eraser.run { count in
            if progress.isDue() { progress.show(share: nil, count: count, unit: "records") }
        }
        progress.clear()
        StandardError.print("done: \(erased.counted("record")) of state emptied; start shopstream run")
    }
}

/// `topic:partition:offset`
struct OffsetArgument: ExpressibleByArgument, Equatable {
    var partition: TopicPartition
    var offset: Int64

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, let partition = Int32(parts[1]), partition >= 0,
            let offset = Int64(parts[2]), offset >= 0
        else { return nil }
        self.partition = TopicPartition(String(parts[0]), partition)
        self.offset = offset
    }
}
