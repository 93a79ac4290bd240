import Events
import Foundation
import Pipeline
import Testing

@testable import Traffic
@testable import shopstream

@Suite("Replaying recordings")
struct ReplayTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// What a replay prints, read in pieces of this size.
    private func replay(
        _ file: String,
        chunk: Int = 1 << 20,
        limit: Int? = nil,
        neighbours: Bool = true,
        delay: Int64 = 0
    ) throws -> (text: String, run: ReplayRun) {
        let name = "out-\(UUID().uuidString)"
        let run = ReplayRun(
            Replayer(delay: delay),
            sink: LineSink(try OutputFile(scratch.path(name))),
            limit: limit
        )
        var reader = try RecordingReader(file, longest: 1 << 16, chunk: chunk)
        try run.fold(&reader, of: "shop.ndjson")
        try run.finish(neighbours: neighbours)
        return (try scratch.text(name), run)
    }

    @Test func theSameRecordingGivesTheSameBytes() throws {
        let shop = try scratch.shop()
        let first = try replay(shop)
        #expect(first.text == (try replay(shop).text))
        #expect(first.run.tally.lines > 500)
        #expect(first.text.contains("\"topic\":\"insights.recommendations.v1\""))
        #expect(first.text.contains("\"topic\":\"insights.product-neighbours.v1\""))
    }

    @Test(arguments: [1, 7, 512, 4_099])
    func howTheFileIsReadChangesNothing(chunk: Int) throws {
        let shop = try scratch.shop()
        #expect(try replay(shop, chunk: chunk).text == replay(shop).text)
    }

    @Test func everyLineIsJSONWithTopicKeyAndValue() throws {
        let lines = try replay(try scratch.shop()).text.split(separator: "\n")
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            if object["reason"] != nil {
                #expect(Set(object.keys) == ["topic", "reason", "file", "line"])
            } else {
                #expect(object["value"] is [String: Any] && object["key"] is String)
            }
        }
    }

    @Test func internalTopicsStayInside() throws {
        let text = try replay(try scratch.shop()).text
        #expect(!text.contains("\"topic\":\"shopstream."))
    }

    @Test func neighboursComeOnlyWhenWanted() throws {
        let shop = try scratch.shop()
        #expect(!(try replay(shop, neighbours: false).text.contains("product-neighbours")))
    }

    @Test func deadLettersNameLineAndReasonWithoutThePayload() throws {
        let file = try scratch.write(
            "secret rubbish\n\n{\"type\":\"page\",\"name\":\"secret\"}\n[1]\n",
            to: "bad.ndjson"
        )
        let (text, run) = try replay(file)
        #expect(
            text == """
                {"topic":"dlq.recording","reason":"unsupported_encoding","file":"shop.ndjson","line":1}
                {"topic":"dlq.recording","reason":"unknown_envelope","file":"shop.ndjson","line":4}

                """
        )
        #expect(run.replayer.counters.skipped == 1 && run.replayer.counters.rejected == 2)
    }

    @Test func aLineThatIsTooLongIsADeadLetter() throws {
        let long = String(repeating: "x", count: 70_000)
        let file = try scratch.write("{\"a\":\"\(long)\"}\nrubbish\n", to: "long.ndjson")
        let (text, run) = try replay(file)
        #expect(text.contains("\"reason\":\"oversize\",\"file\":\"shop.ndjson\",\"line\":1"))
        #expect(run.tally.tooLong == 1 && run.tally.lines == 2)
    }

    @Test func theLimitCountsLinesOverAllFiles() throws {
        let (_, run) = try replay(try scratch.shop(), limit: 100)
        #expect(run.tally.lines == 100 && run.isFull)
    }

    @Test func aFolderGetsAFileForEachTopic() throws {
        let shop = try scratch.shop()
        let rubbish = "not json at all"
        let file = scratch.path("more.ndjson")
        try (Data(contentsOf: URL(filePath: shop)) + Data(rubbish.utf8)).write(to: URL(filePath: file))
        let out = scratch.path("out")
        let run = ReplayRun(Replayer(), sink: try FolderSink(out))
        var reader = try RecordingReader(file)
        try run.fold(&reader, of: "more.ndjson")
        try run.finish(neighbours: true)
        let names = try FileManager.default.contentsOfDirectory(atPath: out).sorted()
        for path in [out] + names.map({ "\(out)/\($0)" }) {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode.map { $0 & 0o077 } == 0, "what customers did is for the owner alone: \(path)")
        }
        #expect(names.contains("insights.recommendations.v1.ndjson"))
        #expect(names.contains("insights.product-neighbours.v1.ndjson"))
        #expect(!names.contains { $0.hasPrefix("shopstream.") })
        let letters = try Data(contentsOf: URL(filePath: scratch.path("out/dlq.recording.ndjson")))
        #expect(letters.suffix(rubbish.utf8.count + 1) == Data((rubbish + "\n").utf8))
        let reasons = try scratch.text("out/dlq.recording.reasons.ndjson")
        #expect(reasons.split(separator: "\n").count == Int(run.replayer.counters.rejected))
        let values = try scratch.text("out/insights.recommendations.v1.ndjson").split(separator: "\n")
        #expect(values.allSatisfy { $0.hasPrefix("{\"type\":\"track\"") })
    }

    @Test func theSummaryCountsWhatHappened() throws {
        let (_, run) = try replay(try scratch.shop())
        let use = ResourceUse(cpuSeconds: 1, childSeconds: 0, peakBytes: 1 << 20, wallMilliseconds: 2_000)
        let summary = ReplaySummary(run, use: use).text
        #expect(summary.contains("read      \(run.tally.lines.grouped) lines from 1 file"))
        #expect(summary.contains("Product Viewed \(run.replayer.counters.facts[0].grouped)"))
        #expect(summary.contains("rejected  \(run.replayer.counters.rejected.grouped) ("))
        #expect(summary.contains("2.00 s, 1.00 s of CPU"))
    }

    @Test func nothingIsSaidAboutEarlierTimes() throws {
        let shop = try scratch.shop()
        let since: EventTime = 1_767_225_600_000 + 6 * EventTime.day
        let name = scratch.path("since")
        let run = ReplayRun(Replayer(since: since), sink: LineSink(try OutputFile(name)))
        var reader = try RecordingReader(shop)
        try run.fold(&reader, of: "shop")
        try run.finish(neighbours: false)
        let times = try scratch.text("since").split(separator: "\n").compactMap { line in
            TailRecord(topic: "", key: nil, value: String(line)).object["value"].text("timestamp")
        }
        #expect(!times.isEmpty && times.allSatisfy { $0 >= "2026-01-07" })
    }

    @Test func delayChangesWhatIsKnownNotWhatIsFolded() throws {
        let shop = try scratch.shop()
        let (slow, late) = try replay(shop, delay: EventTime.hour)
        let (fast, early) = try replay(shop)
        #expect(slow != fast)
        #expect(late.replayer.counters.facts == early.replayer.counters.facts)
    }
}
