import Events
import Foundation
import Logging
import Synchronization

/// Writes the log to stderr: a line for people, or a JSON object a line.
struct LogLines: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    let format: LogFormat
    let usesColor: Bool
    private let repeats = RepeatFilter()

    init(format: LogFormat, usesColor: Bool) {
        self.format = format
        self.usesColor = usesColor
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let message = event.message.description
        guard repeats.passes(message, at: Clock.monotonic()) else { return }
        let line = LogLine(
            time: Clock.wall(),
            level: event.level,
            message: message,
            metadata: metadata.merging(event.metadata ?? [:]) { $1 }
        )
        let text = format == .json ? line.json : line.text(usesColor: usesColor)
        StandardError.print(text)
    }
}

/// Lets the same words through once in ten seconds: librdkafka repeats itself dozens of times a second while a broker
/// comes up. Bound: 256 messages; then all are forgotten.
final class RepeatFilter: Sendable {
    private static let pause: Int64 = 10_000
    private let last = Mutex<[String: Int64]>([:])

    func passes(_ message: String, at now: Int64) -> Bool {
        last.withLock { last in
            if let before = last[message], now - before < RepeatFilter.pause { return false }
            if last.count >= 256 { last.removeAll(keepingCapacity: true) }
            last[message] = now
            return true
        }
    }
}

/// One log record. Pure.
struct LogLine {
    var time: EventTime
    var level: Logger.Level
    var message: String
    var metadata: Logger.Metadata

    /// `12:04:31 warning  partitions lost  kafka.partitions=4`
    func text(usesColor: Bool) -> String {
        let clock = TimeStyle.text(time).dropFirst(11).prefix(8)
        let name = level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        let details = pairs.map { "  \($0.key)=\($0.value)" }.joined()
        guard usesColor else { return "\(clock) \(name) \(message)\(details)" }
        return "\u{1B}[2m\(clock)\u{1B}[0m \(color)\(name)\u{1B}[0m \(message)\u{1B}[2m\(details)\u{1B}[0m"
    }

    var json: String {
        var members = Dictionary(pairs, uniquingKeysWith: { $1 })
        members["time"] = TimeStyle.text(time)
        members["level"] = level.rawValue
        members["message"] = message
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(members)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private var pairs: [(key: String, value: String)] {
        metadata.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    }

    private var color: String {
        switch level {
        case .trace, .debug: "\u{1B}[2m"
        case .info: "\u{1B}[32m"
        case .notice: "\u{1B}[36m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[31m"
        }
    }
}
