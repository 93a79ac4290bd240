/// Numbers and times as JSON text, appended digit by digit.
extension ByteBuffer {
    public mutating func append(integer value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(unsigned: value.magnitude)
    }

    @inline(__always)
    public mutating func append(unsigned value: UInt64) {
        reserve(20)
        let digits = value < 10 ? 1 : value < 100 ? 2 : ByteBuffer.digits(of: value)
        write(value, digits: digits)
    }

    private static func digits(of value: UInt64) -> Int {
        var count = 3
        var bound: UInt64 = 1_000
        while value >= bound, count < 20 {
            count += 1
            (bound, _) = bound.multipliedReportingOverflow(by: 10)
        }
        return count
    }

    /// A decimal with up to `decimals` places (at most 9), rounded half up, trailing zeros cut; not finite becomes 0.
    @inline(__always)
    public mutating func append(decimal value: Double, decimals: Int) {
        let scale = ByteBuffer.scale(decimals)
        guard abs(value) * Double(scale) < 0x1p63 else { return append(UInt8(ascii: "0")) }
        let scaled = UInt64(abs(value) * Double(scale) + 0.5)
        if value < 0, scaled > 0 { append(UInt8(ascii: "-")) }
        append(unsigned: scaled / scale)
        var fraction = scaled % scale
        guard fraction > 0 else { return }
        var places = decimals
        while fraction % 10 == 0 {
            fraction /= 10
            places -= 1
        }
        reserve(places + 1)
        append(UInt8(ascii: "."))
        write(fraction, digits: places)
    }

    @inline(__always)
    private static func scale(_ decimals: Int) -> UInt64 {
        switch decimals {
        case 0: 1
        case 1: 10
        case 2: 100
        case 4: 10_000
        default: (0..<min(decimals, 9)).reduce(1) { scale, _ in scale * 10 }
        }
    }

    /// Exactly `digits` digits, padded with zeros; room is reserved.
    @inline(__always)
    private mutating func write(_ value: UInt64, digits: Int) {
        var rest = value
        extend(by: digits) { target in
            for index in stride(from: digits - 1, through: 0, by: -1) {
                target[index] = 48 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
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
