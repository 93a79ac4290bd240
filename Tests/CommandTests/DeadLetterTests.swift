import ArgumentParser
import Events
import Pipeline
import Testing
import Traffic

@testable import shopstream

@Suite("Looking at dead letters")
struct DeadLetterTests {
    private func census(_ rig: LetterRig, _ arguments: String...) throws -> DeadLetterCensus {
        let list = try DeadLettersList.parse(arguments)
        return try list.census(rig.log, DeadLetterShelf(list.wanted.topic, existing: try rig.log.topics()), StopFlag())
    }

    @Test func lettersAreCountedByInputAndReason() throws {
        let rig = try LetterRig(filled: 7)
        let text = try census(rig, "--limit", "0").text(.plain)
        #expect(
            text == """
                input                      reason         letters  replayed  newest
                storefront.clickstream.v1  bad_timestamp        5         0  2023-11-14T22:13:20.000Z
                storefront.clickstream.v1  oversize             2         0  2023-11-14T22:13:20.000Z
                """
        )
    }

    @Test func whatWasSentBackIsCountedAsSuch() throws {
        let rig = try LetterRig(filled: 7)
        try rig.replay(DeadLetterRequest(filter: DeadLetterFilter(reasons: ["oversize"]), limit: 1))
        let rows = try census(rig).rows
        #expect(rows[.init(topic: LetterRig.clicks, reason: "oversize")]?.replayed == 1)
        #expect(rows[.init(topic: LetterRig.clicks, reason: "bad_timestamp")]?.replayed == 0)
        #expect(rows.values.map(\.letters).reduce(0, +) == 7, "the notes are no letters")
        #expect(try census(rig).text(.plain).contains("2 bytes, replayed"))
    }

    @Test func theNewestComeFirstAndNameNobody() throws {
        let rig = try LetterRig()
        for (index, user) in ["anna", "berta", "carla"].enumerated() {
            let time = 1_767_225_600_000 + Int64(index) * 1_000
            try rig.shelve("oversize", key: user, value: "{\"userId\":\"\(user)\"}", from: 0, at: time)
        }
        let lines = try census(rig, "--limit", "2").text(.plain).split(separator: "\n").map(String.init)
        #expect(lines.count == 4)
        #expect(
            lines[2] == "2026-01-01 00:00:02  dlq.storefront.clickstream.v1[0] 2  "
                + "storefront.clickstream.v1[0] at 17  oversize: why; keyed, 18 bytes"
        )
        #expect(lines[3].contains("[0] 1"))
        for quiet in [try census(rig).text(.plain), try census(rig).json] {
            #expect(!["anna", "berta", "carla"].contains { quiet.contains($0) })
        }
        for open in [try census(rig, "--reveal").text(.plain), try census(rig, "--reveal").json] {
            #expect(["anna", "berta", "carla"].allSatisfy { open.contains($0) })
        }
    }

    @Test func filtersChoose() throws {
        let rig = try LetterRig(filled: 7)
        try rig.shelve("oversize", key: "u", from: 0, at: 1_767_225_600_000)
        #expect(try census(rig, "--reason", "oversize").rows.values.map(\.letters) == [3])
        #expect(try census(rig, "--since", "2026-01-01").rows.values.map(\.letters) == [1])
        #expect(try census(rig, "--topic", "dlq.storefront.reviews.v1").text(.plain) == "no dead letters")
    }

    @Test func othersRecordsAreCountedApart() throws {
        let rig = try LetterRig(filled: 1)
        try rig.log.append(LetterRig.letters, 0, key: "k", value: "v")
        #expect(try census(rig).text(.plain).contains("and 1 record that are no dead letters of ours"))
    }

    // MARK: one

    private func show(_ rig: LetterRig, _ offset: Int64, _ more: String...) throws -> String {
        let place = ["--topic", LetterRig.letters, "--partition", "0", "--offset", "\(offset)"]
        let show = try DeadLettersShow.parse(place + more)
        return try show.lines(rig.log, existing: try rig.log.topics()).joined(separator: "\n")
    }

    @Test func oneIsShownWithoutItsPayload() throws {
        let rig = try LetterRig()
        let own = [Header("mail", "anna@example.org"), Header("none", nil), Header("__dlq.replays", "2")]
        try rig.shelve("oversize", key: "anna", value: "{\"userId\":\"anna\"}", from: 0, at: 1_767_225_600_000, own)
        let text = try show(rig, 0)
        #expect(!text.contains("anna"))
        let wanted = [
            "reason     oversize: why", "origin     storefront.clickstream.v1[0] at 17", "sent back  2 times",
            "time       2026-01-01T00:00:00.000Z", "key        4 bytes", "value      17 bytes",
            "header mail (16 bytes)", "header none is null", "header __dlq.errors.exception = oversize",
        ]
        for line in wanted { #expect(text.contains(line), "\(line) is missing:\n\(text)") }
        let open = try show(rig, 0, "--reveal", "--bytes", "16")
        #expect(open.contains("key        4 bytes: anna") && open.contains("header mail = anna@example.org"))
        #expect(open.contains("00000000  7b 22 75 73 65 72 49 64  22 3a 22 61 6e 6e 61 22  |{\"userId\":\"anna\"|"))
        #expect(open.hasSuffix("and 1 byte more"))
    }

    @Test func aPlaceWithoutARecordIsSaidSo() throws {
        let rig = try LetterRig(filled: 3)
        try rig.replay()
        let refusal = { (offset: Int64) in
            #expect(throws: Exit.self) { _ = try show(rig, offset) }?.sentence ?? ""
        }
        #expect(try show(rig, 1).contains("the letters at 0 were sent back"))
        #expect(refusal(2).contains("ends at 3") && refusal(50).contains("ends at 3"))
        try rig.shelve("oversize", key: "u", from: 0)
        #expect(refusal(2).contains("the next is at 3"))
    }

    @Test func bytesAreShownInRows() {
        #expect(HexView.lines([]).isEmpty)
        let short = HexView.lines([0x41, 0x0A])
        #expect(short == ["00000000  41 0a " + String(repeating: "   ", count: 14) + "  |A.|"])
        let long = HexView.lines([UInt8](repeating: 0, count: 33))
        #expect(long.map { $0.prefix(8) } == ["00000000", "00000010", "00000020"])
    }

    // MARK: offsets

    @Test func rangesMergeWhatTouches() {
        var ranges = OffsetRanges()
        for offset: Int64 in [5, 7, 6, 1, 9, 2] { ranges.insert(offset) }
        #expect(ranges.text == "1-2,5-7,9" && ranges.count == 6)
        ranges.insert(3...8)
        #expect(ranges.text == "1-9" && OffsetRanges("1-9") == ranges)
        #expect(!ranges.contains(0) && ranges.contains(1) && ranges.contains(9) && !ranges.contains(10))
        #expect(OffsetRanges("3")?.text == "3")
        for wrong in ["", "a", "3-1", "1-2-3", "1,,2", "-1"] { #expect(OffsetRanges(wrong) == nil, "\(wrong)") }
    }

    /// Against a set, over many random insertions.
    @Test(arguments: 0..<10)
    func rangesHoldWhatASetHolds(seed: Int) {
        var ranges = OffsetRanges()
        var set = Set<Int64>()
        for step in 0..<200 {
            let draw = Hash.combine(UInt64(seed), UInt64(step))
            let low = Int64(draw % 300)
            let range = low...low + Int64(draw >> 40 % 5)
            ranges.insert(range)
            set.formUnion(range)
        }
        #expect((0..<400).allSatisfy { ranges.contains($0) == set.contains($0) })
        #expect(ranges.count == Int64(set.count) && OffsetRanges(ranges.text) == ranges)
    }
}
