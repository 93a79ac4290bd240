import Events
import Pipeline
import Testing

@testable import Traffic

/// Ports on several threads over one log.
@Suite struct ThreadTests {
    private static let rounds = 200

    private func produce(_ log: MemoryLog, _ name: String) throws(Fault) {
        let outlet = try log.makeOutlet(transactionalId: name, topics: ["out"])
        try outlet.initialize()
        for round in 0..<Self.rounds {
            try outlet.begin()
            try outlet.send("\(name) \(round)", to: Int32(round % 2))
            if round % 5 == 0 { try outlet.abort() } else { try outlet.commit() }
        }
    }

    /// Reads until so many records came, waiting for them.
    private func consume(_ log: MemoryLog, _ count: Int) throws(Fault) -> [String] {
        let reader = try log.makeReader(topics: ["out"])
        try reader.fetch(from: [TopicPartition("out", 0): 0, TopicPartition("out", 1): 0])
        var values: [String] = []
        var records: [Record] = []
        for _ in 0..<20_000 where values.count < count {
            records.removeAll(keepingCapacity: true)
            _ = try reader.poll(into: &records, limit: 100, wait: 50)
            values += records.map { $0.value.text }
        }
        return values
    }

    @Test func producersAndReadersShareTheLog() async throws {
        var options = MemoryLog.Options()
        options.waits = true
        let log = Desk(options).log
        let expected = (0..<Self.rounds).filter { $0 % 5 != 0 }
        let got = try await withThrowingTaskGroup(of: [String].self) { group in
            for name in ["a", "b"] {
                group.addTask {
                    try produce(log, name)
                    return []
                }
            }
            for _ in 0..<2 { group.addTask { try consume(log, 2 * expected.count) } }
            return try await group.reduce(into: [[String]]()) { all, one in if !one.isEmpty { all.append(one) } }
        }
        let all = ["a", "b"].flatMap { name in expected.map { "\(name) \($0)" } }
        #expect(got.count == 2)
        for values in got { #expect(values.sorted() == all.sorted()) }
    }

    /// With waiting on, a poll sleeps for a record but never longer than it may.
    @Test func anEmptyPollComesBack() throws {
        var options = MemoryLog.Options()
        options.waits = true
        let desk = Desk(options)
        let reader = try desk.reader("in")
        #expect(try reader.take().ends.count == 1)
        var records: [Record] = []
        let polled = try reader.poll(into: &records, limit: 10, wait: 3)
        #expect(records.isEmpty)
        #expect(polled.ended.isEmpty)
        #expect(desk.log.stepCount(of: .poll) == 2)
    }
}
