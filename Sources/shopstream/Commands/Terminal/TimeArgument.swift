import ArgumentParser
import Events
import Glibc

/// A point in time as it is given on the command line: ISO-8601, a number in s, ms or µs, `now`, or so long ago (`90s`,
/// `15m`, `12h`, `7d`).
enum TimeArgument: ExpressibleByArgument, Equatable {
    case at(EventTime)
    case ago(Int64)

    init?(argument: String) {
        if argument == "now" {
            self = .ago(0)
        } else if let span = TimeArgument.span(argument) {
            self = .ago(span)
        } else if let time = TimeArgument.time(argument), EventTime.plausible.contains(time) {
            self = .at(time)
        } else {
            return nil
        }
    }

    func time(now: EventTime) -> EventTime {
        switch self {
        case .at(let time): time
        case .ago(let span): now - span
        }
    }

    private static func span(_ text: String) -> Int64? {
        let units: [Character: Int64] = [
            "s": EventTime.second, "m": EventTime.minute, "h": EventTime.hour, "d": EventTime.day,
        ]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
            (0...1_000_000).contains(count)
        else { return nil }
        return count * unit
    }

    private static func time(_ text: String) -> EventTime? {
        var text = text
        return text.withUTF8 { utf8 in
            let bytes = Bytes(UnsafeRawBufferPointer(utf8))
            return TimeText.parse(bytes) ?? Decimal.parse(bytes).flatMap(TimeText.fromNumber)
        }
    }
}
