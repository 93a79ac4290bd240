import ArgumentParser
import Events
import Foundation
import Pipeline
import Testing
import Traffic

@testable import shopstream

@Suite("Benchmarks")
struct BenchTests {
    private func tape(_ events: Int = 3_000) throws -> BenchTape {
        var plan = BenchPlan(clicks: events - events / 21, reviews: events / 21)
        (plan.users, plan.products, plan.categories) = (200, 50, 5)
        return try BenchTape(plan)
    }

    @Test func theTapeHoldsTheStreamInOrder() throws {
        let tape = try tape()
        #expect(tape.records.count == 3_000)
        #expect(zip(tape.records, tape.records.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect((200...320).contains(tape.meanBytes(3_000)))
        let first = tape.records[0]
        #expect(tape.value(first).text.contains("\"userId\":\"\(tape.key(first).text)\""))
    }

    @Test func bothDecodersSeeTheSame() throws {
        var bench = DecodeBench(tape: try tape(), count: 3_000)
        #expect(try bench.compare(3_000) == 0)
        #expect(bench.measureOwn() > 0)
    }

    @Test func theEngineSeesEverybodyAndRecommends() throws {
        let fold = EngineFold(between: 2_048)
        let tape = try tape(20_000)
        fold.play(tape, 20_000)
        #expect(fold.recommendations > 1_000 && fold.sentiments > 500 && fold.rows >= 50)
        #expect(fold.bytesPerCustomer > 100 && fold.bytesPerProduct > 100)
        #expect(fold.times.fold > 0)
    }

    @Test func theLineWorksEverythingOff() throws {
        let run = try LineBench(try tape(), count: 3_000, partitions: 4).run()
        #expect(run.counters.events == 3_000 && run.counters.rejected == 0)
        #expect(run.counters.transactions > 0 && run.wall > 0 && run.ports.all > 0)
        #expect(run.outcomeText.contains("insights.product-sentiment.v1"))
    }

    @Test func theMedianIsTold() {
        #expect(Figure(name: "", values: [3, 1, 2], unit: "").median == 2)
        #expect(Figure(name: "", values: [4, 1, 2, 3], unit: "").median == 2.5)
        #expect(Figure(name: "", values: [.nan], unit: "").text == "not counted")
        #expect(Figure(name: "", values: [1_234_567.4], unit: "").text == "1,234,567")
    }

    @Test func aReportIsJSONWhenAsked() throws {
        let figures = [Figure(name: "a", values: [1, 2, 3], unit: "ns"), Figure(name: "b", values: [.nan], unit: "")]
        let report = BenchReport(commandLine: "shopstream bench x", figures: figures)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        let told = try #require(object["figures"] as? [[String: Any]])
        #expect(told[0]["median"] as? Double == 2 && told[1]["median"] == nil)
        #expect(object["command"] as? String == "shopstream bench x")
        #expect(report.text.contains("load "))
    }

    @Test func valgrindsCountIsRead() {
        let text = "==12== HEAP SUMMARY:\n==12==   total heap usage: 1,234,567 allocs, 1,2 frees, 9 bytes allocated\n"
        #expect(AllocationCount.count(in: text) == 1_234_567)
        #expect(AllocationCount.count(in: "nothing") == nil)
    }

    @Test func theCommandLineMakesItAgain() throws {
        let options = try BenchOptions.parse(["--events", "10", "--first", "5", "--runs", "1"])
        #expect(options.measured == 5 && options.plan.clicks + options.plan.reviews == 10)
        let arguments = options.commandLine("engine").split(separator: " ").dropFirst(3).map(String.init)
        #expect(try BenchOptions.parse(arguments).first == 5)
    }
}
