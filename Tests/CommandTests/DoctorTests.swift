import Events
import Kafka
import Pipeline
import Testing

@testable import shopstream

@Suite("What the doctor finds")
struct DoctorTests {
    private static let inputs = Topology.defaultInputs

    private static func cluster(partitions: Int32 = 8) -> [String: Int32] {
        let names = inputs + inputs.map(Topology.deadLetters) + OutputTopic.allCases.map(\.name) + [Topology.catalog]
        return Dictionary(names.map { ($0, partitions) }, uniquingKeysWith: { first, _ in first })
    }

    private func grades(_ findings: [Finding]) -> [Finding.Grade] { findings.map(\.grade) }

    // MARK: topics

    @Test func aWholeClusterIsFine() {
        #expect(grades(TopicDiagnosis(inputs: Self.inputs, existing: Self.cluster()).findings) == [.fine, .fine])
    }

    @Test func missingTopicsAreNamedWithTheirRemedy() {
        var existing = Self.cluster()
        existing["storefront.reviews.v1"] = nil
        existing["dlq.storefront.clickstream.v1"] = nil
        let finding = TopicDiagnosis(inputs: Self.inputs, existing: existing).findings[0]
        #expect(finding.exitCode == .configuration && finding.remedy == "shopstream topics apply")
        #expect(finding.state == "missing: storefront.reviews.v1, dlq.storefront.clickstream.v1")
    }

    @Test func unequalPartitionsAreAFailure() {
        var existing = Self.cluster()
        existing["storefront.reviews.v1"] = 4
        let finding = TopicDiagnosis(inputs: Self.inputs, existing: existing).findings[1]
        #expect(finding.exitCode == .configuration && finding.state.contains("storefront.reviews.v1 has 4"))
    }

    @Test func aMissingCatalogueIsANote() {
        var existing = Self.cluster()
        existing[Topology.catalog] = nil
        #expect(TopicDiagnosis(inputs: Self.inputs, existing: existing).findings.last?.grade == .note)
    }

    @Test func aChangelogThatExpiresIsAFailure() {
        let states = [
            TopicState(
                name: "shopstream.customers.changelog",
                partitions: 8,
                configs: ["cleanup.policy": own("delete")]
            ),
            TopicState(name: "insights.recommendations.v1", partitions: 8, configs: ["cleanup.policy": own("delete")]),
            TopicState(name: "shopstream.signals.v1", partitions: 8, configs: ["cleanup.policy": own("delete")]),
            TopicState(
                name: "storefront.reviews.v1",
                partitions: 8,
                configs: ["message.timestamp.type": own("LogAppendTime")]
            ),
        ]
        let findings = SettingsDiagnosis(inputs: Self.inputs, states: states).findings
        #expect(grades(findings) == [.failure(.configuration), .warning, .note])
        #expect(grades(SettingsDiagnosis(inputs: Self.inputs, states: []).findings) == [.fine])
    }

    private func own(_ value: String) -> TopicState.Config { TopicState.Config(value: value, isOwn: true) }

    // MARK: records

    private func sample(_ records: (key: String?, value: String, partition: Int32)..., partitions: Int32 = 4)
        -> InputSample
    {
        var sample = InputSample(topic: "t", partitions: partitions)
        var decoder = Decoder()
        for record in records {
            var buffer = ByteBuffer()
            buffer.append(record.key ?? "")
            let start = buffer.count
            buffer.append(record.value)
            let key = record.key == nil ? Bytes.none : buffer.bytes(0..<start)
            let partition = record.partition >= 0 ? record.partition : Hash.partition(of: key, among: partitions)
            sample.add(
                Record(
                    topic: 0,
                    partition: partition,
                    offset: 0,
                    timestamp: 1_767_225_600_000,
                    key: key,
                    value: buffer.bytes(from: start),
                    handle: 0
                ),
                with: &decoder
            )
        }
        return sample
    }

    private static func view(_ user: String) -> String {
        """
        {"event":"Product Viewed","userId":"\(user)","timestamp":"2026-01-01T00:00:00Z","properties":{"product_id":"p"}}
        """
    }

    private func findings(_ sample: InputSample, now: EventTime = 1_767_225_600_000) -> [Finding] {
        InputDiagnosis(sample, now: now).findings
    }

    @Test func goodRecordsAreFine() {
        let good = sample(("u1", Self.view("u1"), -1), ("u2", Self.view("u2"), -1))
        #expect(grades(findings(good)) == [.fine] && InputDiagnosis.placement([good]).isEmpty)
        #expect(grades(findings(sample())) == [.note])
    }

    @Test func recordsWithoutKeysAreAFailure() {
        let found = findings(sample((nil, Self.view("u1"), 0), ("u2", Self.view("u2"), -1)))
        #expect(grades(found) == [.failure(.configuration)] && found[0].state == "t: 1 of 2 records have no key")
    }

    @Test func keysThatDisagreeAreAWarningThatNamesNobody() {
        let found = findings(sample(("u1", Self.view("u2"), -1)))
        #expect(grades(found) == [.warning] && !found[0].state.contains("u1") && !found[0].state.contains("u2"))
    }

    @Test func brokenRecordsAreCountedByReason() {
        let found = findings(sample(("u1", "{", -1), ("u1", Self.view("u1"), -1), ("u1", Self.view("u1"), -1)))
        #expect(grades(found) == [.note] && found[0].state.contains("malformed_json 1"))
        #expect(grades(findings(sample(("u1", "{", -1)))) == [.warning])
    }

    @Test func recordsOfTheFutureAreAWarning() {
        let found = findings(sample(("u1", Self.view("u1"), -1)), now: 1_767_225_600_000 - 10 * EventTime.minute)
        #expect(grades(found) == [.warning] && found[0].state.contains("10 minutes ahead"))
    }

    @Test func topicsThatPlaceCustomersDifferentlyAreAFailure() {
        let right = sample(("u1", Self.view("u1"), -1))
        let elsewhere = (Hash.partition(of: Bytes("u1"), among: 4) + 1) % 4
        let wrong = sample(("u1", Self.view("u1"), elsewhere))
        #expect(grades(InputDiagnosis.placement([right, wrong])) == [.failure(.configuration)])
        #expect(grades(InputDiagnosis.placement([wrong, wrong])) == [.warning])
    }

    // MARK: the group

    private let place = TopicPartition("t", 0)

    private func group(_ standing: GroupStanding?, committed: Int64?, start: Int64 = 0) -> [Finding] {
        GroupDiagnosis(
            group: "g",
            standing: standing,
            bounds: [place: LogBounds(start: start, end: 50)],
            committed: committed.map { [place: $0] } ?? [:]
        ).findings
    }

    @Test func lagIsCounted() {
        let found = group(GroupStanding(state: "Stable", members: ["a"]), committed: 20)
        #expect(grades(found) == [.fine, .fine] && found[1].state == "records to fold: t 30")
        #expect(grades(group(GroupStanding(state: "Dead", members: []), committed: nil)) == [.note, .note])
        #expect(grades(group(nil, committed: nil)) == [.note, .note])
    }

    @Test func deletedRecordsAreAFailure() {
        let found = group(nil, committed: 5, start: 10)
        #expect(found.last?.exitCode == .configuration && found.last?.remedy?.contains("reset") == true)
    }

    // MARK: the end

    @Test func theExitCodeIsThatOfTheWorst() {
        let wrong = Finding(.failure(.configuration), "a", "b")
        let gone = Finding(.failure(.unavailable), "a", "b")
        #expect(Finding.exitCode(of: [Finding(.warning, "a", "b"), Finding(.note, "a", "b")]) == nil)
        #expect(Finding.exitCode(of: [wrong]) == .configuration)
        #expect(Finding.exitCode(of: [wrong, gone]) == .unavailable)
    }

    @Test func aFindingIsALineWithItsRemedyBelow() {
        #expect(Finding(.fine, "topics", "all there").text(.plain) == "ok    topics        all there")
        let wrong = Finding(.warning, "clock", "late", remedy: "mend it").text(.plain)
        #expect(wrong == "warn  clock         late\n                    → mend it")
    }

    @Test func aClusterThatKeepsNothingIsSaidSo() {
        let mock = BrokerCapabilities(
            enforcesTransactions: false,
            storesTransactionalOffsets: false,
            keepsCompactedTopics: false
        )
        #expect(EnforcementDiagnosis.assumed(mock).grade == .warning)
        #expect(EnforcementDiagnosis.assumed(.kafka).grade == .note)
    }
}
