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
        return try audit(rig)
    }

    private func audit(_ rig: ShopRig) throws -> AuditReport {
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

    // MARK: what other commands do

    private func expectAgreement(_ rig: ShopRig, letters: Int) throws {
        let summary = summary(try audit(rig))
        let agrees = summary.agrees
        #expect(agrees, "\(summary.text(.plain).prefix(1_500))")
        #expect(summary.checked["dead letters"] == UInt64(letters), "\(summary.checked)")
    }

    private func letters(_ rig: ShopRig) throws -> Int {
        try rig.topology.inputs.reduce(0) { count, input in
            try count + rig.log.records(in: Topology.deadLetters(of: input)).count { DeadLetter($0.headers) != nil }
        }
    }

    private func replay(_ rig: ShopRig, _ request: DeadLetterRequest) throws -> Int {
        let existing = try rig.log.topics()
        let shelf = try DeadLetterShelf([], existing: existing)
        let clock = WallClock { [log = rig.log] in log.now }
        return try DeadLetterReplay(
            rig.log.newIncarnation(of: "replay"),
            shelf,
            try DeadLetterJudge(request, shelf, existing: existing),
            group: rig.settings.group,
            clock: clock,
            sleep: { [log = rig.log] in log.advance(by: $0) },
            stop: StopFlag()
        )
        .run().total
    }

    /// What is still bad comes back as a letter of its own, behind the notes of what was sent.
    @Test func deadLettersThatWereSentBackAreNoFaults() throws {
        let rig = try ShopRig(days: 6)
        try rig.runToEnd()
        let before = try letters(rig)
        try #require(before > 3)
        #expect(try replay(rig, DeadLetterRequest(limit: 2)) == 2)
        try rig.runToEnd()
        try expectAgreement(rig, letters: before + 2)
        let sent = try replay(rig, DeadLetterRequest())
        #expect(sent == before, "the rest, and the two that came back")
        try rig.runToEnd()
        #expect(try letters(rig) == 2 * before + 2)
        try expectAgreement(rig, letters: 2 * before + 2)
    }

    /// Everything is said a second time; what the second fold says must be right all the same.
    @Test(arguments: [false, true]) func aResetIsNoFault(isCompacted: Bool) throws {
        let rig = try ShopRig(days: 6)
        try rig.runToEnd()
        let before = try letters(rig)
        _ = try rig.reset(.earliest)
        try rig.runToEnd()
        if isCompacted {
            // Without a tombstone, the checkpoints remember.
            for topic in [OutputTopic.customersChangelog, .productsChangelog] { try rig.log.compact(topic.name) }
        }
        #expect(try letters(rig) == 2 * before)
        let report = try audit(rig)
        let text = summary(report).text(.plain)
        let agrees = report.agrees
        #expect(agrees, "\(text.prefix(1_500))")
        #expect(report.checked["dead letters"] == UInt64(before))
        let notes = report.notes
        #expect(notes.contains { $0.contains("the memory was reset") })
        guard !isCompacted else { return }
        let victim = try #require(
            try rig.log.records(in: OutputTopic.customersChangelog.name)
                .last { $0.keyText?.hasPrefix("customer/") == true && $0.value != nil }
        )
        try rig.log.tamper(victim.place) { record in record.offset == victim.offset ? nil : record }
        #expect(try !audit(rig).agrees, "a lost record of the second fold is found")
    }

    /// Who is kept forgotten stands behind the reset, before anything is folded.
    @Test func aResetAfterAnErasureIsNoFault() throws {
        let rig = try ShopRig(days: 6, hasErasures: true)
        try rig.runToEnd()
        let known = try rig.state(.customersChangelog).keys.filter { $0.contains(" customer/") }.sorted()
        try rig.erase(String(try #require(known.first).drop { $0 != "/" }.dropFirst()))
        try rig.runToEnd()
        _ = try rig.reset(.earliest)
        try rig.runToEnd()
        try expectAgreement(rig, letters: try letters(rig) / 2)
    }

    @Test func aResetToTheEndIsNoFault() throws {
        let rig = try ShopRig(days: 6)
        try rig.runToEnd()
        let before = try letters(rig)
        _ = try rig.reset(.latest)
        try rig.runToEnd()
        try expectAgreement(rig, letters: before)
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
