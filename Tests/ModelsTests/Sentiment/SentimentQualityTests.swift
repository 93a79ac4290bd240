import Foundation
import Models
import Testing

/// Recorded reviews beside the package: `../shared/data/text`, where it is there.
private enum RecordedReviews {
    static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/data/text")

    static let areThere = FileManager.default.isReadableFile(
        atPath: folder.appendingPathComponent("cells.events.ndjson.gz").path
    )

    struct Event: Decodable {
        /// Shops send ratings as numbers and as text.
        enum Rating: Decodable {
            case stars(Double?)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Double.self) {
                    self = .stars(number)
                } else {
                    self = .stars(Double(try container.decode(String.self)))
                }
            }
        }

        struct Properties: Decodable {
            var rating: Rating?
            var reviewBody: String
        }
        var messageId: String
        var properties: Properties
    }

    struct Gold: Decodable {
        var messageId: String
        var label: String
        var fold: String
    }

    static func lines<Row: Decodable>(_ name: String, as type: Row.Type) throws -> [Row] {
        let unzip = Process()
        unzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        unzip.arguments = ["-dc", folder.appendingPathComponent(name + ".ndjson.gz").path]
        let pipe = Pipe()
        unzip.standardOutput = pipe
        try unzip.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        unzip.waitUntilExit()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try data.split(separator: 10).map { try decoder.decode(type, from: Data($0)) }
    }
}

@Suite struct SentimentQualityTests {
    /// Small sets only, so that a debug build stays quick; the bars for a warm start. All rows of a set are scored,
    /// each before its rating is learned.
    @Test(
        .enabled(if: RecordedReviews.areThere, "recorded reviews are not beside the package (../shared/data/text)"),
        arguments: [("cells", 0.870), ("imdb", 0.805), ("clothing", 0.905), ("alexa", 0.925)]
    )
    func `reaches the bar on recorded reviews`(set: String, bar: Double) throws {
        let gold = try RecordedReviews.lines(set + ".gold", as: RecordedReviews.Gold.self)
        let labels = Dictionary(gold.map { ($0.messageId, $0.label) }, uniquingKeysWith: { first, _ in first })
        let model = SentimentModel()
        var right = 0
        var total = 0
        for event in try RecordedReviews.lines(set + ".events", as: RecordedReviews.Event.self) {
            let polarity = withText(event.properties.reviewBody) { model.score($0) }.polarity
            if let label = labels[event.messageId], label != "neutral" {
                total += 1
                right += (polarity > 0) == (label == "positive") ? 1 : 0
            }
            guard case .stars(let stars?) = event.properties.rating else { continue }
            withText(event.properties.reviewBody) { model.learn($0, target: SentimentModel.target(stars: stars)) }
        }
        #expect(total > 500)
        #expect(Double(right) / Double(total) >= bar, "\(set): \(right) of \(total)")
    }
}
