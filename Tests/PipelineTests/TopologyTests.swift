import Pipeline
import Testing

@Suite struct TopologyTests {
    private func existing(_ partitions: Int32, without missing: String? = nil) -> [String: Int32] {
        var topics: [String: Int32] = [:]
        for topic in OutputTopic.allCases { topics[topic.name] = partitions }
        for input in Topology.defaultInputs {
            topics[input] = partitions
            topics[Topology.deadLetters(of: input)] = partitions
        }
        if let missing { topics[missing] = nil }
        return topics
    }

    @Test func fittingTopicsAreTaken() throws {
        let topology = try Topology(inputs: Topology.defaultInputs, existing: existing(8))
        #expect(topology.partitions == 8)
        #expect(topology.outputs.count == OutputTopic.allCases.count + 2)
    }

    @Test func aMissingTopicIsNamedWithItsRemedy() throws {
        let fault = try #require(throws: Fault.self) {
            try Topology(inputs: Topology.defaultInputs, existing: existing(8, without: "shopstream.signals.v1"))
        }
        #expect(fault.recovery == .stop(exitCode: 78))
        #expect(fault.description.contains("shopstream.signals.v1"))
        #expect(fault.description.contains("topics apply"))
    }

    @Test func unequalPartitionCountsAreRefusedByName() throws {
        var topics = existing(8)
        topics["storefront.reviews.v1"] = 4
        let fault = try #require(throws: Fault.self) {
            try Topology(inputs: Topology.defaultInputs, existing: topics)
        }
        #expect(fault.recovery == .stop(exitCode: 78))
        #expect(fault.description.contains("storefront.reviews.v1 has 4"))
    }

    @Test func plainOutputsMayHaveOtherCounts() throws {
        var topics = existing(8)
        topics["insights.churn-alerts.v1"] = 3
        let topology = try Topology(inputs: Topology.defaultInputs, existing: topics)
        #expect(topology.outputPartitions[Int(OutputTopic.churnAlerts.rawValue)] == 3)
    }
}
