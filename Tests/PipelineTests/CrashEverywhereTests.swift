import Events
import Pipeline
import Testing
import Traffic

/// For every step of a run and every kind of fault at it: state and outputs are those of the run without faults.
@Suite struct CrashEverywhereTests {
    private func rig(faults: FaultPlan = .none) throws -> Rig {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        try rig.load(.single())
        rig.log.faults = faults
        return rig
    }

    func cleanRun() throws -> (Remains, Int) {
        let rig = try rig()
        try rig.runToEnd()
        return (try Remains(rig), rig.log.stepCount)
    }

    @Test func theCleanRunLeavesSomethingOfEverything() throws {
        let (remains, steps) = try cleanRun()
        #expect(steps > 50)
        #expect(remains.customers.count == 5)
        #expect(remains.products.keys.contains("product/p1"))
        #expect(remains.products.keys.contains("category/c1"))
        #expect(!remains.alerts.isEmpty)
        #expect(remains.sentiments.count > 4)
        #expect(remains.deadLetters.count == 2)
    }

    @Test(arguments: FaultKind.allCases)
    func aFaultAtAnyStepChangesNothing(kind: FaultKind) throws {
        let (expected, steps) = try cleanRun()
        for index in 0..<steps {
            let rig = try rig(faults: .at(index, kind))
            try rig.runToEnd()
            let difference = try Remains(rig).difference(from: expected)
            try #require(difference == nil, "\(kind) at \(index): \(rig.log.injections)")
            try RecommendationRules.check(rig)
        }
        print("CrashEverywhere: \(kind.rawValue) at each of \(steps) steps, all as without faults")
    }

    @Test(arguments: 0..<40)
    func manyFaultsChangeNothing(seed: Int) throws {
        let (expected, _) = try cleanRun()
        let rig = try rig(faults: .random(seed: UInt64(seed), gap: 25, limit: 12))
        try rig.runToEnd()
        let difference = try Remains(rig).difference(from: expected)
        #expect(difference == nil, "seed \(seed): \(rig.log.injections)")
        try RecommendationRules.check(rig)
    }
}
