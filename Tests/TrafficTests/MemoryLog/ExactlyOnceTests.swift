import Events
import Pipeline
import Testing

@testable import Traffic

/// A line that keeps the rules copies every record exactly once, whatever fails and wherever.
@Suite struct ExactlyOnceTests {
    private static let inputs = (0..<24).map { "v\($0)" }

    private func filled(_ options: MemoryLog.Options = .init(), faults: FaultPlan = .none) throws -> Desk {
        let desk = Desk(options, faults: faults)
        for (at, value) in Self.inputs.enumerated() {
            try desk.log.append("in", Int32(at % 4), key: "k\(at % 4)", value: value)
        }
        return desk
    }

    private func isDone(_ desk: Desk) -> Bool {
        let offsets = desk.log.offsets(of: Desk.group)
        return places("in", 0...3).allSatisfy { offsets[$0] == 6 } && desk.log.openTransactions.isEmpty
    }

    /// Lets the lines take turns until everything is committed.
    private func run(_ desk: Desk, _ lines: [TinyLine], chaos: (Int) -> Void = { _ in }) {
        var turn = 0
        while !isDone(desk), turn < 20_000 {
            chaos(turn)
            lines[turn % lines.count].turn()
            desk.log.advance(by: 50)
            turn += 1
        }
    }

    private func expectExactlyOnce(_ desk: Desk, _ comment: String) throws {
        let out = try desk.log.records(in: "out")
        #expect(out.compactMap(\.valueText).sorted() == Self.inputs.sorted(), "\(comment)")
        for key in 0..<4 {
            let values = out.filter { $0.keyText == "k\(key)" }.map(\.valueText)
            #expect(values == stride(from: key, to: 24, by: 4).map { "v\($0)" }, "order of k\(key): \(comment)")
        }
    }

    @Test func withoutFaults() throws {
        let desk = try filled()
        run(desk, [TinyLine("a", desk)])
        try expectExactlyOnce(desk, "clean")
    }

    @Test(arguments: FaultKind.allCases) func withAFaultAtEachStep(_ kind: FaultKind) throws {
        let clean = try filled()
        run(clean, [TinyLine("a", clean)])
        for index in 0..<clean.log.stepCount {
            let desk = try filled(faults: .at(index, kind))
            run(desk, [TinyLine("a", desk)])
            try expectExactlyOnce(desk, desk.log.injections.description)
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>) func withManyFaults(_ seed: UInt64) throws {
        var options = MemoryLog.Options()
        options.commitDelayPolls = Int(seed % 3)
        options.shuffleSeed = seed
        options.fetchQuantum = 2
        let desk = try filled(options, faults: .random(seed: seed, gap: 9, limit: 40))
        run(desk, [TinyLine("a", desk)])
        try expectExactlyOnce(desk, "seed \(seed)")
    }

    /// Two lines; now and then one sleeps through its session, crashes, or both fail at a step.
    @Test(arguments: 1...60 as ClosedRange<UInt64>) func withTwoLinesAndZombies(_ seed: UInt64) throws {
        var options = MemoryLog.Options()
        options.shuffleSeed = seed
        let desk = try filled(options, faults: .random(seed: seed, gap: 25, limit: 20))
        let lines = [TinyLine("a", desk), TinyLine("b", desk)]
        run(desk, lines) { turn in
            let draw = Hash.combine(seed, UInt64(turn))
            guard turn < 600 else { return }
            if draw % 17 == 0 { desk.log.expire(lines[turn % 2].name, of: Desk.group) }
            if draw % 41 == 0 { lines[turn % 2].crash() }
            if draw % 97 == 0 { desk.log.advance(by: 11_000) }
        }
        try expectExactlyOnce(desk, "seed \(seed)")
    }

    /// The log does nothing for a line that breaks a rule: without offsets a crash copies records twice.
    @Test func aLineThatForgetsOffsetsIsFoundOut() throws {
        let desk = try filled()
        let line = TinyLine("a", desk)
        line.forgetsOffsets = true
        for turn in 0..<200 {
            if turn == 60 { line.crash() }
            line.turn()
        }
        #expect(try desk.values("out").count > Self.inputs.count)
    }
}
