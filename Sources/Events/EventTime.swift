/// Points in time are milliseconds since 1970-01-01T00:00:00Z, in an `Int64`: comparable, storable, free of calendars.
public typealias EventTime = Int64

extension EventTime {
    public static let second: Int64 = 1_000
    public static let minute: Int64 = 60 * second
    public static let hour: Int64 = 60 * minute
    public static let day: Int64 = 24 * hour

    /// No time given.
    public static let unknown = Int64.min

    /// What a shop's event can carry: 1980 up to 2100. Outside of it the clock, not the customer, is wrong.
    public static let plausible: ClosedRange<Int64> = 315_532_800_000...4_102_444_799_999
}

/// Reads and writes times. Reading takes ISO-8601 with any fraction and offset, and numbers in s, ms or µs.
public enum TimeText {
    /// Seconds up to the year 5138, milliseconds up to 5138, microseconds beyond: the magnitude tells the unit.
    public static func fromNumber(_ value: Double) -> EventTime? {
        guard value.isFinite, value > 0 else { return nil }
        let milliseconds = value < 1e11 ? value * 1_000 : value < 1e14 ? value : value / 1_000
        return milliseconds < 9e15 ? EventTime(milliseconds.rounded(.down)) : nil
    }

    /// Parses `2015-12-12T19:11:01.249Z`, `2015-12-12 19:11:01+01:00`, `2015-12-12`, `20151212T191101Z` is refused.
    /// A time without offset is UTC. O(n)
    public static func parse(_ text: Bytes) -> EventTime? {
        guard text.count >= 10, text.count <= 40, let day = date(text) else { return nil }
        if text.count == 10 { return day }
        guard text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " ") || text[10] == UInt8(ascii: "t"),
            text.count >= 16, let hour = two(text, 11), hour < 24, text[13] == UInt8(ascii: ":"),
            let minute = two(text, 14), minute < 60
        else { return nil }
        var at = 16
        guard let seconds = secondsAndFraction(text, &at), let offset = zone(text, at) else { return nil }
        return day + (hour * 60 + minute - offset) * EventTime.minute + seconds
    }

    @inline(__always)
    static func two(_ text: Bytes, _ at: Int) -> Int64? {
        guard at + 1 < text.count else { return nil }
        let high = text[at] &- 48
        let low = text[at + 1] &- 48
        return high < 10 && low < 10 ? Int64(high) * 10 + Int64(low) : nil
    }

    private static func date(_ text: Bytes) -> EventTime? {
        guard let century = two(text, 0), let year = two(text, 2), let month = two(text, 5), let day = two(text, 8),
            text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = daysFromCivil(century * 100 + year, month, day)
        // The 30th of February would be the 2nd of March: refused, not guessed.
        return day <= 28 || civil(fromDays: days).day == day ? days * EventTime.day : nil
    }

    /// Optional `:ss`, optional fraction of any length; milliseconds, cut.
    private static func secondsAndFraction(_ text: Bytes, _ at: inout Int) -> Int64? {
        guard at < text.count, text[at] == UInt8(ascii: ":") else { return 0 }
        guard let seconds = two(text, at + 1), seconds <= 60 else { return nil }
        at += 3
        guard at < text.count, text[at] == UInt8(ascii: ".") || text[at] == UInt8(ascii: ",") else {
            return seconds * 1_000
        }
        at += 1
        var scale: Int64 = 100
        var milliseconds: Int64 = 0
        let start = at
        while at < text.count, text[at] &- 48 < 10 {
            milliseconds += Int64(text[at] &- 48) * scale
            scale /= 10
            at += 1
        }
        return at > start ? seconds * 1_000 + milliseconds : nil
    }

    /// Minutes east of Greenwich: `Z`, nothing, `+01:00`, `+0100`, `-05`.
    private static func zone(_ text: Bytes, _ at: Int) -> Int64? {
        if at == text.count { return 0 }
        let sign = text[at]
        if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return at + 1 == text.count ? 0 : nil }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = two(text, at + 1), hours <= 18 else {
            return nil
        }
        var minutes: Int64 = 0
        let rest = text.count - at - 3
        if rest > 0 {
            let colon = text[at + 3] == UInt8(ascii: ":") ? 1 : 0
            guard rest == 2 + colon, let value = two(text, at + 3 + colon), value < 60 else { return nil }
            minutes = value
        }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }

    /// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date
    /// algorithms", 2013).
    static func daysFromCivil(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The inverse of ``daysFromCivil(_:_:_:)``, from the same source.
    static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }
}
