import Events
import Testing

@testable import shopstream

@Suite struct SendMarksTests {
    @Test func `the first record of a moment counts`() {
        var marks = SendMarks()
        marks.add(10, sent: 100)
        marks.add(10, sent: 101)
        marks.add(20, sent: 102)
        #expect(marks.sent(10) == 100 && marks.sent(20) == 102)
        #expect(marks.sent(15) == nil && marks.sent(21) == nil)
    }

    @Test func `what is long past is forgotten`() {
        var marks = SendMarks()
        for time in 0..<200_000 { marks.add(Int64(time), sent: Int64(time)) }
        #expect(marks.sent(0) == nil && marks.sent(199_999) == 199_999 && marks.sent(150_000) == 150_000)
    }
}
