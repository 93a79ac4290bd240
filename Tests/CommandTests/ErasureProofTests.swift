import Events
import Kafka
import Pipeline
import Testing
import Traffic

@testable import shopstream

/// What is proven of somebody who asked to be forgotten, from the topics alone.
@Suite("Proof of an erasure")
struct ErasureProofTests {
    private static let hour = EventTime.hour

    private func prove(_ rig: ShopRig, _ user: String, _ pseudonyms: Pseudonyms = Pseudonyms()) throws
        -> ErasureProof.Report
    {
        let compacted = Set(OutputTopic.allCases.filter(\.isCompacted).map(\.name))
        return try ErasureProof.run(
            cluster: rig.log.newIncarnation(),
            topology: rig.topology,
            keeping: { topic in
                ErasureProof.Keeping(isCompacted: compacted.contains(topic), longest: Self.hour)
            },
            user: user,
            pseudonyms: pseudonyms
        )
    }

    /// Somebody of whom there is state and a list.
    private func somebody(_ rig: ShopRig) throws -> String {
        let known = try rig.state(.customersChangelog).keys.compactMap { key in
            key.split(separator: "/").last.map(String.init)
        }
        let customer = try #require(known.min())
        let partition = Array(customer.utf8).withUnsafeBytes { Hash.partition(of: Bytes($0), among: 2) }
        let list = "{\"userId\":\"\(customer)\"}"
        try rig.log.append(
            OutputTopic.recommendations.name,
            partition,
            key: customer,
            value: list,
            timestamp: 1_800_000_000_000
        )
        return customer
    }

    private func standing(_ report: ErasureProof.Report, _ topic: String) -> ErasureProof.Finding.Standing? {
        report.findings.first { $0.topic == topic }?.standing
    }

    @Test func whoNeverAskedIsFound() throws {
        let rig = try ShopRig(hasErasures: true)
        try rig.runToEnd()
        let customer = try somebody(rig)
        let report = try prove(rig, customer)
        #expect(!report.holds && !report.isSuppressed)
        #expect(standing(report, OutputTopic.customersChangelog.name) == .live(1))
        #expect(standing(report, OutputTopic.recommendations.name) == .live(1))
        #expect(standing(report, Topology.defaultInputs[0]) == .shops)
        #expect(standing(report, OutputTopic.models.name) == .gone(by: nil))
    }

    @Test func whoAskedIsGoneAndTheRestHasItsDate() throws {
        let rig = try ShopRig(hasErasures: true)
        try rig.runToEnd()
        let customer = try somebody(rig)
        try rig.log.append(
            OutputTopic.churnAlerts.name,
            0,
            key: customer,
            value: "{\"userId\":\"\(customer)\"}",
            timestamp: 1_800_000_000_000
        )
        try rig.erase(customer)
        try rig.runToEnd()
        let report = try prove(rig, customer)
        #expect(report.holds && report.isSuppressed)
        guard case .gone(by: .some) = standing(report, OutputTopic.customersChangelog.name) else {
            Issue.record("the old records leave by a date: \(report)")
            return
        }
        let alerts = standing(report, OutputTopic.churnAlerts.name)
        #expect(alerts == .leaving(1, by: 1_800_000_000_000 + Self.hour))
        let other = try Pseudonyms(file: "k1 000102030405060708090a0b0c0d0e0f")
        #expect(try prove(rig, customer, other).holds, "the public key is always tried")
    }

    @Test func afterAResetItStillHolds() throws {
        let rig = try ShopRig(hasErasures: true)
        try rig.runToEnd()
        let customer = try somebody(rig)
        try rig.erase(customer)
        try rig.runToEnd()
        _ = try rig.reset(.earliest)
        #expect(try prove(rig, customer).holds)
        try rig.runToEnd()
        #expect(try prove(rig, customer).holds)
    }

    @Test func anIdThatIsPartOfAnotherIsNotMistaken() throws {
        let rig = try ShopRig(days: 0, hasErasures: true)
        let topic = OutputTopic.churnAlerts.name
        try rig.log.append(topic, 0, key: "u12", value: #"{"userId":"u12"}"#, timestamp: 1_800_000_000_000)
        #expect(standing(try prove(rig, "u1"), topic) == .gone(by: nil))
        #expect(standing(try prove(rig, "u12"), topic) == .leaving(1, by: 1_800_000_000_000 + Self.hour))
        try rig.log.append(topic, 0, key: "x", value: #"{"userId":"a\"b"}"#, timestamp: 1_800_000_000_000)
        #expect(standing(try prove(rig, "a\"b"), topic) == .leaving(1, by: 1_800_000_000_000 + Self.hour))
    }

    @Test func whatIsProvenIsSaidByTopicAndDate() {
        let report = ErasureProof.Report(
            findings: [
                .init(topic: "a", standing: .gone(by: nil)), .init(topic: "b", standing: .gone(by: 2_000_000_000_000)),
                .init(topic: "c", standing: .leaving(2, by: 1_900_000_000_000)), .init(topic: "d", standing: .shops),
            ],
            isSuppressed: true
        )
        let text = ErasureSummary(report, now: 1_800_000_000_000).text(.plain)
        #expect(
            text == """
                gone     a  no record
                gone     b  no live record; older ones are compacted away by 2033-05-18T03:33:20.000Z
                leaving  c  2 records, gone by 2030-03-17T17:46:40.000Z
                yours    d  the shop's own topic: not read here

                forgotten  history that is folded again cannot bring the user back
                """
        )
        let later = ErasureSummary(report, now: 2_100_000_000_000).text(.plain)
        #expect(later.contains("gone     b  no record"))
        var live = report
        live.findings.append(.init(topic: "e", standing: .live(1)))
        live.findings.append(.init(topic: "f", standing: .leaving(1, by: nil)))
        live.isSuppressed = false
        let bad = ErasureSummary(live, now: 0)
        #expect(!bad.holds && bad.text(.plain).contains("LIVE     e  1 live record"))
        #expect(bad.text(.plain).contains("KEPT     f  1 record, and the topic keeps them for ever"))
        #expect(bad.text(.plain).contains("\n\nnot forgotten  no suppression is kept"))
        #expect(
            bad.json.contains(#"{"goneBy":"2030-03-17T17:46:40.000Z","records":2,"standing":"leaving","topic":"c"}"#)
        )
    }

    @Test func aTopicKeepsByItsOwnSettings() {
        func keeping(_ configs: [String: String]) -> ErasureProof.Keeping {
            ErasureProof.Keeping(
                TopicState(name: "t", partitions: 1, configs: configs.mapValues { .init(value: $0, isOwn: true) })
            )
        }
        let day = EventTime.day
        #expect(keeping(["retention.ms": "1000", "segment.ms": "10"]) == .init(isCompacted: false, longest: 1_010))
        #expect(keeping([:]) == .init(isCompacted: false, longest: 14 * day))
        #expect(keeping(["retention.ms": "-1"]) == .init(isCompacted: false, longest: nil))
        let compacted = ["cleanup.policy": "compact", "max.compaction.lag.ms": "3600000", "segment.ms": "600000"]
        #expect(keeping(compacted) == .init(isCompacted: true, longest: 4_200_000))
        #expect(keeping(["cleanup.policy": "compact"]) == .init(isCompacted: true, longest: nil))
    }
}
