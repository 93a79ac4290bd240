import Foundation
import Pipeline
import Testing

@testable import Kafka
@testable import shopstream

/// The rights of `Topics/access` against what the program does, and the cluster's rules against those rights.
@Suite struct AccessTests {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../Topics").standardizedFileURL.path
    private static let manifests = Result { try AccessManifest.read(folder: folder) }

    private func manifest(_ name: String) throws -> AccessManifest {
        try #require(try Self.manifests.get().first { $0.name == name })
    }

    private func topics(_ name: String, _ operation: String) throws -> Set<String> {
        Set(try manifest(name).rights.filter { $0.kind == .topic && $0.operation == operation }.map(\.name))
    }

    /// Inputs that a shop may have beside the usual ones.
    private static let optional: Set<String> = [Topology.catalog, "privacy.erasures.v1"]

    @Test func theServiceMayReadAndWriteWhatItReadsAndWritesAndNothingElse() throws {
        let service = try manifest("shopstream")
        let inputs = Set(Topology.defaultInputs).union(Self.optional)
        let both = [OutputTopic.signals, .models, .productNeighbours, .customersChangelog, .productsChangelog]
        #expect(try topics("shopstream", "Read") == inputs.union(both.map(\.name)))
        let letters = inputs.subtracting([Topology.catalog]).map { Topology.deadLetters(of: $0) }
        #expect(try topics("shopstream", "Write") == Set(OutputTopic.allCases.map(\.name)).union(letters))
        #expect(service.rights.allSatisfy { ["Read", "Write", "Describe"].contains($0.operation) })
        #expect(service.rights.allSatisfy { $0.kind != .cluster && ($0.kind == .transactionalId || !$0.isPrefix) })
        let settings = LineSettings()
        #expect(service.rights.contains(Right(kind: .group, name: settings.group, operation: "Read")))
        let id = Right(kind: .transactionalId, name: settings.transactionalId, operation: "Write")
        #expect(service.rights.contains { $0.includes(id) })
    }

    @Test func nobodyElseWritesWhatTheServiceWrites() throws {
        let outputs = Set(OutputTopic.allCases.map(\.name))
        for manifest in try Self.manifests.get() where !["shopstream", "operator"].contains(manifest.name) {
            #expect(try topics(manifest.name, "Write").isDisjoint(with: outputs))
            #expect(try topics(manifest.name, "Read").allSatisfy { $0.hasPrefix("insights.") })
            #expect(manifest.rights.allSatisfy { $0.kind != .transactionalId && $0.kind != .cluster })
        }
    }

    @Test func everyTopicIsSomebodysAndEveryRightIsOfATopic() throws {
        let known = Set(try TopicManifest.read(folder: Self.folder).map(\.name))
        let rights = try Self.manifests.get().flatMap(\.rights).filter { $0.kind == .topic }
        let named = Set(rights.filter { !$0.isPrefix }.map(\.name))
        let coming = Self.optional.union(Self.optional.map { Topology.deadLetters(of: $0) })
        #expect(named.subtracting(known).subtracting(coming).isEmpty)
        #expect(known.subtracting(named).isEmpty)
        let people = try manifest("operator").rights
        for topic in known {
            for operation in ["Read", "Write", "Create", "AlterConfigs", "DescribeConfigs"] {
                let right = Right(kind: .topic, name: topic, operation: operation)
                #expect(people.contains { $0.includes(right) }, "the operator's \(right.text)")
            }
        }
    }

    /// `dlq replay`, `repartition` and `reset` each join a group and produce under a name of their own.
    @Test func theOperatorMayDoWhatItsCommandsDo() throws {
        let lines = LineSettings()
        let replay = DeadLetterReplay.group(of: lines.group)
        let source = "storefront.raw.v1"
        let copy = Repartitioner.Settings(group: Repartition.group(from: source), name: "host-1")
        let groups = [
            (lines.group, lines.transactionalId), (replay, DeadLetterReplay.transactionalId(in: replay)),
            (copy.group, copy.transactionalId),
        ]
        let letters = Topology.deadLetters(of: source)
        let reads = Topology.defaultInputs + Topology.defaultInputs.map(Topology.deadLetters) + [source]
        let writes = reads.filter { $0 != source } + [letters]
        let wanted =
            groups.flatMap { group, id in
                [
                    Right(kind: .group, name: group, operation: "Read"),
                    Right(kind: .group, name: group, operation: "Describe"),
                    Right(kind: .transactionalId, name: id, operation: "Write"),
                ]
            }
            + reads.map { Right(kind: .topic, name: $0, operation: "Read") }
            + writes.map { Right(kind: .topic, name: $0, operation: "Write") }
            + writes.map { Right(kind: .topic, name: $0, operation: "DescribeConfigs") }
        let people = try manifest("operator").rights
        for right in wanted { #expect(people.contains { $0.includes(right) }, "the operator's \(right.text)") }
        let commands = try manifest("operator").commands()
        for option in ["--group 'shopstream'", "--transactional-id 'shopstream-'"] {
            #expect(commands.contains { $0.contains(option + " --resource-pattern-type prefixed") }, "\(option)")
        }
        let service = try manifest("shopstream").rights
        let foreign = Right(kind: .group, name: replay, operation: "Read")
        #expect(!service.contains { $0.includes(foreign) }, "what people do by hand is not the service's")
    }

    @Test func theyArePrintedAsCommands() throws {
        let lines = try manifest("shopstream").commands()
        #expect(
            lines.first == "kafka-acls --bootstrap-server \"$BROKERS\" --add --allow-principal 'User:shopstream' "
                + "--operation Read --operation Describe --topic 'storefront.clickstream.v1'"
        )
        #expect(
            lines.last == "kafka-acls --bootstrap-server \"$BROKERS\" --add --allow-principal 'User:shopstream' "
                + "--operation Write --operation Describe --transactional-id 'shopstream-' "
                + "--resource-pattern-type prefixed"
        )
        #expect(Set(lines).count == lines.count)
        #expect(try manifest("operator").commands().last?.hasSuffix("--operation Describe --cluster") == true)
    }

    @Test func readingImpliesDescribing() {
        let read = Right(kind: .topic, name: "a.", isPrefix: true, operation: "Read")
        #expect(read.includes(Right(kind: .topic, name: "a.b", operation: "Describe")))
        #expect(!read.includes(Right(kind: .topic, name: "b.a", operation: "Read")))
        #expect(!read.includes(Right(kind: .group, name: "a.b", operation: "Read")))
        let describe = Right(kind: .topic, name: "a", operation: "Describe")
        #expect(!describe.includes(Right(kind: .topic, name: "a", operation: "Read")))
        let all = Right(kind: .topic, name: "*", operation: "All")
        #expect(all.includes(describe) && all.includes(read))
        #expect(!describe.includes(Right(kind: .topic, name: "a", isPrefix: true, operation: "Describe")))
    }

    // MARK: the cluster's rules

    private func rule(_ right: Right, _ principal: String = "User:shopstream", isAllowed: Bool = true) -> AccessRule {
        let kinds: [Right.Kind: String] = [.topic: "topic", .group: "group", .cluster: "broker"]
        return AccessRule(
            resource: kinds[right.kind] ?? "unknown",
            name: right.name,
            isPrefix: right.isPrefix,
            principal: principal,
            host: "*",
            operation: right.operation == "DescribeConfigs" ? "describe_configs" : right.operation.lowercased(),
            isAllowed: isAllowed
        )
    }

    private func findings(_ rules: [AccessRule]) throws -> [Finding] {
        AccessDiagnosis(manifests: [try manifest("shopstream")], rules: rules).findings
    }

    @Test func theRightRulesAreFine() throws {
        let rules = try manifest("shopstream").rights.map { rule($0) }
        #expect(try findings(rules).map(\.grade) == [.fine])
    }

    @Test func aMissingRuleIsNamedWithItsRemedy() throws {
        let rules = try manifest("shopstream").rights.filter { $0.kind != .transactionalId }.map { rule($0) }
        let found = try findings(rules)
        #expect(found.map(\.grade) == [.failure(.noPermission)], "describing comes with writing")
        #expect(found[0].state == "shopstream may not Write transactionalId shopstream-*")
        #expect(found[0].remedy?.contains("--add --allow-principal 'User:shopstream' --operation Write") == true)
    }

    @Test func aRuleTooManyIsNamedWithItsRemedy() throws {
        let extra = Right(kind: .topic, name: "storefront.clickstream.v1", operation: "Write")
        let foreign = rule(extra, "User:somebody")
        let rules = try manifest("shopstream").rights.map { rule($0) } + [rule(extra), foreign]
        let found = try findings(rules)
        #expect(found.map(\.state) == ["shopstream may Write topic storefront.clickstream.v1, which it does not need"])
        #expect(found[0].remedy?.contains("--remove") == true)
    }

    @Test func whatIsDeniedIsMissing() throws {
        let right = Right(kind: .group, name: "shopstream", operation: "Read")
        let rules = try manifest("shopstream").rights.map { rule($0) }
        let denied = rule(right, "User:*", isAllowed: false)
        #expect(try findings(rules + [denied]).map(\.state) == ["shopstream may not Read group shopstream"])
    }
}
