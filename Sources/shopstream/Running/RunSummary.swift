import Foundation
import Pipeline
import Web

/// What a bounded run has done and what it cost.
struct RunSummary: Encodable, Equatable {
    var records: UInt64
    var events: UInt64
    var duplicates: UInt64
    var rejected: UInt64
    var skipped: UInt64
    /// Records written, by topic.
    var outputs: [String: UInt64]
    var wallSeconds: Double
    var cpuSeconds: Double
    var eventsPerSecond: Double
    var peakBytes: Int64

    init(_ total: LineTotals, _ use: ResourceUse) {
        records = total.consumed.reduce(0, +)
        events = total.events
        duplicates = total.duplicates
        rejected = total.rejected
        skipped = total.skipped
        outputs = Dictionary(uniqueKeysWithValues: OutputTopic.allCases.map { ($0.name, total.output($0)) })
        for (input, row) in zip(total.inputs, total.rejections) {
            outputs[Topology.deadLetters(of: input)] = row.reduce(0, +)
        }
        wallSeconds = (use.wallSeconds * 1_000).rounded() / 1_000
        cpuSeconds = (use.cpuSeconds * 1_000).rounded() / 1_000
        eventsPerSecond = (Double(total.events) / max(0.001, use.wallSeconds)).rounded()
        peakBytes = use.peakBytes
    }

    var text: String {
        let written = outputs.sorted { $0.key < $1.key }.filter { $0.value > 0 && $0.key.hasPrefix("insights.") }
            .map { "\($0.value.grouped) \($0.key.dropFirst("insights.".count).prefix { $0 != "." })" }
        return "\(events.counted("event")) (\(duplicates.grouped) seen before), \(rejected.grouped) rejected, "
            + "\(skipped.grouped) skipped → \(written.isEmpty ? "nothing" : written.joined(separator: ", ")); "
            + "\(wallSeconds.fixed(1)) s, \(cpuSeconds.fixed(1)) s CPU, \(Int(eventsPerSecond).grouped) events/s, "
            + "peak \(ByteStyle.text(peakBytes))"
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
