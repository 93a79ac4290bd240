import Events

/// Times as `2026-01-02T03:04:05.678Z`; the date is worked out once a day.
struct ClockText {
    private var day = Int64.min
    private var year: UInt64 = 0
    private var month: UInt64 = 0
    private var dayOfMonth: UInt64 = 0

    mutating func put(_ time: EventTime, into pen: inout Pen) {
        let today = time / EventTime.day
        if today != day { turn(to: today) }
        let rest = UInt64(time - today * EventTime.day)
        pen.put(year, width: 4)
        pen.put(UInt8(ascii: "-"))
        pen.put(month, width: 2)
        pen.put(UInt8(ascii: "-"))
        pen.put(dayOfMonth, width: 2)
        pen.put(UInt8(ascii: "T"))
        pen.put(rest / 3_600_000, width: 2)
        pen.put(UInt8(ascii: ":"))
        pen.put(rest / 60_000 % 60, width: 2)
        pen.put(UInt8(ascii: ":"))
        pen.put(rest / 1_000 % 60, width: 2)
        pen.put(UInt8(ascii: "."))
        pen.put(rest % 1_000, width: 3)
        pen.put(UInt8(ascii: "Z"))
    }

    /// Civil date of a day since 1970 (Hinnant 2013), for days after that.
    private mutating func turn(to today: Int64) {
        day = today
        let shifted = today + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = UInt64(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        dayOfMonth = UInt64(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        year = UInt64(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    }
}
