import Events
import Kafka
import Pipeline
import Testing

@Suite struct TopicPlanTests {
    private func state(_ configs: [String: TopicState.Config] = [:]) -> TopicState {
        TopicState(name: "a", partitions: 4, configs: configs)
    }

    @Test func missingTopicsAreMade() {
        let setup = TopicSetup(name: "b", partitions: 2, configs: ["cleanup.policy": "compact"])
        #expect(TopicPlan.changes(from: [state()], to: [setup]) == [.create(setup)])
    }

    @Test func whatIsRightIsLeftAlone() {
        let state = state(["retention.ms": .init(value: "7", isOwn: false)])
        let setup = TopicSetup(name: "a", partitions: 4, configs: ["retention.ms": "7"])
        #expect(TopicPlan.changes(from: [state], to: [setup]).isEmpty)
    }

    @Test func partitionsAreAddedAndNeverTakenAway() {
        #expect(
            TopicPlan.changes(from: [state()], to: [TopicSetup(name: "a", partitions: 6)])
                == [.addPartitions(topic: "a", from: 4, to: 6)]
        )
        #expect(
            TopicPlan.changes(from: [state()], to: [TopicSetup(name: "a", partitions: 2)])
                == [.tooManyPartitions(topic: "a", has: 4, wanted: 2)]
        )
    }

    /// The request replaces all of a topic's own settings, so those we don't speak of go along; inherited ones don't.
    @Test func ownSettingsSurviveAChange() {
        let state = state([
            "retention.ms": .init(value: "7", isOwn: true), "segment.ms": .init(value: "1", isOwn: true),
            "cleanup.policy": .init(value: "delete", isOwn: false),
        ])
        let setup = TopicSetup(name: "a", partitions: 4, configs: ["retention.ms": "9", "cleanup.policy": "compact"])
        #expect(
            TopicPlan.changes(from: [state], to: [setup]) == [
                .setConfigs(
                    topic: "a",
                    changed: ["retention.ms": "9", "cleanup.policy": "compact"],
                    all: ["retention.ms": "9", "segment.ms": "1", "cleanup.policy": "compact"]
                )
            ]
        )
    }

    @Test func changesSayWhatTheyDo() {
        let change = TopicChange.setConfigs(topic: "a", changed: ["y": "2", "x": "1"], all: [:])
        #expect(change.description == "set x=1, y=2 on a")
    }
}

@Suite(.ownThread) struct TopicAdminTests {
    @Test(arguments: Place.all) func topicsAreMadeAndSeen(_ place: Place) throws {
        let fixture = try Fixture(place)
        let admin = TopicAdmin(fixture.cluster)
        let name = fixture.name("made")
        try admin.apply(.create(TopicSetup(name: name, partitions: 3, configs: ["cleanup.policy": "compact"])))
        #expect(try fixture.cluster.topics()[name] == 3)
        let states = try admin.states(of: [name, fixture.name("missing")])
        #expect(states.map(\.name) == [name])
        try admin.apply(.create(TopicSetup(name: name, partitions: 3)))
        #expect(states.first?.partitions == 3)
    }

    @Test(.enabled(if: Place.brokers != nil, Place.missing)) func aPlanIsCarriedOut() throws {
        let fixture = try Fixture(.real)
        let admin = TopicAdmin(fixture.cluster)
        let name = fixture.name("plan")
        var setup = TopicSetup(
            name: name,
            partitions: 2,
            configs: ["cleanup.policy": "compact", "segment.ms": "60000"]
        )
        try carryOut(setup, admin)
        try carryOut(setup, admin)
        setup.partitions = 4
        setup.configs = ["segment.ms": "120000"]
        try carryOut(setup, admin)
        let state = try #require(try admin.states(of: [name]).first)
        #expect(state.partitions == 4)
        #expect(state.configs["cleanup.policy"] == TopicState.Config(value: "compact", isOwn: true), "kept")
        #expect(state.configs["segment.ms"]?.value == "120000")
        #expect(state.configs["retention.ms"]?.isOwn == false)
        setup.configs = ["segment.ms": "never"]
        let fault = fault { try carryOut(setup, admin) }
        #expect(
            fault?.code == "INVALID_CONFIG" || fault?.code == "INVALID_REQUEST",
            "\(fault.map(\.description) ?? "")"
        )
    }

    private func carryOut(_ setup: TopicSetup, _ admin: TopicAdmin) throws {
        for change in TopicPlan.changes(from: try admin.states(of: [setup.name]), to: [setup]) {
            try admin.apply(change)
        }
    }

    @Test func theEmbeddedClusterKeepsNoRules() throws {
        let admin = TopicAdmin(try Fixture(.embedded).cluster)
        #expect(fault { _ = try admin.accessRules() }?.code == "_UNSUPPORTED_FEATURE")
    }

    /// Who may do what is asked for; the test broker has no authorizer.
    @Test(.enabled(if: Place.brokers != nil, Place.missing)) func aBrokerIsAskedForItsRules() throws {
        #expect(try TopicAdmin(try Fixture(.real).cluster).accessRules().isEmpty)
    }
}

@Suite(.ownThread) struct GroupAdminTests {
    @Test(arguments: Place.all) func offsetsOfAnEmptyGroupAreSet(_ place: Place) throws {
        let fixture = try Fixture(place, ["shop": 2])
        let admin = GroupAdmin(fixture.cluster)
        let all = fixture.partitions("shop", 0..<2)
        #expect(try admin.committed(by: fixture.name("group"), of: all).isEmpty)
        try admin.reset(fixture.name("group"), to: [all[0]: 7, all[1]: 0])
        #expect(try admin.committed(by: fixture.name("group"), of: all) == [all[0]: 7, all[1]: 0])
        try admin.reset(fixture.name("group"), to: [all[0]: 3])
        #expect(try admin.committed(by: fixture.name("group"), of: all) == [all[0]: 3, all[1]: 0])
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        #expect(try inlet.committed(all) == [all[0]: 3, all[1]: 0])
        #expect(fault { try admin.reset(fixture.name("group"), to: [all[0]: 1]) } != nil, "somebody is in it")
    }

    @Test(.enabled(if: Place.brokers != nil, Place.missing)) func offsetsAreFoundByTime() throws {
        let fixture = try Fixture(.real, ["shop": 1])
        let partition = TopicPartition(fixture.name("shop"), 0)
        let producer = try KafkaProducer(fixture.cluster, topics: [partition.topic])
        defer { producer.close() }
        for time in [1_000, 2_000, 3_000] as [Int64] {
            try producer.send(topic: 0, partition: 0, key: .none, value: Bytes("x"), timestamp: time)
        }
        #expect(try producer.flush(wait: 10_000))
        let admin = GroupAdmin(fixture.cluster)
        #expect(try admin.offsets(of: [partition], since: 1_500) == [partition: 1])
        #expect(try admin.offsets(of: [partition], since: 0) == [partition: 0])
        #expect(try admin.offsets(of: [partition], since: 9_000).isEmpty)
    }
}
