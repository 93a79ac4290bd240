import Foundation
import Logging
import Testing

@testable import shopstream

/// Lines for people, objects for machines, and no word twice in a hurry.
@Suite struct LogTests {
    private let line = LogLine(
        time: 1_763_719_200_000,
        level: .warning,
        message: "partitions \"lost\"",
        metadata: ["kafka.partitions": "4", "kafka.group.id": "shop"]
    )

    @Test func `text has time, level, words, details`() {
        let text = "10:00:00 warning  partitions \"lost\"  kafka.group.id=shop  kafka.partitions=4"
        #expect(line.text(usesColor: false) == text)
        #expect(line.text(usesColor: true).contains("\u{1B}[33mwarning"))
    }

    @Test func `JSON has the same`() throws {
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.json.utf8)) as? [String: String])
        #expect(object["level"] == "warning" && object["message"] == "partitions \"lost\"")
        #expect(object["kafka.partitions"] == "4" && object["time"]?.hasPrefix("2025-11-21T10:00:00.000Z") == true)
    }

    @Test func `the same words pass once in ten seconds`() {
        let filter = RepeatFilter()
        #expect(filter.passes("a", at: 0))
        #expect(!filter.passes("a", at: 9_999))
        #expect(filter.passes("b", at: 9_999))
        #expect(filter.passes("a", at: 10_000))
    }
}
