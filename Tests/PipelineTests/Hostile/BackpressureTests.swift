import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// Many records too large to use: each becomes a dead letter, and they are never in memory all at once.
@Suite struct BackpressureTests {
    private static let letters = Topology.deadLetters(of: Script.clicks)
    private static let size = 2 << 20
    private static let count = 40

    private func rig(slowCommits polls: Int) throws -> Rig {
        var options = MemoryLog.Options()
        options.largestRecord = 4 << 20
        options.commitDelayPolls = polls
        let rig = try Rig(inputs: [Script.clicks], partitions: 1, options: options)
        rig.settings.recordsPerPoll = 1_024
        rig.settings.bytesPerTransaction = 4 << 20
        let nonsense = [UInt8](repeating: 0, count: Self.size)
        for _ in 0..<Self.count { try rig.append(Array("u1".utf8), nonsense, at: HostileInput.noon, []) }
        let view = HostileInput.view(user: "\"u1\"")
        try rig.append(Array("u1".utf8), Array(view.utf8), at: HostileInput.noon, [])
        return rig
    }

    @Test(arguments: [0, 3, 40])
    func `one transaction holds what it may, and one record more`(polls: Int) throws {
        let rig = try rig(slowCommits: polls)
        let line = rig.makeLine()
        var largest = 0
        for _ in 0..<20_000 {
            let goesOn = try line.turn()
            rig.log.advance(by: 7)
            largest = max(largest, line.filling.bytes.count)
            if !goesOn, line.hasDrained { break }
            if !goesOn { line.stop() }
        }
        #expect(line.hasDrained)
        #expect(largest < rig.settings.bytesPerTransaction + 2 * Self.size, "\(largest) bytes at once")
        #expect(try rig.log.records(in: Self.letters).count == Self.count)
        #expect(line.customer("u1")?.views == 1, "what stood behind them was folded")
    }

    /// What waits belongs to a state that is gone: it is read again.
    @Test func `an aborted batch takes along what waited`() throws {
        for index in 0..<12 {
            let rig = try rig(slowCommits: 3)
            rig.log.faults = FaultPlan.at(.commit, index, .abortRequired)
            try rig.runToEnd(turns: 20_000)
            #expect(try rig.log.records(in: Self.letters).count == Self.count, "fault at commit \(index)")
        }
    }
}
