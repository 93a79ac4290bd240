import Events
import Foundation
import Pipeline
import Testing
import Traffic

@testable import shopstream

@Suite("What verify says")
struct VerifyTests {
    /// The shop's topics after a run, with one alert more than there should be.
    private func report(tampered: Bool) throws -> AuditReport {
        let rig = try ShopRig(days: 4)
        try rig.runToEnd()
        if tampered {
            try rig.log.append(OutputTopic.churnAlerts.name, 0, key: "u000001", value: "{\"messageId\":\"churn-1\"}")
        }
        var bounds: [TopicPartition: LogBounds] = [:]
        for place in Audit.partitions(of: rig.topology) { bounds[place] = try rig.log.bounds(of: place) }
        let cut = AuditCut(committed: rig.log.offsets(of: rig.settings.group), bounds: bounds)
        return try Audit(rig.log, rig.topology, rig.settings, cut, capabilities: .kafka).run()
    }

    private func summary(_ report: AuditReport, showsCustomers: Bool = false) -> VerifySummary {
        VerifySummary(report, group: "g", records: 7, use: .now().since(.now()), showsCustomers: showsCustomers)
    }

    @Test func aShopThatIsAsItShouldBeAgrees() throws {
        let summary = summary(try report(tampered: false))
        #expect(summary.agrees && summary.findings.isEmpty && summary.unfolded == 0, "\(summary.text(.plain))")
        #expect(summary.text(.plain).hasSuffix("everything agrees"))
        #expect(summary.checked["customers recounted"] ?? 0 > 10)
    }

    @Test func aFindingNamesItsPlaceAndNoCustomer() throws {
        let report = try report(tampered: true)
        let text = summary(report).text(.plain)
        #expect(text.contains("extra output  insights.churn-alerts.v1[0] at "), "\(text)")
        #expect(text.hasSuffix("1 disagreement") && !text.contains("u000001"))
        #expect(summary(report, showsCustomers: true).text(.plain).contains("(u000001)"))
    }

    @Test func programsReadJSON() throws {
        let json = summary(try report(tampered: true)).json
        let read = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(read["agrees"] as? Bool == false)
        #expect((read["disagreements"] as? [String: Int]) == ["extra": 1])
        #expect(!json.contains("u000001"))
    }

    @Test func onlyTwoEqualLooksAreAMomentAtRest() {
        let place = TopicPartition("t", 0)
        let first = AuditCut(committed: [place: 1], bounds: [place: LogBounds(start: 0, end: 4)])
        var second = first
        second.bounds[place] = LogBounds(start: 2, end: 4)
        #expect(AuditCut.atRest(first, second), "retention alone changes nothing")
        second.bounds[place] = LogBounds(start: 0, end: 5)
        #expect(!AuditCut.atRest(first, second))
        second = first
        second.committed[place] = 2
        #expect(!AuditCut.atRest(first, second))
    }
}
