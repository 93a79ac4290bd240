import Events
import Testing

@testable import shopstream

@Suite("What is written for people")
struct TerminalTests {
    @Test func numbersAreGrouped() {
        #expect([0, 12, 999, 1_000, 1_234_567].map(\.grouped) == ["0", "12", "999", "1,000", "1,234,567"])
        #expect((-1_000).grouped == "−1,000")
        #expect(1.counted("event") == "1 event" && 2.counted("event") == "2 events")
    }

    @Test func decimalsHaveTheirPlaces() {
        #expect((3.14159).fixed(2) == "3.14" && (2.0).fixed(1) == "2.0" && (-0.305).fixed(1) == "-0.3")
        #expect((0.05).fixed(2) == "0.05" && (-0.001).fixed(2) == "0.00" && (99.5).fixed(0) == "100")
        #expect(Double.nan.fixed(2) == "–")
    }

    @Test func bytesHaveUnits() {
        #expect(
            ByteStyle.text(512) == "512 B" && ByteStyle.text(1_536) == "1.5 KiB" && ByteStyle.text(5 << 30) == "5.0 GiB"
        )
    }

    @Test func columnsStandUnderEachOther() {
        var table = TextTable([.left, .right])
        table.add(["a", "1", "x"])
        table.add(["bcd", "22"])
        #expect(table.lines == ["a     1  x", "bcd  22"])
    }

    @Test func progressTellsShareAndRate() {
        let text = ProgressLine.text("replay", share: 0.5, count: 12_345, rate: 678.4, unit: "lines")
        #expect(text == "replay [============>           ]  50 %  12,345 lines  678/s")
        #expect(ProgressLine.text("x", share: nil, count: 1, rate: 1, unit: "u") == "x  1 u  1/s")
        #expect(
            ProgressLine.text("x", share: 1, count: 1, rate: 1, unit: "u").contains("[========================] 100 %")
        )
    }

    @Test func outputIsWrittenWhole() throws {
        let scratch = try Scratch()
        let file = try OutputFile(scratch.path("a"))
        for index in 0..<20_000 { try file.write(line: "line \(index)") }
        try file.flush()
        let lines = try scratch.text("a").split(separator: "\n")
        #expect(lines.count == 20_000 && lines.last == "line 19999")
        #expect(throws: Exit.self) { try OutputFile(scratch.path("no/such/folder")) }
    }
}
