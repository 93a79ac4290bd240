import Configuration
import Pipeline
import Testing

@testable import shopstream

@Suite struct InputTopicsTests {
    static let existing = [
        "storefront.clickstream.v1", "storefront.reviews.v1", "storefront.catalog.v1", "dlq.storefront.reviews.v1",
        "insights.recommendations.v1", "rudder-orders",
    ]

    private func resolve(_ flags: [Setting: ConfigContent]) throws -> [String] {
        try InputTopics.resolve(Settings(SettingsSources(commandLine: flags)), existing: Self.existing)
    }

    @Test func `the usual topics, a list, or a pattern`() throws {
        #expect(try resolve([:]) == Topology.defaultInputs)
        #expect(try resolve([.inputs: .stringArray(["b", "a", "b"])]) == ["a", "b"])
        let both = ["storefront.clickstream.v1", "storefront.reviews.v1"]
        #expect(try resolve([.inputsPattern: .string("storefront")]) == both)
        #expect(try resolve([.inputsPattern: .string("^rudder-")]) == ["rudder-orders"])
    }

    @Test(arguments: ["[", "^nothing$", "^insights"])
    func `a pattern that finds nothing is refused`(pattern: String) {
        let error = #expect(throws: Exit.self) { try resolve([.inputsPattern: .string(pattern)]) }
        #expect(error?.code == 78)
    }

    @Test func `what Shopstream writes cannot be read`() {
        let own: [Setting: ConfigContent] = [.inputs: .stringArray(["insights.recommendations.v1"])]
        #expect(throws: Exit(.configuration, "inputs: insights.recommendations.v1 is written by Shopstream")) {
            try resolve(own)
        }
    }
}
