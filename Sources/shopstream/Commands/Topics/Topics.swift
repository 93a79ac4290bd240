import ArgumentParser
import Kafka
import Pipeline

/// The cluster's topics against the manifests in `Topics/`.
struct Topics: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create the topics, or compare them with their manifests.",
        discussion: """
            Reads the KafkaTopic manifests in Topics/topics. Topics that the manifests do not name are left alone, and \
            so are settings of a topic that its manifest does not name.

            EXAMPLES
              shopstream topics plan -b localhost:9092
              shopstream topics apply -b localhost:9092 --replication 1
              shopstream topics verify -b localhost:9092 --topics /etc/shopstream/Topics
              shopstream topics acls | BROKERS=localhost:9092 sh
            """,
        subcommands: [TopicsPlan.self, TopicsApply.self, TopicsVerify.self, TopicsAccess.self]
    )
}

/// What would change; changes nothing.
struct TopicsPlan: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "plan", abstract: "Print what apply would do.")

    @OptionGroup var wanted: TopicOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func run() throws {
        let changes = try wanted.changes(TopicAdmin(cluster.makeCluster(logger: cluster.makeLogger())))
        let output = OutputFile.standardOutput()
        for change in changes { try output.write(line: change.description) }
        if changes.isEmpty { try output.write(line: "nothing to do: the topics are as they should be") }
        try output.flush()
    }
}

/// Creates what is missing and sets what differs.
struct TopicsApply: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Create missing topics and set what differs.",
        discussion: """
            Existing topics keep their partitions unless --add-partitions is given: more partitions move keys to other \
            places, so the memory of customers is folded anew after it (shopstream reset --to-earliest). Kafka cannot \
            take partitions away.
            """
    )

    @OptionGroup var wanted: TopicOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    @Flag(help: "Add partitions where there are too few.")
    var addPartitions = false

    func run() throws {
        let admin = TopicAdmin(try cluster.makeCluster(logger: cluster.makeLogger()))
        let work = TopicWork(try wanted.changes(admin), addsPartitions: addPartitions)
        let output = OutputFile.standardOutput()
        for change in work.steps {
            try admin.apply(change)
            try output.write(line: "done: \(change)")
            try output.flush()
        }
        if work.steps.isEmpty, work.refused.isEmpty { try output.write(line: "nothing to do") }
        try output.flush()
        if let refusal = work.refusal { throw refusal }
    }
}

/// Compares, and fails when something differs.
struct TopicsVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Fail with exit code 78 when a topic differs from its manifest or its dead letters do not fit."
    )

    @OptionGroup var wanted: TopicOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions

    func run() throws {
        let setups = try wanted.setups()
        let kafka = try cluster.makeCluster(logger: cluster.makeLogger())
        let states = try TopicAdmin(kafka).states(of: setups.map(\.name))
        let changes = Kafka.TopicPlan.changes(from: states, to: setups)
        let tight = DeadLetterRoom.check(states, inputs: setups.map(\.name), producer: kafka.largestRecord)
        let output = OutputFile.standardOutput()
        for change in changes { try output.write(line: "differs: \(change)") }
        for room in tight { try output.write(line: "too small: \(room.state); \(room.remedy)") }
        if changes.isEmpty, tight.isEmpty {
            try output.write(line: "\(setups.count.counted("topic")) as they should be")
        }
        try output.flush()
        guard changes.isEmpty else {
            throw Exit(
                .configuration,
                "\(changes.count.counted("difference")) from the manifests; shopstream topics apply"
            )
        }
        guard tight.isEmpty else {
            throw Exit(.configuration, "\(tight.count.counted("dead-letter topic")) smaller than the input")
        }
    }
}

/// The rights of `Topics/access` for Kafka's own tool.
struct TopicsAccess: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acls",
        abstract: "Print the rights of each principal as kafka-acls commands.",
        discussion: """
            Reads the KafkaUser manifests in Topics/access, one a principal. With Strimzi: kubectl apply -f \
            Topics/access. shopstream doctor compares them with the cluster.
            """
    )

    @Option(name: .customLong("topics"), help: ArgumentHelp("The folder with the manifests.", valueName: "folder"))
    var folder = "Topics"

    @Option(help: ArgumentHelp("This principal alone.", valueName: "name"))
    var principal: String?

    @Flag(help: "Commands that take the rights away.")
    var remove = false

    func run() throws {
        let all = try AccessManifest.read(folder: folder)
        let wanted = all.filter { principal == nil || $0.name == principal }
        guard !wanted.isEmpty else {
            throw Exit(.usage, "--principal is one of \(all.map(\.name).joined(separator: ", "))")
        }
        let output = OutputFile.standardOutput()
        for manifest in wanted {
            for line in manifest.commands(remove ? "remove --force" : "add") { try output.write(line: line) }
        }
        try output.flush()
    }
}

/// Which manifests, and what is overridden for a smaller cluster.
struct TopicOptions: ParsableArguments {
    @Option(name: .customLong("topics"), help: ArgumentHelp("The folder with the manifests.", valueName: "folder"))
    var folder = "Topics"

    @Option(help: ArgumentHelp("Partitions of every topic that has more than one.", valueName: "count"))
    var partitions: Int32?

    @Option(help: ArgumentHelp("Replicas of new topics; min.insync.replicas is at most as many.", valueName: "count"))
    var replication: Int32?

    func validate() throws {
        for (name, value) in [("partitions", partitions), ("replication", replication)] where (value ?? 1) < 1 {
            throw ValidationError("--\(name) wants a number above 0")
        }
    }

    func setups() throws -> [TopicSetup] {
        try TopicManifest.read(folder: folder).map { $0.setup(partitions: partitions, replication: replication) }
    }

    func changes(_ admin: TopicAdmin) throws -> [TopicChange] {
        let setups = try setups()
        return Kafka.TopicPlan.changes(from: try admin.states(of: setups.map(\.name)), to: setups)
    }
}
