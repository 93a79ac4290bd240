import Events
import Foundation

/// What is left of a customer who asked to be forgotten, topic by topic.
struct ErasureSummary: Encodable {
    struct Place: Encodable {
        var topic: String
        /// `gone`, `live`, `kept`, `shop`.
        var standing: String
        var records: Int?
        /// By when the last record is gone for sure, as ISO 8601.
        var goneBy: String?
    }

    var isForgotten: Bool
    var isSuppressed: Bool
    var places: [Place]

    init(_ report: ErasureProof.Report) {
        isForgotten = report.holds
        isSuppressed = report.isSuppressed
        places = report.findings.map { finding in
            switch finding.standing {
            case .gone(let end):
                Place(topic: finding.topic, standing: "gone", goneBy: end.map(TimeStyle.text))
            case .live(let records): Place(topic: finding.topic, standing: "live", records: records)
            case .leaving(let records, let end):
                Place(topic: finding.topic, standing: "kept", records: records, goneBy: end.map(TimeStyle.text))
            case .shops: Place(topic: finding.topic, standing: "shop")
            }
        }
    }

    func text(_ palette: Palette) -> String {
        var table = TextTable([.left, .left])
        for place in places { table.add([place.topic, ErasureSummary.text(place)]) }
        let verdict =
            isForgotten
            ? palette.green("forgotten") : palette.red("not forgotten" + (isSuppressed ? "" : ": no suppression"))
        return (table.lines + [verdict]).joined(separator: "\n")
    }

    private static func text(_ place: Place) -> String {
        let count = (place.records ?? 0).counted("record")
        return switch (place.standing, place.goneBy) {
        case ("gone", nil): "nothing"
        case ("gone", let end?): "nothing live; overwritten records are gone by \(end)"
        case ("live", _): "\(count) live"
        case ("kept", nil): "\(count), kept for ever"
        case ("kept", let end?): "\(count), the last gone by \(end)"
        default: "the shop's own topic: it is not read; delete there what has to go"
        }
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
