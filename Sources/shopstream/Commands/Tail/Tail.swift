import ArgumentParser
import Events
import Kafka
import Pipeline

/// Reads a topic and prints it for people.
struct Tail: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow recommendations, churn alerts and the other topics.",
        discussion: """
            Prints committed records, one line each, from now on until Ctrl-C. It reads outside of the group, so it \
            takes nothing from anybody. Of dead letters it prints reason and place, not the payload; --json prints \
            everything.

            KINDS
              recommendations, churn-alerts, sentiment, neighbours, dead-letters, clickstream, reviews

            EXAMPLES
              shopstream tail recommendations -b localhost:9092
              shopstream tail churn-alerts --user u000123 --from-beginning
              shopstream tail sentiment --product p000045 --json -n 10
              shopstream tail dead-letters --from-beginning -n 20
            """
    )

    @Argument(help: ArgumentHelp("What to follow.", valueName: "kind"))
    var kind: TailKind

    @Option(help: ArgumentHelp("Only this customer.", valueName: "user"))
    var user: String?

    @Option(help: ArgumentHelp("Only what names this product.", valueName: "product"))
    var product: String?

    @Flag(help: "Print the records' own JSON.")
    var json = false

    @Flag(help: "Start with the first record that the topic still has.")
    var fromBeginning = false

    @Option(name: .customShort("n"), help: ArgumentHelp("Stop after so many records.", valueName: "count"))
    var count: Int?

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("-n wants a number above 0") }
    }

    func run() throws {
        let stop = StopFlag()
        let signals = StopSignals { stop.set() }
        defer { signals.cancel() }
        let kafka = try cluster.makeCluster(logger: cluster.makeLogger())
        let known = try kafka.topics()
        let topics = kind.topics(of: known)
        guard !topics.isEmpty else {
            throw Exit(.configuration, "the cluster has no topic of dead letters: run shopstream topics apply")
        }
        let filter = TailFilter(user: user, product: product)
        let palette = Palette(isOn: cluster.output.usesColor() && !json)
        let printer = TailPrinter(kind, filter, json ? .json : .people(palette), limit: count ?? .max)
        try TailReading(kafka.makeReader(topics: topics)).follow(known, fromBeginning: fromBeginning, printer, stop)
    }
}

/// What can be followed.
enum TailKind: String, ExpressibleByArgument, CaseIterable {
    case recommendations, churnAlerts = "churn-alerts", sentiment, neighbours, deadLetters = "dead-letters"
    case clickstream, reviews

    /// The topics behind it: one, or every topic of dead letters that there is.
    func topics(of known: [String: Int32]) -> [String] {
        switch self {
        case .recommendations: [OutputTopic.recommendations.name]
        case .churnAlerts: [OutputTopic.churnAlerts.name]
        case .sentiment: [OutputTopic.productSentiment.name]
        case .neighbours: [OutputTopic.productNeighbours.name]
        case .deadLetters: known.keys.filter { $0.hasPrefix(Topology.deadLetters(of: "")) }.sorted()
        case .clickstream: [Topology.defaultInputs[0]]
        case .reviews: [Topology.defaultInputs[1]]
        }
    }
}
