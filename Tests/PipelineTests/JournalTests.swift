import Events
import Testing

@testable import Pipeline

@Suite struct JournalTests {
    private func coded(_ journal: Journal) -> Journal? {
        var buffer = ByteBuffer()
        journal.encode(into: &buffer)
        return Journal(buffer.bytes())
    }

    @Test func everyEntryComesBack() throws {
        var journal = Journal(writer: 7, base: [3, Position.beginning, 1 << 40])
        journal.ran(topic: 0, count: 5)
        journal.ran(topic: 2)
        journal.ticked(1_700_000_000_123)
        journal.adopted(PopulationParameters(r: 0.5, alpha: 20, a: 0.25, b: 3))
        journal.ran(topic: 0, count: 1 << 33)
        #expect(coded(journal) == journal)
    }

    @Test func runsOfOneTopicAreOneEntry() {
        var journal = Journal(writer: 1, base: [0])
        for _ in 0..<1_000 { journal.ran(topic: 0) }
        #expect(journal.entries == [.run(topic: 0, count: 1_000)])
    }

    @Test func aLaterTickStandsForAnEarlierOne() {
        var journal = Journal(writer: 1, base: [0])
        journal.ticked(1)
        journal.ticked(2)
        #expect(journal.entries == [.tick(2)])
    }

    @Test func aCheckpointEmptiesIt() {
        var journal = Journal(writer: 1, base: [0])
        journal.ran(topic: 0, count: 9)
        journal.reset(base: [9])
        #expect(journal.isEmpty)
        #expect(journal.base == [9])
    }

    @Test func truncatedBytesAreRefused() {
        var journal = Journal(writer: 7, base: [3, 4])
        journal.ran(topic: 1, count: 300)
        journal.adopted(PopulationParameters(r: 0.5, alpha: 20, a: 0.25, b: 3))
        var buffer = ByteBuffer()
        journal.encode(into: &buffer)
        let wholeEntries = 1 + 8 + 1 + 2
        for length in 0..<buffer.count where length != wholeEntries && length != wholeEntries + 4 {
            #expect(Journal(buffer.bytes(0..<length)) == nil, "\(length) of \(buffer.count) bytes")
        }
    }

    @Test func checkpointsComeBack() {
        let checkpoint = Checkpoint(
            codec: 1,
            configuration: 0xABCD,
            offsets: [1, 1 << 50, 0],
            generation: 300,
            records: 1 << 40,
            began: [0, 7, 0]
        )
        var buffer = ByteBuffer()
        checkpoint.encode(into: &buffer)
        #expect(Checkpoint(buffer.bytes()) == checkpoint)
        #expect(Checkpoint(buffer.bytes(0..<buffer.count - 1)) == nil)
    }

    @Test func checkpointsOfTheFirstVersionAreRead() {
        let bytes: [UInt8] = [1, 1, 0xCD, 0xAB, 0, 0, 0, 0, 0, 0, 2, 2, 8]
        let read = bytes.withUnsafeBytes { Checkpoint(Bytes($0)) }
        #expect(read == Checkpoint(codec: 1, configuration: 0xABCD, offsets: [1, 4]))
    }
}
