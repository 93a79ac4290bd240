import Events
import Foundation
import Kafka
import Logging
import Pipeline
import Traffic
import Web

/// The embedded cluster, the shop, the line and the audience, from the first event to the comparison with the truth.
final class DemoShow: Sendable {
    let isOver = StopFlag()
    let hasStarted = StopFlag()
    let plan: DemoPlan
    let http: ListenAddress?
    let output: LogOptions
    let embedded: EmbeddedCluster
    let cluster: KafkaCluster
    let runner: Runner
    let board: DemoBoard
    let audience: DemoAudience

    init(_ plan: DemoPlan, http: ListenAddress?, output: LogOptions, log: Logger) throws {
        self.plan = plan
        self.output = output
        self.http = http.map(DemoShow.free)
        embedded = try EmbeddedCluster(logger: log)
        try DemoShow.createTopics(embedded)
        cluster = try KafkaCluster(
            embedded: embedded,
            settings: DemoShow.settings(),
            readerGroup: Settings.defaultGroup,
            logger: log
        )
        let topology = try Topology(inputs: Topology.defaultInputs, existing: try cluster.topics())
        var line = LineSettings()
        line.name = "demo"
        line.projectionInterval = 250
        runner = Runner(cluster: cluster, topology: topology, settings: line, clock: .system, log: log)
        board = DemoBoard(try PretendShop(plan.shop).truth, start: plan.shop.start)
        audience = DemoAudience(cluster, board)
    }

    /// The embedded cluster does not know the refusal to create topics, and librdkafka warns of it for every client.
    private static func settings() throws(KafkaSettingsError) -> KafkaSettings {
        var settings = KafkaSettings()
        try settings.set("allow.auto.create.topics", "true", source: "demo")
        return settings
    }

    private static func createTopics(_ embedded: EmbeddedCluster) throws(Fault) {
        let inputs = Topology.defaultInputs + [Topology.catalog]
        let dead = Topology.defaultInputs.map(Topology.deadLetters)
        for topic in inputs + dead + OutputTopic.allCases.map(\.name) {
            let partitions = topic == OutputTopic.models.name ? 1 : DemoTraffic.partitions
            try embedded.createTopic(topic, partitions: partitions)
        }
    }

    /// The address, or the next one with a free port.
    private static func free(_ address: ListenAddress) -> ListenAddress {
        let ports = (UInt32(address.port)...min(UInt32(address.port) + 50, 65_535)).map { UInt16($0) }
        let candidates = ports.map { ListenAddress(host: address.host, port: $0) }
        return candidates.first(where: Server.isFree) ?? address
    }
}
