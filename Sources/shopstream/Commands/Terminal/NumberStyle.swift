import Events

/// Numbers as people read them.
extension BinaryInteger {
    /// `1,234,567`
    var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "−" : "") + text
    }

    /// `1 event`, `2 events`
    func counted(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }
}

extension Double {
    /// `3.14`: rounded, with exactly so many places.
    func fixed(_ places: Int) -> String {
        guard isFinite, abs(self) < 9e14 else { return "–" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = Int64((abs(self) * scale).rounded())
        let sign = self < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % Int64(scale))
        return "\(sign)\(scaled / Int64(scale)).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }
}

enum ByteStyle {
    /// What `512M` means: digits, and K, M, G or T for powers of 1,024; nil for anything else.
    static func bytes(_ text: String) -> Int? {
        let units = "KMGT"
        let unit = text.last.flatMap { units.firstIndex(of: Character($0.uppercased())) }
        let digits = unit == nil ? Substring(text) : text.dropLast()
        guard !digits.isEmpty, digits.allSatisfy(\.isNumber), let number = Int(digits) else { return nil }
        let power = unit.map { units.distance(from: units.startIndex, to: $0) + 1 } ?? 0
        let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: 1 << (10 * power))
        return isTooLarge ? nil : bytes
    }

    /// `17.3 MiB`
    static func text(_ bytes: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1_024, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        return unit == 0 ? "\(bytes) B" : "\(value.fixed(1)) \(units[unit])"
    }
}

enum TimeStyle {
    /// `2026-11-21T10:07:31.042Z`
    static func text(_ time: EventTime) -> String {
        guard time != EventTime.unknown else { return "no time" }
        var buffer = ByteBuffer(capacity: 64)
        buffer.append(time: time)
        return buffer.bytes().text
    }
}
