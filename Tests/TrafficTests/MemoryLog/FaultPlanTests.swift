import Events
import Pipeline
import Testing

@testable import Traffic

@Suite struct FaultPlanTests {
    private static let place = TopicPartition("in", 0)

    /// One call of each port at each kind of step, in this order of steps:
    /// initialize begin send offsets commit afterCommit begin abort poll committed fetch bounds poll poll release.
    private func walk(_ desk: Desk) throws {
        try desk.log.append("in", 0, key: "k", value: "v")
        let outlet = try desk.outlet()
        let inlet = try desk.inlet("a")
        try outlet.begin()
        try outlet.send("x")
        try outlet.commit([Self.place: 1])
        try outlet.begin()
        try outlet.abort()
        _ = try inlet.take()
        _ = try inlet.committed([Self.place])
        try inlet.fetch(from: [Self.place: 0])
        _ = try inlet.bounds(of: [Self.place])
        _ = try inlet.take()
        _ = try desk.inlet("b")
        _ = try inlet.take()
        try inlet.release(assignment: both(0...3))
    }

    // MARK: Counting

    @Test func countsStepsWithoutFaults() throws {
        let desk = Desk()
        try walk(desk)
        #expect(desk.log.stepCount == 15)
        for step in FaultPlan.Step.allCases {
            #expect(desk.log.stepCount(of: step) == [.begin: 2, .poll: 3][step] ?? 1, "\(step)")
        }
        #expect(desk.log.injections.isEmpty)
    }

    /// Every index is the same step in each run, up to the fault and, for a retry, behind it.
    @Test func indicesAreStable() throws {
        func step(at index: Int) throws -> FaultPlan.Moment? {
            let desk = Desk(faults: .at(index, .fatal))
            do { try walk(desk) } catch let fault as Fault { #expect(fault.code == "_FATAL") }
            return desk.log.injections.first?.moment
        }
        let steps = try (0..<15).map { try step(at: $0) }
        #expect(steps.map { $0?.index } == Array(0..<15))
        let kinds: [FaultPlan.Step] = [
            .initialize, .begin, .send, .offsets, .commit, .afterCommit, .begin, .abort, .poll, .committed, .fetch,
            .bounds, .poll, .poll, .release,
        ]
        #expect(steps.map { $0?.step } == kinds)
        #expect(steps.map { $0?.nth } == [1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2, 3, 1])
        #expect(try step(at: 15) == nil)
    }

    @Test func withoutOffsetsTheirStepIsNotCounted() throws {
        let desk = Desk()
        try desk.outlet().transact("a")
        #expect(desk.log.stepCount(of: .offsets) == 0)
        #expect(desk.log.stepCount(of: .afterCommit) == 1)
    }

    @Test func namesTheNthOfAKind() throws {
        let desk = Desk(faults: .at(.begin, 2, .retriable))
        let outlet = try desk.outlet()
        try outlet.transact("a")
        #expect(fault { try outlet.begin() }.recovery == .retry)
        try outlet.begin()
        #expect(desk.log.injections.map(\.description) == ["retriable at step 5: begin 2"])
    }

    @Test func plansCombine() throws {
        let desk = Desk(faults: FaultPlan.at(.begin, 1, .retriable).and(.at(.begin, 2, .fatal)))
        let outlet = try desk.outlet()
        #expect(fault { try outlet.begin() }.recovery == .retry)
        #expect(fault { try outlet.begin() }.recovery == .restartLine)
    }

    @Test func randomPlansRepeat() {
        func draws(_ seed: UInt64, _ gap: Int, limit: Int = .max) -> [FaultPlan.Injection] {
            var counter = StepCounter(.random(seed: seed, gap: gap, kinds: [.retriable, .fatal], limit: limit))
            for index in 0..<2_000 { _ = counter.next(FaultPlan.Step.allCases[index % 12]) }
            return counter.injections
        }
        #expect(draws(1, 20) == draws(1, 20))
        #expect(draws(1, 20) != draws(2, 20))
        #expect((60...140).contains(draws(1, 20).count))
        #expect(draws(1, 20, limit: 3) == Array(draws(1, 20).prefix(3)))
        #expect(Set(draws(1, 20).map(\.kind)) == [.retriable, .fatal])
        #expect(draws(1, 1).count == 2_000)
    }

    // MARK: Effects

    /// The recovery that each kind leads to, step by step, as the table above `FaultEffect` says.
    @Test(arguments: FaultKind.allCases) func effectsFollowTheTable(_ kind: FaultKind) throws {
        for (index, step) in [
            FaultPlan.Step.initialize, .begin, .send, .offsets, .commit, .afterCommit, nil, .abort, .poll, .committed,
            .fetch, .bounds,
        ].enumerated() {
            guard let step else { continue }
            let desk = Desk(faults: .at(index, kind))
            let struck = fault { try walk(desk) }
            #expect(struck.recovery == Self.recovery(of: kind, at: step), "\(kind) at \(step)")
            #expect(desk.log.injections == [.init(moment: .init(index: index, step: step, nth: 1), kind: kind)])
        }
    }

    private static func recovery(of kind: FaultKind, at step: FaultPlan.Step) -> Fault.Recovery {
        switch (kind, step) {
        case (.processGone, _): .stop(exitCode: 0)
        case (.fenced, _): .stop(exitCode: Fault.Exit.fenced)
        case (.fatal, _): .restartLine
        case (.retriable, _): .retry
        case (_, .send), (.abortRequired, .offsets), (.abortRequired, .commit): .abortBatch
        case (_, .afterCommit), (_, .offsets), (_, .commit): .restartLine
        case (.unknownButCommitted, .abort), (.unknownAndAborted, .abort): .restartLine
        default: .retry
        }
    }

    @Test func retriesGoOnWhereTheyStopped() throws {
        for step in [FaultPlan.Step.offsets, .commit, .afterCommit] {
            let desk = Desk(faults: .at(step, 1, .retriable))
            let inlet = try desk.inlet("a")
            _ = try inlet.take()
            let outlet = try desk.outlet()
            try outlet.begin()
            try outlet.send("a")
            outlet.startCommit(offsets: [Self.place: 1], membership: try #require(inlet.membership))
            #expect(fault { _ = try outlet.commitDone(wait: 0) }.recovery == .retry)
            #expect(try outlet.commitDone(wait: 0))
            #expect(try desk.values("out") == ["a"])
            #expect(try inlet.committed([Self.place]) == [Self.place: 1])
            for counted in [FaultPlan.Step.offsets, .commit, .afterCommit] {
                #expect(desk.log.stepCount(of: counted) == (counted == step ? 2 : 1))
            }
            try outlet.transact("b")
        }
    }

    @Test(arguments: [FaultPlan.Step.offsets, .commit]) func theUnknownCommitHappened(_ step: FaultPlan.Step) throws {
        let desk = Desk(faults: .at(step, 1, .unknownButCommitted))
        try expectUnknown(desk)
        #expect(try desk.values("out") == ["a"])
        #expect(desk.log.offsets(of: Desk.group) == [Self.place: 1])
    }

    @Test(arguments: [FaultPlan.Step.offsets, .commit]) func theUnknownCommitWasAborted(_ step: FaultPlan.Step) throws {
        let desk = Desk(faults: .at(step, 1, .unknownAndAborted))
        try expectUnknown(desk)
        #expect(try desk.values("out").isEmpty)
        #expect(try desk.values("out", .uncommitted) == ["a"])
        #expect(desk.log.offsets(of: Desk.group).isEmpty)
        #expect(desk.log.openTransactions.isEmpty)
    }

    /// Either way the caller hears the same, and the outlet is of no more use.
    private func expectUnknown(_ desk: Desk) throws {
        let inlet = try desk.inlet("a")
        _ = try inlet.take()
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.send("a")
        let unknown = fault { try outlet.commit([Self.place: 1], as: try #require(inlet.membership)) }
        #expect(unknown.code == "_TIMED_OUT")
        #expect(unknown.recovery == .restartLine)
        #expect(fault { try outlet.begin() }.code == "_TIMED_OUT")
        #expect(fault { _ = try outlet.commitDone(wait: 0) }.code == "_TIMED_OUT")
    }

    @Test func aFaultBehindTheCommitLeavesItCommitted() throws {
        for kind in FaultKind.allCases {
            let desk = Desk(faults: .at(.afterCommit, 1, kind))
            let outlet = try desk.outlet()
            _ = fault { try outlet.transact("a") }
            #expect(try desk.values("out") == ["a"], "\(kind)")
        }
    }

    @Test func initializeMayHaveHappened() throws {
        let desk = Desk(faults: .at(.initialize, 2, .unknownButCommitted))
        let old = try desk.outlet()
        let young = try desk.log.makeOutlet(transactionalId: "line-0", topics: ["out"])
        #expect(fault { try young.initialize() }.recovery == .retry)
        #expect(fault { try old.begin() }.code == "_FENCED")
        try young.initialize()
        try young.transact("a")
        #expect(try desk.values("out") == ["a"])
    }

    @Test func fencingTakesTheNameOver() throws {
        let desk = Desk(faults: .at(.commit, 1, .fenced))
        let outlet = try desk.outlet()
        #expect(fault { try outlet.transact("a") }.code == "_FENCED")
        #expect(desk.log.openTransactions.isEmpty)
        #expect(fault { try outlet.begin() }.code == "_FENCED")
        #expect(try desk.values("out").isEmpty)
    }

    @Test func producersBreakForGood() throws {
        let desk = Desk(faults: .at(.send, 1, .fatal))
        let outlet = try desk.outlet()
        try outlet.begin()
        #expect(fault { try outlet.send("a") }.recovery == .restartLine)
        let calls: [() throws -> Void] = [
            { try outlet.send("b") }, { try outlet.commit() }, { try outlet.abort() }, { try outlet.begin() },
            { try outlet.initialize() },
        ]
        for call in calls { #expect(fault { try call() }.code == "_FATAL") }
        try desk.outlet().transact("c")
        #expect(try desk.values("out") == ["c"])
    }

    @Test func consumersBreakForGood() throws {
        for kind in [FaultKind.fatal, .fenced] {
            let desk = Desk(faults: .at(.poll, 1, kind))
            let inlet = try desk.inlet("a")
            let struck = fault { _ = try inlet.take() }
            #expect(fault { _ = try inlet.committed([]) }.code == struck.code)
            #expect(fault { try inlet.fetch(from: [:]) }.recovery == struck.recovery)
        }
        let desk = Desk(faults: .at(.poll, 1, .fenced))
        let reader = try desk.reader("in")
        #expect(fault { _ = try reader.take() }.recovery == .restartLine)
    }
}

@Suite struct ProcessTests {
    @Test func aDeadProcessStaysDead() throws {
        let desk = Desk(faults: .at(.send, 1, .processGone))
        let inlet = try desk.inlet("a")
        let reader = try desk.reader("in")
        let outlet = try desk.outlet()
        try outlet.begin()
        let end = fault { try outlet.send("x") }
        #expect(end.isProcessGone)
        #expect(end.recovery == .stop(exitCode: 0))
        let calls: [() throws -> Void] = [
            { try outlet.abort() }, { try outlet.begin() }, { _ = try outlet.commitDone(wait: 0) },
            { _ = try inlet.take() }, { try inlet.release(assignment: []) }, { _ = try reader.take() },
            { _ = try desk.inlet("b") }, { _ = try desk.outlet("other") }, { _ = try desk.reader("in") },
        ]
        for call in calls { #expect(fault { try call() }.isProcessGone) }
        desk.log.newIncarnation()
        for call in calls.prefix(6) { #expect(fault { try call() }.isProcessGone) }
        try desk.outlet().transact("alive")
        #expect(try desk.values("out") == ["alive"])
    }

    @Test func deathTidiesNothingUp() throws {
        let desk = Desk()
        let process = desk.log.newIncarnation(of: "p")
        let outlet = try desk.outlet(on: process)
        try outlet.begin()
        try outlet.send("open")
        let inlet = try desk.inlet("a", on: process)
        _ = try inlet.take()
        process.kill()
        #expect(process.isGone)
        inlet.close(leave: true)
        outlet.close()
        #expect(desk.log.openTransactions == ["line-0"])
        #expect(desk.log.members(of: Desk.group).map(\.instance) == ["a"])
        let heir = desk.log.newIncarnation(of: "p")
        _ = try desk.outlet(on: heir)
        #expect(desk.log.openTransactions.isEmpty)
        #expect(try desk.inlet("a", on: heir).change() == .assigned(both(0...3)))
    }

    @Test func processesDieAlone() throws {
        let desk = Desk()
        let one = desk.log.newIncarnation(of: "one")
        let two = desk.log.newIncarnation(of: "two")
        let kept = try desk.outlet("two", on: two)
        desk.log.newIncarnation(of: "one")
        #expect(one.isGone)
        #expect(!two.isGone)
        try kept.transact("a")
        try desk.outlet("main").transact("b")
        #expect(try desk.values("out") == ["a", "b"])
        #expect(try two.topics() == desk.log.topics())
        #expect(two.capabilities == .kafka)
    }
}
