import Events
import Pipeline
import Testing
import Traffic

/// What is right is found right, whatever faults there were on the way.
@Suite struct AuditTests {
    @Test func aCleanRunAgrees() throws {
        let report = try AuditRig.run().audit()
        #expect(report.agrees, "\(report.text)")
        #expect(report.notes == [])
        for what in [
            "generations of state", "state records", "signals", "outputs", "lists", "dead letters",
            "customers recounted",
            "products recounted", "records folded by the journal",
        ] { #expect(report.checked[what] ?? 0 > 0, "nothing was checked of: \(what)") }
    }

    @Test(arguments: 0..<12)
    func aRunWithFaultsAgrees(seed: Int) throws {
        let run = try AuditRig.run(faults: .random(seed: UInt64(seed), gap: 25, limit: 12))
        let report = try run.audit()
        #expect(report.agrees, "seed \(seed): \(report.text)\n\(run.rig.log.injections)")
        #expect(report.notes == [])
    }

    @Test func withoutACheckpointTheJournalIsEnough() throws {
        let rig = try Rig(inputs: [Script.clicks, Script.reviews], partitions: 2)
        rig.settings.checkpointInterval = 1_000_000
        try rig.load(.spread())
        let line = rig.makeLine()
        for _ in 0..<400 where try line.turn() { rig.log.advance(by: 7) }
        let report = try AuditRig(rig).audit()
        #expect(report.agrees, "\(report.text)")
        #expect(report.checked["generations of state"] == nil)
        #expect(report.checked["records folded by the journal"] ?? 0 > 0)
    }

    @Test func aCompactedChangelogIsCheckedAsFarAsItGoes() throws {
        let run = try AuditRig.run()
        for topic in OutputTopic.allCases where topic.isCompacted { try run.rig.log.compact(topic.name) }
        let report = try run.audit()
        #expect(report.agrees, "\(report.text)")
        #expect(report.notes.contains { $0.contains("compaction has left one generation") })
        #expect(report.notes.contains { $0.contains("of before what could be folded") })
        #expect(report.checked["customers recounted"] == 8)
    }

    @Test func inputsThatAreGoneAreSaidAndSkipped() throws {
        let run = try AuditRig.run()
        try run.rig.log.trim(Script.clicks, 0, before: 20)
        let report = try run.audit()
        #expect(report.agrees, "\(report.text)")
        #expect(report.notes.contains { $0.contains("now begins at 20") })
        #expect(report.notes.contains { $0.contains("not counted from zero") })
    }

    /// Two lines share the partitions, one of them goes without leaving, the other takes over.
    @Test(arguments: 0..<4)
    func severalLinesAgree(seed: Int) throws {
        var options = MemoryLog.Options()
        options.shuffleSeed = UInt64(seed)
        options.fetchQuantum = 3
        let rig = try Rig(inputs: [Script.clicks, Script.reviews], partitions: 2, options: options)
        rig.settings.untilEnd = false
        rig.settings.recordsPerPoll = 5
        rig.settings.projectionInterval = 20
        try rig.load(.spread())
        let mortal = rig.log.newIncarnation(of: "b")
        let lines = [
            rig.makeLine(name: "a-0", on: rig.log.newIncarnation(of: "a")), rig.makeLine(name: "b-0", on: mortal),
        ]
        for turn in 0..<400 + seed * 7 {
            if turn == 60 + seed * 5 { mortal.kill() }
            if turn == 100 { rig.log.advance(by: 60_000) }
            _ = try lines[0].turn()
            if !mortal.isGone { _ = try lines[1].turn() }
            rig.log.advance(by: 7)
        }
        let report = try AuditRig(rig).audit()
        #expect(report.agrees, "seed \(seed): \(report.text)")
        #expect(report.checked["customers recounted"] == 8, "\(report.text)")
    }

    @Test func aClusterThatEnforcesNothingIsCheckedForLosses() throws {
        let run = try AuditRig.run()
        try run.add(#require(run.records(OutputTopic.churnAlerts.name).last))
        let report = try run.audit(
            capabilities: .init(
                enforcesTransactions: false,
                storesTransactionalOffsets: false,
                keepsCompactedTopics: false
            )
        )
        #expect(report.agrees, "\(report.text)")
        #expect(report.notes.contains { $0.contains("does not enforce transactions") })
        #expect(report.checked["dead letters"] ?? 0 > 0)
        #expect(report.checked["lists"] ?? 0 > 0)
        #expect(report.checked["generations of state"] == nil)
        try run.drop(#require(run.records(Topology.deadLetters(of: Script.clicks)).first))
        #expect(
            try run.audit(
                capabilities: .init(
                    enforcesTransactions: false,
                    storesTransactionalOffsets: false,
                    keepsCompactedTopics: false
                )
            ).kinds == ["missing dead letter"]
        )
    }

    @Test func nothingAtAllAgrees() throws {
        let rig = try Rig(inputs: [Script.clicks], partitions: 2)
        let report = try AuditRig(rig).audit()
        #expect(report.agrees, "\(report.text)")
    }
}
