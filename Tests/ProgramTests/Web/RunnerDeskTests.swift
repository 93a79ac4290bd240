import Engine
import Foundation
import Logging
import Pipeline
import Testing
import Traffic

@testable import Web

/// Questions to running lines, and to those that do not answer.
@Suite struct RunnerDeskTests {
    @Test func `the first that knows wins, and all must have spoken for nobody knows`() async {
        let found = Gathering<Int>(expecting: 2)
        found.take(nil)
        found.take(7)
        #expect(await found.answer() == .success(7))
        let none = Gathering<Int>(expecting: 2)
        none.take(nil)
        none.take(nil)
        #expect(await none.answer() == .success(nil))
    }

    @Test func `patience ends, and what comes later changes nothing`() async {
        let gathering = Gathering<Int>(expecting: 1)
        async let answer = gathering.answer()
        gathering.end()
        gathering.take(7)
        #expect(await answer == .failure(.late))
        #expect(await Gathering<Int>(expecting: 0).answer() == .failure(.busy))
    }

    @Test func `lines that do not turn are late`() async throws {
        let desk = RunnerDesk(try Self.runner(), patience: .milliseconds(20))
        await #expect(throws: Unanswered.late) { try await desk.customer("u1") }
    }

    @Test func `a running line answers between its batches`() async throws {
        let runner = try Self.runner()
        runner.start()
        let desk = RunnerDesk(runner)
        #expect(try await desk.customer("nobody") == nil)
        #expect(try await desk.product("nothing") == nil)
        #expect(try await desk.list(of: "nobody") == nil)
        runner.stop()
        try await runner.join()
        await #expect(throws: Unanswered.busy) { try await desk.customer("u1") }
    }

    private static func runner() throws -> Runner {
        var options = MemoryLog.Options()
        options.waits = true
        let log = MemoryLog(options: options)
        let names = Topology.defaultInputs + Topology.defaultInputs.map(Topology.deadLetters)
        for name in names + OutputTopic.allCases.map(\.name) { log.createTopic(name, partitions: 1) }
        let topology = try Topology(inputs: Topology.defaultInputs, existing: log.topics())
        return Runner(
            cluster: log,
            topology: topology,
            settings: LineSettings(),
            clock: .system,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}

extension WallClock {
    fileprivate static let system = WallClock { Int64(Date().timeIntervalSince1970 * 1_000) }
}
