import Foundation
import Testing

@testable import Events

/// Times against Foundation's calendar.
@Suite struct TimeTextTests {
    static let utc: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// Foundation keeps the Julian calendar up to 1582; ours is Gregorian throughout.
    static func randomTime(_ dice: inout Dice) -> EventTime {
        let first: EventTime = -11_670_998_400_000  // 1600
        return first + EventTime(dice.below(265_046_774_399_999))  // up to 9999
    }

    static func date(_ time: EventTime) -> Date { Date(timeIntervalSince1970: Double(time) / 1_000) }

    @Test func `times are written as Foundation's calendar has them`() {
        var dice = Dice(seed: 9)
        for _ in 0..<5_000 {
            let time = Self.randomTime(&dice)
            let parts = Self.utc.dateComponents([.year, .month, .day, .hour, .minute, .second], from: Self.date(time))
            let seconds = [parts.hour ?? -1, parts.minute ?? -1, parts.second ?? -1].map { padded($0, 2) }.joined(
                separator: ":"
            )
            let day = "\(padded(parts.year ?? -1, 4))-\(padded(parts.month ?? -1, 2))-\(padded(parts.day ?? -1, 2))"
            let milliseconds = ((time % 1_000) + 1_000) % 1_000
            if text(of: time) != "\(day)T\(seconds).\(padded(Int(milliseconds), 3))Z" {
                Issue.record("\(time): \(text(of: time))")
            }
        }
    }

    func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    @Test func `what is written is read back`() {
        var dice = Dice(seed: 10)
        for _ in 0..<20_000 {
            let time = Self.randomTime(&dice)
            if withBytes(text(of: time), TimeText.parse) != time { Issue.record("\(time): \(text(of: time))") }
        }
    }

    @Test func `offsets move times as Foundation says`() throws {
        var dice = Dice(seed: 11)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: false, timeZone: .gmt)
        for _ in 0..<2_000 {
            let time = Self.randomTime(&dice) / 1_000 * 1_000
            let minutes = dice.below(2 * 18 * 60) - 18 * 60
            let zone = "\(minutes < 0 ? "-" : "+")\(padded(abs(minutes) / 60, 2)):\(padded(abs(minutes) % 60, 2))"
            let local = text(of: time).prefix(19) + zone
            let expected = try style.parse(String(text(of: time).prefix(19)) + zone)
            let found = try #require(withBytes(String(local), TimeText.parse), "\(local)")
            if Double(found) / 1_000 != expected.timeIntervalSince1970 { Issue.record("\(local): \(found)") }
        }
    }

    @Test func `every day of four hundred years comes back, and no other`() {
        var days = TimeText.daysFromCivil(1900, 1, 1)
        for year in 1900..<2300 as Range<Int64> {
            for month in 1...12 as ClosedRange<Int64> {
                let length = Self.length(year, month)
                for day in 1...31 as ClosedRange<Int64> {
                    let text = "\(year)-\(padded(Int(month), 2))-\(padded(Int(day), 2))"
                    let found = withBytes(text, TimeText.parse)
                    if found != (day <= length ? days * EventTime.day : nil) { Issue.record("\(text)") }
                    if day <= length { days += 1 }
                }
            }
        }
        #expect(days == TimeText.daysFromCivil(2300, 1, 1))
    }

    static func length(_ year: Int64, _ month: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
    }

    @Test func `the magnitude tells the unit`() {
        #expect(TimeText.fromNumber(1_446_033_600) == noon)
        #expect(TimeText.fromNumber(1_446_033_600_000) == noon)
        #expect(TimeText.fromNumber(1_446_033_600_000_000) == noon)
        #expect(TimeText.fromNumber(99_999_999_999) == 99_999_999_999_000)
        for value in [0, -1, .nan, .infinity, -.infinity, 1e300] as [Double] {
            #expect(TimeText.fromNumber(value) == nil)
        }
    }

    @Test func `any bytes are a time or none`() {
        var dice = Dice(seed: 12)
        let alphabet = Array("0123456789012345678901234567890-:.+TZ ,tz".utf8)
        var read = 0
        for round in 0..<100_000 {
            var bytes = Array("2015-12-12T19:11:01.249+01:00".utf8)
            for _ in 0...(round & 3) { bytes[dice.below(bytes.count)] = alphabet[dice.below(alphabet.count)] }
            if round & 4 == 0 { bytes.removeLast(dice.below(bytes.count)) }
            if let time = withBytes(bytes, TimeText.parse) {
                read += 1
                #expect(abs(time) < 400_000_000_000_000)
            }
        }
        #expect(read > 5_000)
    }

    @Test func `dates are written alone too`() {
        var buffer = ByteBuffer()
        buffer.append(date: noon)
        buffer.append(date: -1)
        #expect(buffer.bytes().text == "2015-10-281969-12-31")
    }
}
