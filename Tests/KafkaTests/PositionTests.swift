import Events
import Kafka
import Pipeline
import Testing

@Suite(.ownThread) struct PositionTests {
    /// Ten records in each of four partitions, by a producer without transactions.
    private func filled(_ place: Place) throws -> Fixture {
        let fixture = try Fixture(place, ["shop": 4])
        try Filling.fill(fixture, "shop", partitions: 4, count: 10)
        return fixture
    }

    @Test(arguments: Place.all) func positionsAreTakenAsNamed(_ place: Place) throws {
        let fixture = try filled(place)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        let all = fixture.partitions("shop", 0..<4)
        let read = try reader.readAll([all[0]: Position.beginning, all[1]: 3, all[2]: 10])
        #expect(read.ended == [all[0]: 10, all[1]: 10, all[2]: 10])
        #expect(read.records.filter { $0.place == all[0] }.map(\.offset) == Array(0..<10))
        #expect(read.records.filter { $0.place == all[1] }.map(\.offset) == Array(3..<10))
        #expect(read.records.count == 17)
        #expect(reader.lastKnownEnd(of: all[0]) == 10)
        #expect(reader.lastKnownEnd(of: all[3]) == nil)
    }

    /// Records that lie fetched and unread do not come out once their partition was dropped or rewound.
    @Test(arguments: Place.all) func nothingOfTheOldPositionsComesOut(_ place: Place) throws {
        let fixture = try filled(place)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        let all = fixture.partitions("shop", 0..<4)
        for _ in 0..<4 {
            try reader.fetch(from: Dictionary(all, at: 0))
            let before = try reader.gather(limit: 1) { !$0.records.isEmpty }
            #expect(before.records.count == 1)
            let after = try reader.readAll([all[1]: 5, all[2]: 9])
            #expect(after.records.filter { $0.place == all[1] }.map(\.offset) == Array(5..<10))
            #expect(after.records.filter { $0.place == all[2] }.map(\.offset) == [9])
            #expect(after.records.count == 6)
        }
    }

    @Test(arguments: Place.all) func aMemberFetchesASubsetOfItsAssignment(_ place: Place) throws {
        let fixture = try filled(place)
        let inlet = try fixture.member(["shop"])
        defer { inlet.close(leave: true) }
        let all = fixture.partitions("shop", 0..<4)
        #expect(Set(try inlet.readAll([all[2]: 0]).records.map(\.place)) == [all[2]])
        #expect(try inlet.readAll([all[2]: 8, all[3]: 0]).records.count == 12)
        #expect(inlet.membership != nil)
    }

    @Test(arguments: Place.all) func boundsAreThoseOfTheLog(_ place: Place) throws {
        let fixture = try filled(place)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        let bounds = try reader.bounds(of: fixture.partitions("shop", 0..<4))
        #expect(
            bounds
                == Dictionary(
                    uniqueKeysWithValues: fixture.partitions("shop", 0..<4).map {
                        ($0, LogBounds(start: 0, end: 10))
                    }
                )
        )
        #expect(try reader.bounds(of: []).isEmpty)
    }

    /// No position is taken silently.
    @Test(arguments: Place.all) func aPositionBehindTheEndIsAFault(_ place: Place) throws {
        let fixture = try filled(place)
        let reader = try fixture.reader(["shop"])
        defer { reader.close() }
        try reader.fetch(from: Dictionary(fixture.partitions("shop", [0]), at: 50))
        let fault = fault { _ = try reader.gather { _ in false } }
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.data))
        #expect(fault?.code == "_AUTO_OFFSET_RESET")
    }

    @Test func aMissingTopicIsNamed() throws {
        let fixture = try Fixture(.embedded, ["shop": 1])
        let fault = fault { _ = try fixture.cluster.makeReader(topics: ["shop", "sohp"]) }
        #expect(fault?.recovery == .retry && fault?.limit?.exitCode == Fault.Exit.configuration)
        #expect(fault?.description.contains("sohp") == true)
        #expect(fault?.remedy?.contains("topics apply") == true)
    }
}
