import ArgumentParser
import Events
import Foundation
import Testing
import Traffic

@testable import shopstream

@Suite("Plans of made-up traffic")
struct GenerateTests {
    private static let now: EventTime = 1_800_000_000_000

    private func plan(_ arguments: String..., endsNow: Bool = false) throws -> GeneratePlan {
        GeneratePlan(try ShopOptions.parse(arguments), endsNow: endsNow, now: Self.now)
    }

    @Test func aFileStartsOnAFixedDayAndAClusterEndsNow() throws {
        #expect(try plan().start == 1_767_225_600_000)
        #expect(try plan().span == 7 * EventTime.day)
        #expect(try plan("--days", "2", endsNow: true).start == Self.now - 2 * EventTime.day)
    }

    @Test func timeLapseStartsNow() throws {
        let lapse = try plan("--speed", "600", "--seconds", "60", endsNow: true)
        #expect(lapse.start == Self.now && lapse.tempo == .lapse(600) && lapse.wallLimit == 60_000)
        #expect(lapse.span == 36_000_000)
        #expect(try plan("--speed", "60", "--start", "1h", endsNow: true).start == Self.now - EventTime.hour)
    }

    @Test func enoughDaysForTheEventsAskedFor() throws {
        #expect(try plan("--events", "1000").span == 7 * EventTime.day)
        #expect(try plan("--events", "2000000", "--events-per-day", "100000").span >= 20 * EventTime.day)
        #expect(
            try plan("--rate", "1000", "--seconds", "3600", "--events-per-day", "100000").span >= 36 * EventTime.day
        )
        #expect(try plan("--seconds", "10").span == 3_000 * EventTime.day)
    }

    @Test func theBenchmarkStreamHasOneReviewIn21() throws {
        guard case .bench(let bench) = try plan("--bench", "--events", "2100", "--customers", "9").shop else {
            Issue.record("no benchmark stream")
            return
        }
        #expect(bench.clicks == 2_000 && bench.reviews == 100 && bench.users == 9)
    }

    private func bytes(ofSeed seed: UInt64) throws -> Data {
        let scratch = try Scratch()
        return try Data(contentsOf: URL(filePath: scratch.shop(seed: seed)))
    }

    private func generate(_ plan: GeneratePlan, _ sink: any EventSink) throws -> Generator {
        var generator = try Generator(plan, sink, StopFlag())
        try generator.run { _ in }
        return generator
    }

    @Test func theSamePlanGivesTheSameBytes() throws {
        let first = try bytes(ofSeed: 1)
        #expect(try bytes(ofSeed: 1) == first)
        #expect(try bytes(ofSeed: 2) != first)
    }

    @Test func theLimitCountsEventsAndNotTheCatalogue() throws {
        let scratch = try Scratch()
        let sink = try RecordingSink(
            events: scratch.path("e"),
            reviews: scratch.path("r"),
            catalog: scratch.path("c")
        )
        let generator = try generate(try plan("--events", "200", "--customers", "50", "--products", "20"), sink)
        let lines = try ["e", "r", "c"].map { try scratch.text($0).split(separator: "\n").count }
        #expect(generator.count == 200 && lines[0] + lines[1] == 200 && lines[2] == generator.rows && lines[2] >= 20)
        #expect(try scratch.text("c").hasPrefix("{\"product_id\":"))
    }

    @Test func aRateHoldsEventsBack() throws {
        let scratch = try Scratch()
        let sink = try RecordingSink(events: scratch.path("e"), reviews: nil, catalog: nil)
        let start = ContinuousClock.now
        _ = try generate(try plan("--events", "11", "--rate", "100", "--bench", "--customers", "5"), sink)
        #expect(ContinuousClock.now - start >= .milliseconds(90))
    }

    @Test func aStopIsHeard() throws {
        let scratch = try Scratch()
        let stop = StopFlag()
        stop.set()
        let sink = try RecordingSink(events: scratch.path("e"), reviews: nil, catalog: nil)
        var generator = try Generator(try plan("--bench", "--customers", "5"), sink, stop)
        try generator.run { _ in }
        #expect(generator.count == 0)
    }
}
