import Foundation
import Kafka
import Pipeline
import Testing

@testable import shopstream

@Suite("Topics from their manifests")
struct TopicsTests {
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .appending(path: "../../../Topics").standardizedFileURL.path

    private func setups(partitions: Int32? = nil, replication: Int32? = nil) throws -> [TopicSetup] {
        try TopicManifest.read(folder: Self.folder).map { $0.setup(partitions: partitions, replication: replication) }
    }

    private func states(_ setups: [TopicSetup]) -> [TopicState] {
        setups.map { setup in
            let configs = setup.configs.mapValues { TopicState.Config(value: $0, isOwn: true) }
            return TopicState(name: setup.name, partitions: setup.partitions, configs: configs)
        }
    }

    @Test func everyManifestIsReadWithItsSettingsAsText() throws {
        let setups = try setups()
        #expect(setups.count >= 13 && setups.map(\.name) == setups.map(\.name).sorted())
        let clicks = try #require(setups.first { $0.name == "storefront.clickstream.v1" })
        #expect(clicks.configs["retention.ms"] == "2419200000" && clicks.partitions == 8 && clicks.replication == 3)
        let changelog = try #require(setups.first { $0.name == "shopstream.customers.changelog" })
        #expect(
            changelog.configs["min.cleanable.dirty.ratio"] == "0.1" && changelog.configs["cleanup.policy"] == "compact"
        )
    }

    @Test func theCodeKnowsWhichTopicsAreCompacted() throws {
        let policies = Dictionary(uniqueKeysWithValues: try setups().map { ($0.name, $0.configs["cleanup.policy"]) })
        for topic in OutputTopic.allCases {
            #expect(topic.isCompacted == (policies[topic.name]??.contains("compact") == true), "\(topic.name)")
        }
    }

    @Test func fewerReplicasLowerWhatMustBeInSync() throws {
        #expect(
            try setups(replication: 1).allSatisfy { $0.configs["min.insync.replicas"] == "1" && $0.replication == 1 }
        )
        #expect(try setups(replication: 5).allSatisfy { $0.configs["min.insync.replicas"] == "2" })
    }

    @Test func aSinglePartitionStaysSingle() throws {
        for setup in try setups(partitions: 4) {
            #expect(setup.partitions == (setup.name == "shopstream.models.v1" ? 1 : 4))
        }
    }

    @Test func anEmptyClusterGetsEverything() throws {
        let setups = try setups()
        let changes = Kafka.TopicPlan.changes(from: [], to: setups)
        #expect(changes == setups.map(TopicChange.create))
        #expect(TopicWork(changes, addsPartitions: false).steps.count == setups.count)
    }

    @Test func nothingIsDoneTwice() throws {
        let setups = try setups()
        #expect(Kafka.TopicPlan.changes(from: states(setups), to: setups).isEmpty)
    }

    @Test func partitionsAreAddedOnlyWhenAllowed() throws {
        let changes = Kafka.TopicPlan.changes(from: states(try setups(partitions: 4)), to: try setups())
        let careful = TopicWork(changes, addsPartitions: false)
        #expect(careful.steps.isEmpty && careful.refused.count == changes.count)
        #expect(careful.refusal?.code == 78)
        #expect(careful.refusal?.sentence.contains("--add-partitions") == true)
        let bold = TopicWork(changes, addsPartitions: true)
        #expect(bold.steps.count == changes.count && bold.refusal == nil)
    }

    @Test func partitionsAreNeverTakenAway() throws {
        let changes = Kafka.TopicPlan.changes(from: states(try setups(partitions: 16)), to: try setups())
        let work = TopicWork(changes, addsPartitions: true)
        #expect(work.steps.isEmpty && work.refusal?.sentence.contains("--add-partitions") == false)
    }

    @Test func aFolderWithoutManifestsIsNoInput() throws {
        let scratch = try Scratch()
        #expect(throws: Exit.self) { try TopicManifest.read(folder: scratch.folder) }
        let nowhere = scratch.path("nowhere")
        #expect { try TopicManifest.read(folder: nowhere) } throws: { ($0 as? Exit)?.code == 66 }
    }

    @Test(arguments: [
        "{}", "[]", "{\"kind\":\"KafkaUser\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"partitions\":1,\"replicas\":1}}",
    ])
    func rubbishIsBadData(text: String) throws {
        let scratch = try Scratch()
        _ = try scratch.write(text, to: "a.json")
        #expect { try TopicManifest.read(folder: scratch.folder) } throws: { ($0 as? Exit)?.code == 65 }
    }
}
