import Events
import Pipeline
import Testing

@testable import Traffic

@Suite struct TransactionTests {
    private let out = TopicPartition("out", 0)

    @Test func showsCommittedRecordsOnly() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        try outlet.transact("a")
        try outlet.begin()
        try outlet.send("b")
        #expect(try desk.values("out") == ["a"])
        try outlet.abort()
        try outlet.transact("c")
        #expect(try desk.values("out") == ["a", "c"])
        #expect(try desk.values("out", .uncommitted) == ["a", "b", "c"])
        #expect(
            try desk.log.records(in: "out", isolation: .uncommitted).map(\.state) == [.committed, .aborted, .committed]
        )
        #expect(try desk.reader("out").take().values == ["a", "c"])
    }

    @Test func markersTakeOffsetsInEachPartitionTouched() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.send("a")
        try outlet.send("b", "c", to: 1)
        try outlet.commit()
        try outlet.transact("d")
        #expect(try desk.log.records(in: out).map(\.offset) == [0, 2])
        #expect(try desk.log.bounds(of: out).end == 4)
        #expect(try desk.log.bounds(of: TopicPartition("out", 1)).end == 3)
    }

    @Test func emptyTransactionsLeaveNoTrace() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.commit()
        try outlet.begin()
        try outlet.send(Outbox())
        try outlet.abort()
        #expect(try desk.log.bounds(of: out).end == 0)
    }

    /// The earliest open transaction holds everything behind it back, whoever wrote it.
    @Test func theFirstOpenTransactionIsTheStableEnd() throws {
        let desk = Desk()
        let early = try desk.outlet("early")
        let late = try desk.outlet("late")
        try early.begin()
        try early.send("1")
        try late.begin()
        try late.send("2")
        try early.send("3")
        try late.commit()
        #expect(try desk.log.lastStableOffset(of: out) == 0)
        #expect(try desk.values("out").isEmpty)
        #expect(desk.log.openTransactions == ["early"])
        try early.abort()
        #expect(try desk.values("out") == ["2"])
        #expect(try desk.log.lastStableOffset(of: out) == 5)
    }

    @Test func abortSparesWhatTheProducerCommittedBefore() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        for round in 0..<20 {
            try outlet.begin()
            try outlet.send("\(round)")
            if round % 3 == 0 { try outlet.abort() } else { try outlet.commit() }
        }
        #expect(try desk.values("out") == (0..<20).filter { $0 % 3 != 0 }.map { "\($0)" })
    }

    // MARK: Out of order

    @Test func refusesCallsOutOfOrder() throws {
        let desk = Desk()
        let outlet = try desk.log.makeOutlet(transactionalId: "x", topics: ["out"])
        func expectState(_ body: () throws -> Void, _ at: SourceLocation = #_sourceLocation) {
            let refused = fault(at, body)
            #expect(refused.code == "_STATE", sourceLocation: at)
            #expect(refused.recovery == .stop(exitCode: Fault.Exit.software), sourceLocation: at)
        }
        expectState { try outlet.begin() }
        expectState { try outlet.send("x") }
        expectState { try outlet.abort() }
        expectState { try outlet.commit() }
        try outlet.initialize()
        expectState { try outlet.initialize() }
        expectState { try outlet.send("x") }
        expectState { try outlet.abort() }
        expectState { _ = try outlet.commitDone(wait: 0) }
        try outlet.begin()
        expectState { try outlet.begin() }
        expectState { _ = try outlet.commitDone(wait: 0) }
        try outlet.send("still of use")
        try outlet.commit()
        outlet.close()
        expectState { try outlet.begin() }
        #expect(try desk.values("out") == ["still of use"])
    }

    // MARK: Fencing

    @Test func initializeFencesThePredecessorAndAbortsItsTransaction() throws {
        let desk = Desk()
        let old = try desk.outlet()
        try old.transact("kept")
        try old.begin()
        try old.send("lost")
        let young = try desk.outlet()
        #expect(desk.log.openTransactions.isEmpty)
        try young.transact("new")
        for call in [{ try old.send("late") }, { try old.abort() }] {
            let refused = fault { try call() }
            #expect(refused.code == "_FENCED")
            #expect(refused.recovery == .stop(exitCode: Fault.Exit.fenced))
        }
        #expect(try desk.values("out") == ["kept", "new"])
        #expect(try desk.values("out", .uncommitted) == ["kept", "lost", "new"])
    }

    @Test(arguments: ["begin", "send", "send nothing", "commit", "abort"]) func everyCallOfAFencedProducerIsRefused(
        _ call: String
    )
        throws
    {
        let desk = Desk()
        let old = try desk.outlet()
        if call != "begin" { try old.begin() }
        if call == "commit" { try old.send("a") }
        let young = try desk.outlet()
        let refused = fault {
            switch call {
            case "begin": try old.begin()
            case "send": try old.send("x")
            case "send nothing": try old.send(Outbox())
            case "commit": try old.commit()
            default: try old.abort()
            }
        }
        #expect(refused.code == "_FENCED")
        try young.transact("fine")
        #expect(try desk.values("out") == ["fine"])
    }

    @Test func fencesWhileACommitIsOnItsWay() throws {
        let desk = Desk()
        desk.log.commitDelayPolls = 1
        let old = try desk.outlet()
        try old.begin()
        try old.send("a")
        old.startCommit(offsets: [:], membership: .neverJoined)
        #expect(try old.commitDone(wait: 0) == false)
        _ = try desk.outlet()
        #expect(fault { _ = try old.commitDone(wait: 0) }.code == "_FENCED")
        #expect(try desk.values("out").isEmpty)
    }

    // MARK: Time

    @Test func theTimeoutAbortsAndFences() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.send("slow")
        desk.log.advance(by: 10_000)
        #expect(desk.log.openTransactions == ["line-0"])
        desk.log.advance(by: 1)
        #expect(desk.log.openTransactions.isEmpty)
        #expect(try desk.log.lastStableOffset(of: out) == 2)
        let refused = fault { try outlet.commit() }
        #expect(refused.code == "INVALID_PRODUCER_EPOCH")
        #expect(refused.recovery == .restartLine)
        #expect(fault { try outlet.abort() }.code == "INVALID_PRODUCER_EPOCH")
        try desk.outlet().transact("again")
        #expect(try desk.values("out") == ["again"])
    }

    /// The clock runs from the first record on, not from `begin`, and starts anew with each transaction.
    @Test func theTimeoutCountsFromTheFirstRecord() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        for round in 0..<3 {
            desk.log.advance(by: 60_000)
            try outlet.begin()
            desk.log.advance(by: 60_000)
            try outlet.send("\(round)")
            desk.log.advance(by: 9_000)
            try outlet.send("\(round)")
            try outlet.commit()
        }
        #expect(try desk.values("out").count == 6)
    }

    @Test func aSuccessorAfterATimeoutFencesForGood() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.send("slow")
        desk.log.advance(by: 10_001)
        _ = try desk.outlet()
        #expect(fault { try outlet.commit() }.code == "_FENCED")
    }

    @Test func closingLeavesTheTransactionOpen() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        try outlet.begin()
        try outlet.send("open")
        outlet.close()
        #expect(desk.log.openTransactions == ["line-0"])
        _ = try desk.outlet()
        #expect(desk.log.openTransactions.isEmpty)
    }

    // MARK: Slow commits

    @Test func commitsTakePlaceAfterTheFalseAnswers() throws {
        let desk = Desk()
        desk.log.commitDelayPolls = 2
        let outlet = try desk.outlet()
        for value in ["a", "b"] {
            try outlet.begin()
            try outlet.send(value)
            outlet.startCommit(offsets: [:], membership: .neverJoined)
            #expect(fault { try outlet.begin() }.code == "_STATE")
            #expect(try outlet.commitDone(wait: 0) == false)
            #expect(try outlet.commitDone(wait: 0) == false)
            #expect(try desk.values("out").last != value)
            #expect(try outlet.commitDone(wait: 0))
            #expect(try desk.values("out").last == value)
        }
    }

    @Test func theMoveOnlyTransactionWorksOnIt() throws {
        let desk = Desk()
        let outlet = try desk.outlet()
        let first = try Transaction.begin(on: outlet)
        var outbox = Outbox()
        outbox.add(0, 0, "k", "v")
        try first.send(outbox)
        let committing = first.commit(offsets: [:], membership: .neverJoined)
        #expect(try committing.isDone(wait: 0))
        let second = try Transaction.begin(on: outlet)
        try second.send(outbox)
        try second.abort()
        #expect(try desk.values("out") == ["v"])
    }
}
