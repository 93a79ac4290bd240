import Testing

@testable import Kafka

@Suite struct ClientRoleTests {
    private func pairs(_ role: ClientRole, _ user: [(String, String)] = []) throws -> [String: String] {
        var settings = try KafkaSettings(bootstrapServers: "localhost:9092")
        for (key, value) in user { try settings.set(key, value, source: "test") }
        return Dictionary(uniqueKeysWithValues: settings.pairs(for: role).map { ($0.key, $0.value) })
    }

    @Test func aMemberReadsCommittedAndCommitsNothingItself() throws {
        let pairs = try pairs(.member(group: "g", instance: "i"))
        #expect(pairs["group.id"] == "g" && pairs["group.instance.id"] == "i")
        #expect(pairs["isolation.level"] == "read_committed" && pairs["auto.offset.reset"] == "error")
        #expect(pairs["enable.auto.commit"] == "false" && pairs["enable.auto.offset.store"] == "false")
        #expect(pairs["partition.assignment.strategy"] == "range" && pairs["enable.partition.eof"] == "true")
        #expect(pairs["allow.auto.create.topics"] == "false" && pairs["log.connection.close"] == "false")
        #expect(pairs["linger.ms"] == nil && pairs["acks"] == nil)
    }

    @Test func aLineProducesInTransactions() throws {
        let pairs = try pairs(.transactional(id: "shopstream-a-0"))
        #expect(pairs["transactional.id"] == "shopstream-a-0" && pairs["transaction.timeout.ms"] == "10000")
        #expect(pairs["enable.idempotence"] == "true" && pairs["acks"] == "all")
        #expect(pairs["partitioner"] == "murmur2_random" && pairs["group.id"] == nil)
    }

    @Test func questionsSeeOpenTransactions() throws {
        #expect(try pairs(.query)["isolation.level"] == "read_uncommitted")
    }

    @Test func theUsersWordCountsWhereItMay() throws {
        let pairs = try pairs(
            .transactional(id: "x"),
            [("linger.ms", "50"), ("compression.codec", "zstd"), ("fetch.min.bytes", "7")]
        )
        #expect(pairs["linger.ms"] == "50")
        #expect(
            pairs["compression.codec"] == "zstd" && pairs["compression.type"] == nil,
            "an alias is the same setting"
        )
        #expect(pairs["fetch.min.bytes"] == nil, "a consumer's setting is none of a producer's")
    }

    @Test func everyRoleIsAcceptedByTheLibrary() throws {
        let settings = try KafkaSettings(bootstrapServers: "localhost:1")
        let roles: [ClientRole] = [
            .member(group: "g", instance: "i"), .reader(group: "g"), .query, .transactional(id: "t"), .producer,
        ]
        for role in roles {
            let reports = Reports(logger: Fixture.silent, board: ClusterBoard())
            _ = try Client(role.kind, settings.pairs(for: role), reports: reports)
        }
    }
}

@Suite struct SettableTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("linger.ms", "linger.ms", 0), ("ab", "ba", 2),
    ])
    func editsAreCounted(_ left: String, _ right: String, _ distance: Int) {
        #expect(EditDistance.between(left, right) == distance)
        #expect(EditDistance.between(right, left) == distance)
    }

    @Test(arguments: [
        ("linger.msec", "linger.ms"), ("Compression.Type", "compression.type"),
        ("bootstrap.server", "bootstrap.servers"),
        ("quite.different", nil), ("", nil),
    ])
    func aMistypedNameFindsTheNearest(_ name: String, _ nearest: String?) {
        #expect(NearestName.to(name, among: Settable.shared.names) == nearest)
        #expect(NearestName.hint(name, among: ["x.y"]).isEmpty)
    }

    @Test func theTableIsTheLibrarysOwn() {
        let table = Settable.shared
        #expect(table.scope(of: "linger.ms") == .producer)
        #expect(table.scope(of: "fetch.min.bytes") == .consumer)
        #expect(table.scope(of: "client.id") == .both)
        #expect(table.scope(of: "auto.offset.reset") == .consumer, "topic settings are settings too")
        #expect(table.canonical("acks") == "request.required.acks")
        #expect(
            table.canonical("enable.auto.commit") == "enable.auto.commit",
            "the legacy consumer's alias does not count"
        )
        let hidden: Set = ["test.mock.num.brokers"]
        for key in OwnedSettings.rules.keys where !hidden.contains(key) {
            #expect(table.scope(of: key) != nil && table.canonical(key) == key, "\(key)")
        }
    }
}
