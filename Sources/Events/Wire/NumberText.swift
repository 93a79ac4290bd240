/// Numbers and times as JSON text, appended digit by digit.
extension ByteBuffer {
    public mutating func append(integer value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(unsigned: value.magnitude)
    }

    public mutating func append(unsigned value: UInt64) {
        write(value, digits: ByteBuffer.digits(of: value), places: 0)
    }

    @inline(__always)
    private static func digits(of value: UInt64) -> Int {
        if value < 10 { return 1 }
        if value < 100 { return 2 }
        var count = 3
        var rest = value / 1_000
        while rest > 0 {
            rest /= 10
            count &+= 1
        }
        return count
    }

    /// A decimal with up to `decimals` places (at most 9), rounded half up, trailing zeros cut; not finite becomes 0.
    public mutating func append(decimal value: Double, decimals: Int) {
        let magnitude = abs(value) * ByteBuffer.scale(decimals)
        guard magnitude < 0x1p63 else { return append(UInt8(ascii: "0")) }
        var rest = UInt64(bitPattern: Int64(magnitude + 0.5))
        if value < 0, rest > 0 { append(UInt8(ascii: "-")) }
        var places = decimals
        while places > 0, rest % 10 == 0 {
            rest /= 10
            places &-= 1
        }
        write(rest, digits: max(ByteBuffer.digits(of: rest), places &+ 1), places: places)
    }

    @inline(__always)
    private static func scale(_ decimals: Int) -> Double {
        switch decimals {
        case 0: 1
        case 1: 10
        case 2: 100
        case 4: 10_000
        default: (0..<min(decimals, 9)).reduce(1) { scale, _ in scale * 10 }
        }
    }

    /// `digits` digits, padded with zeros, the last `places` of them behind a point. Written from the right.
    @inline(__always)
    private mutating func write(_ value: UInt64, digits: Int, places: Int) {
        var rest = value
        let length = digits &+ (places > 0 ? 1 : 0)
        extend(by: length) { target in
            var index = length
            while index > 0 {
                index &-= 1
                if places > 0, length &- index == places &+ 1 {
                    target[index] = UInt8(ascii: ".")
                } else {
                    target[index] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
            }
        }
    }

    /// `2026-11-21T10:07:31.042Z`. O(1)
    public mutating func append(time: EventTime) {
        let day = ByteBuffer.day(of: time)
        let rest = time &- day &* EventTime.day
        append(dateOfDay: day)
        extend(by: 14) { target in
            target[0] = UInt8(ascii: "T")
            ByteBuffer.writeTwo(rest / EventTime.hour, to: target + 1)
            target[3] = UInt8(ascii: ":")
            ByteBuffer.writeTwo(rest / EventTime.minute % 60, to: target + 4)
            target[6] = UInt8(ascii: ":")
            ByteBuffer.writeTwo(rest / EventTime.second % 60, to: target + 7)
            target[9] = UInt8(ascii: ".")
            target[10] = 48 &+ UInt8(truncatingIfNeeded: rest % 1_000 / 100)
            ByteBuffer.writeTwo(rest % 100, to: target + 11)
            target[13] = UInt8(ascii: "Z")
        }
    }

    /// `2026-11-21`
    public mutating func append(date: EventTime) { append(dateOfDay: ByteBuffer.day(of: date)) }

    @inline(__always)
    private static func day(of time: EventTime) -> Int64 {
        time >= 0 ? time / EventTime.day : (time - EventTime.day + 1) / EventTime.day
    }

    @inline(__always)
    private mutating func append(dateOfDay day: Int64) {
        let (year, month, dayOfMonth) = TimeText.civil(fromDays: day)
        extend(by: 10) { target in
            ByteBuffer.writeTwo(year / 100, to: target)
            ByteBuffer.writeTwo(year % 100, to: target + 2)
            target[4] = UInt8(ascii: "-")
            ByteBuffer.writeTwo(month, to: target + 5)
            target[7] = UInt8(ascii: "-")
            ByteBuffer.writeTwo(dayOfMonth, to: target + 8)
        }
    }

    @inline(__always)
    private static func writeTwo(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) {
        target[0] = 48 &+ UInt8(truncatingIfNeeded: value / 10 % 10)
        target[1] = 48 &+ UInt8(truncatingIfNeeded: value % 10)
    }
}
