/// Numbers and times as JSON text, appended digit by digit.
extension ByteBuffer {
    public mutating func append(integer value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(unsigned: value.magnitude)
    }

    public mutating func append(unsigned value: UInt64) {
        reserve(20)
        var divisor: UInt64 = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(48 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    /// A decimal with up to `decimals` places, rounded half up, trailing zeros cut. Becomes 0 when it is not finite
    /// or has more than 19 digits.
    public mutating func append(decimal value: Double, decimals: Int) {
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        guard value.isFinite, abs(value) * Double(scale) < 1e19 else { return append(UInt8(ascii: "0")) }
        var scaled = UInt64((abs(value) * Double(scale)).rounded())
        if value < 0, scaled > 0 { append(UInt8(ascii: "-")) }
        append(unsigned: scaled / scale)
        scaled %= scale
        guard scaled > 0 else { return }
        append(UInt8(ascii: "."))
        while scaled > 0 {
            scale /= 10
            append(48 + UInt8(scaled / scale))
            scaled %= scale
        }
    }

    /// `2026-11-21T10:07:31.042Z`. O(1)
    public mutating func append(time: EventTime) {
        let day = time >= 0 ? time / EventTime.day : (time - EventTime.day + 1) / EventTime.day
        let rest = time - day * EventTime.day
        append(dateOfDay: day)
        append(UInt8(ascii: "T"))
        appendTwo(rest / EventTime.hour)
        append(UInt8(ascii: ":"))
        appendTwo(rest / EventTime.minute % 60)
        append(UInt8(ascii: ":"))
        appendTwo(rest / EventTime.second % 60)
        append(UInt8(ascii: "."))
        append(48 + UInt8(rest % 1_000 / 100))
        appendTwo(rest % 100)
        append(UInt8(ascii: "Z"))
    }

    /// `2026-11-21`
    public mutating func append(date: EventTime) {
        append(dateOfDay: date >= 0 ? date / EventTime.day : (date - EventTime.day + 1) / EventTime.day)
    }

    private mutating func append(dateOfDay day: Int64) {
        let (year, month, dayOfMonth) = TimeText.civil(fromDays: day)
        appendTwo(year / 100)
        appendTwo(year % 100)
        append(UInt8(ascii: "-"))
        appendTwo(month)
        append(UInt8(ascii: "-"))
        appendTwo(dayOfMonth)
    }

    private mutating func appendTwo(_ value: Int64) {
        append(48 + UInt8(truncatingIfNeeded: value / 10 % 10))
        append(48 + UInt8(truncatingIfNeeded: value % 10))
    }
}
