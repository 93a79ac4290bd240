import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// From the request to the last live record: who asked to be forgotten is nowhere, and comes back from nowhere.
@Suite struct ErasureTests {
    private static let somebody = "somebody-17"

    private func rig(partitions: Int32 = 2) throws -> Rig {
        try Rig(inputs: [Script.clicks, Topology.erasures], partitions: partitions)
    }

    @Test func theTopicIsReadWhereverItExists() throws {
        let rig = try rig()
        #expect(rig.topology.inputs == [Script.clicks, Topology.erasures] && rig.topology.hasErasures)
        let named = try Topology(inputs: [Topology.erasures, "a"], existing: rig.existing(with: "a"))
        #expect(named.inputs == ["a", Topology.erasures], "it stands last, whatever its name")
        let without = try Rig(inputs: [Script.clicks], partitions: 2)
        #expect(without.topology.inputs == [Script.clicks] && !without.topology.hasErasures)
    }

    @Test func whoAsksIsInNoLiveRecord() throws {
        let rig = try rig()
        for day: Int64 in [0, 7, 14] {
            try rig.visit(Self.somebody, day: day)
            try rig.visit("other", day: day)
        }
        try rig.runToEnd()
        for customer in [Self.somebody, "other"] { try rig.visit(customer, day: 16) }
        try rig.runToEnd()
        #expect(try rig.places(of: Self.somebody).count >= 2, "state and recommendation, or this proves nothing")
        let before = try rig.places(of: "other").count
        try rig.erase(Self.somebody, day: 20)
        try rig.runToEnd()
        #expect(try rig.places(of: Self.somebody) == [])
        #expect(try rig.places(of: "other").count == before)
        let kept = try rig.liveRecords(in: OutputTopic.customersChangelog.name).keys.filter { $0.contains("erased/") }
        #expect(kept.count == 1)
    }

    @Test func onlyWhatComesLaterIsKnown() throws {
        let rig = try rig()
        try rig.visit(Self.somebody, day: 0)
        try rig.runToEnd()
        try rig.erase(Self.somebody, day: 20)
        try rig.runToEnd()
        try rig.visit(Self.somebody, day: 10)
        try rig.runToEnd()
        #expect(try rig.places(of: Self.somebody) == [], "late, and from before")
        try rig.visit(Self.somebody, day: 30)
        try rig.runToEnd()
        #expect(try !rig.places(of: Self.somebody).isEmpty)
    }

    @Test func aRequestUnderAnotherKeyIsADeadLetter() throws {
        let rig = try rig()
        try rig.visit(Self.somebody, day: 0)
        try rig.erase(Self.somebody, day: 20, key: "somebody else")
        try rig.runToEnd()
        let letters = try rig.log.records(in: Topology.deadLetters(of: Topology.erasures))
        #expect(letters.count == 1)
        #expect(letters[0].headers.contains(Header("__dlq.errors.exception", "key_mismatch")))
        #expect(try !rig.places(of: Self.somebody).isEmpty)
    }

    @Test func aLostKeyStopsWithItsRemedy() throws {
        let rig = try rig()
        rig.settings.pseudonyms = try Pseudonyms(file: "k1 000102030405060708090a0b0c0d0e0f")
        try rig.erase(Self.somebody, day: 20)
        try rig.runToEnd()
        rig.settings.pseudonyms = Pseudonyms()
        rig.restart()
        let line = rig.makeLine()
        let fault = #expect(throws: Fault.self) {
            for _ in 0..<400 where try line.turn() { rig.log.advance(by: 7) }
        }
        #expect(fault?.code == "PSEUDONYM_KEY_MISSING" && fault?.description.contains("k1") == true)
        #expect(fault?.description.contains("--pseudonym-key-file") == true)
    }

    /// Requests and events come in whatever order fetching brings: a restart finds the state that the first line had.
    @Test(arguments: 1...6)
    func aRestartFindsTheSameState(seed: Int) throws {
        var options = MemoryLog.Options()
        options.shuffleSeed = UInt64(seed)
        options.fetchQuantum = 3
        let rig = try Rig(inputs: [Script.clicks, Script.reviews, Topology.erasures], partitions: 2, options: options)
        rig.settings.recordsPerPoll = 5
        rig.settings.checkpointInterval = seed % 2 == 0 ? 1_000_000 : 80
        try rig.load(.spread())
        for customer in 0..<5 { try rig.erase("u\(customer)", day: Int64(customer * 9)) }
        let first = rig.makeLine()
        for _ in 0..<400 where try first.turn() { rig.log.advance(by: 7) }
        let before = states(first)
        #expect(before.keys.count { $0.contains("erased/") } == 5)
        rig.restart()
        let second = rig.makeLine()
        for _ in 0..<400 where !second.isReady {
            _ = try second.turn()
            rig.log.advance(by: 7)
        }
        let after = states(second)
        let different = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        #expect(different.isEmpty, "seed \(seed): \(different.sorted())")
        if seed % 2 == 0 { #expect(second.counters.replayedRecords > 0) }
    }

    private func states(_ line: Line) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for shard in line.live {
            for (key, value) in shard.everything() { found["\(shard.stage.name) \(shard.partition) \(key)"] = value }
        }
        return found
    }

    // MARK: faults

    /// History, the request, more history: each is handled before the next comes, so that their order is the same in
    /// every run.
    private func crashRig(_ faults: FaultPlan) throws -> Rig {
        let rig = try rig(partitions: 1)
        rig.log.faults = faults
        try rig.visit(Self.somebody, day: 0)
        try rig.visit("other", day: 0)
        try rig.runToEnd()
        try rig.erase(Self.somebody, day: 20)
        try rig.runToEnd()
        for day: Int64 in [10, 30] {
            try rig.visit(Self.somebody, day: day)
            try rig.visit("other", day: day)
        }
        try rig.runToEnd()
        return rig
    }

    @Test(arguments: FaultKind.allCases)
    func aFaultAtAnyStepForgetsTheSame(kind: FaultKind) throws {
        let clean = try crashRig(.none)
        let expected = try Remains(clean)
        #expect(expected.customers.keys.contains { $0.hasPrefix("erased/") })
        for index in 0..<clean.log.stepCount {
            let rig = try crashRig(.at(index, kind))
            let difference = try Remains(rig).difference(from: expected)
            try #require(difference == nil, "\(kind) at \(index): \(rig.log.injections)")
        }
    }
}

extension Rig {
    fileprivate func existing(with topic: String) throws -> [String: Int32] {
        var existing = try log.topics()
        existing[topic] = topology.partitions
        existing[Topology.deadLetters(of: topic)] = topology.partitions
        return existing
    }
}
