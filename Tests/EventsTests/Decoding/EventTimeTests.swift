import Events
import Testing

/// When it happened: forms of times, which member counts, and what time is believed.
@Suite struct EventTimeTests {
    static func at(_ timestamp: String, recordTime: EventTime = EventTime.unknown) -> String {
        let line = told(
            #"{"event":"Cart Viewed","userId":"u1","timestamp":\#(timestamp)}"#,
            recordTime: recordTime
        )
        return line.hasPrefix("cartViewed u1 ") ? String(line.dropFirst("cartViewed u1 ".count)) : line
    }

    @Test(arguments: [
        ("2015-12-12T19:11:01.249Z", "2015-12-12T19:11:01.249Z"), ("2015-12-12T19:11:01Z", "2015-12-12T19:11:01.000Z"),
        ("2015-12-12T19:11:01", "2015-12-12T19:11:01.000Z"), ("2015-12-12 19:11:01", "2015-12-12T19:11:01.000Z"),
        ("2015-12-12t19:11:01z", "2015-12-12T19:11:01.000Z"), ("2015-12-12T19:11", "2015-12-12T19:11:00.000Z"),
        ("2015-12-12T19:11Z", "2015-12-12T19:11:00.000Z"), ("2015-12-12", "2015-12-12T00:00:00.000Z"),
        ("2015-12-12T19:11:01.2Z", "2015-12-12T19:11:01.200Z"), ("2015-12-12T19:11:01.24Z", "2015-12-12T19:11:01.240Z"),
        ("2015-12-12T19:11:01.2499999Z", "2015-12-12T19:11:01.249Z"),
        ("2015-12-12T19:11:01.249123456789Z", "2015-12-12T19:11:01.249Z"),
        ("2015-12-12T19:11:01,249Z", "2015-12-12T19:11:01.249Z"),
        ("2015-12-12T19:11:01.249+01:00", "2015-12-12T18:11:01.249Z"),
        ("2015-12-12T19:11:01-0530", "2015-12-13T00:41:01.000Z"),
        ("2015-12-12T19:11:01+14", "2015-12-12T05:11:01.000Z"),
        ("2015-12-12T00:30:00+01:00", "2015-12-11T23:30:00.000Z"), ("2015-12-31T23:59:60Z", "2016-01-01T00:00:00.000Z"),
        ("2015-12-12T19:11:01.249\\u002B01:00", "2015-12-12T18:11:01.249Z"),
        ("2016-02-29T12:00:00-00:00", "2016-02-29T12:00:00.000Z"), ("2000-02-29", "2000-02-29T00:00:00.000Z"),
    ])
    func `ISO-8601 is read with any fraction and offset`(text: String, time: String) {
        #expect(Self.at("\"\(text)\"") == time)
    }

    @Test(arguments: [
        "", " ", "yesterday, about noon", "2015", "2015-12", "2015-12-1", "2015-13-01", "2015-00-01", "2015-12-00",
        "2015-12-32",
        "2015-02-30", "2015-02-29", "2100-02-29", "2015-04-31", "2015-12-12T", "2015-12-12T19", "2015-12-12T19:",
        "2015-12-12T24:00:00Z",
        "2015-12-12T19:60:00Z", "2015-12-12T19:11:61Z", "2015-12-12T19:11:1Z", "2015-12-12T19:11:01.Z",
        "2015-12-12T19:11:01.249ZZ",
        "2015-12-12T19:11:01X", "2015-12-12T19:11:01+1", "2015-12-12T19:11:01+25:00", "2015-12-12T19:11:01+01:60",
        "2015-12-12T19:11:01+01:0", "2015-12-12T19:11:01+01:000", "2015-12-12X19:11:01", "20151212T191101Z",
        "2015/12/12 19:11:01",
        "12-12-2015", "2015-12-12T19:11:01.249Z                    ", "+2015-12-12T19:11:01Z", "２０１５-12-12", "NaN",
        "-1", "0",
    ])
    func `what is no time is a bad timestamp`(text: String) {
        #expect(Self.at("\"\(text)\"") == "rejected bad_timestamp")
    }

    @Test(arguments: [
        ("1446033600", noonText), ("1446033600.25", "2015-10-28T12:00:00.250Z"), ("1446033600000", noonText),
        ("1446033600000000", noonText), ("1446033600000250", noonText), ("1.4460336e9", noonText),
        ("\"1446033600\"", noonText),
        ("\"1446033600000\"", noonText), ("\"1446033600.5\"", "2015-10-28T12:00:00.500Z"),
    ])
    func `numbers are seconds, milliseconds or microseconds`(number: String, time: String) {
        #expect(Self.at(number) == time)
    }

    @Test(arguments: [
        "0", "-1446033600", "1e400", "-1e400", "1446033600000000000", "1e11", "123", "true", "{}", "[1446033600]",
    ])
    func `other numbers and values are bad timestamps`(value: String) {
        #expect(Self.at(value) == "rejected bad_timestamp")
    }

    @Test(arguments: [
        ("1600-01-01T00:00:00Z", false), ("1970-01-01T00:00:00Z", false), ("1979-12-31T23:59:59.999Z", false),
        ("1980-01-01T00:00:00Z", true), ("2099-12-31T23:59:59.999Z", true), ("2100-01-01T00:00:00Z", false),
        ("9999-12-31T23:59:59.999Z", false), ("0000-01-01T00:00:00Z", false),
    ])
    func `times from 1980 to 2100 are plausible`(text: String, isAccepted: Bool) {
        #expect((Self.at("\"\(text)\"") != "rejected bad_timestamp") == isAccepted)
    }

    @Test func `a time in the record's future is quarantined`() {
        let minute = EventTime.minute
        for (lead, isAccepted) in [
            (-1_000 * minute, true), (0, true), (5 * minute, true), (5 * minute + 1, false), (99 * minute, false),
        ] {
            #expect(
                Self.at("\(noon)", recordTime: noon - lead) == (isAccepted ? noonText : "rejected future_timestamp")
            )
            let received = #"{"event":"Cart Viewed","userId":"u1","timestamp":\#(noon),"receivedAt":\#(noon - lead)}"#
            #expect(told(received).hasPrefix("cartViewed") == isAccepted, "\(lead)")
        }
    }

    @Test(arguments: [Int64.max, Int64.max - 1, Int64.min + 1, -1, 0])
    func `no record time is too wild`(recordTime: Int64) {
        #expect(
            Self.at("\(noon)", recordTime: recordTime) == (recordTime > noon ? noonText : "rejected future_timestamp")
        )
        #expect(Self.at("null", recordTime: recordTime) == "rejected bad_timestamp")
    }

    @Test func `the first time given counts`() {
        let record = { (members: String) in #"{"event":"Cart Viewed","userId":"u1"\#(members)}"# }
        let hour = { (hour: Int) in "2015-10-28T\(hour):00:00.000Z" }
        let all = #","receivedAt":"\#(hour(12))","originalTimestamp":"\#(hour(11))","timestamp":"\#(hour(10))""#
        #expect(told(record(all), recordTime: noon + EventTime.hour).hasSuffix(hour(10)))
        #expect(told(record(all.replacing(#","timestamp""#, with: #","sentAt""#))).hasSuffix(hour(11)))
        #expect(told(record(all.replacing(#","timestamp":"#, with: #","timestamp":null,"x":"#))).hasSuffix(hour(11)))
        #expect(told(record(#","receivedAt":"\#(hour(12))""#)).hasSuffix(hour(12)))
        #expect(told(record(""), recordTime: noon).hasSuffix(hour(12)))
        #expect(told(record(""), recordTime: EventTime.unknown) == "rejected bad_timestamp")
    }

    @Test func `a time that cannot be read is no missing one`() {
        let record = #"{"event":"Cart Viewed","userId":"u1","timestamp":"soon","originalTimestamp":"\#(noonText)"}"#
        #expect(told(record, recordTime: noon) == "rejected bad_timestamp")
    }

    @Test func `a receivedAt that cannot be read bounds nothing`() {
        #expect(told(viewed(#""userId":"u1","timestamp":\#(noon),"receivedAt":"soon""#)).hasPrefix("productViewed"))
    }
}
