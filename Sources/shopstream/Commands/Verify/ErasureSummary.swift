import Engine
import Events
import Foundation

/// What was proven of an erasure, for people and for programs. Names topics and dates, never the user.
struct ErasureSummary: Encodable {
    struct Line: Encodable {
        var topic: String
        /// `gone`, `live`, `leaving` or `shops`.
        var standing: String
        /// Records that speak of the user: live ones, or those kept by time.
        var records: Int
        /// When the last record is gone for sure; missing when none is there or none will go.
        var goneBy: Moment?
    }

    var holds: Bool
    var isSuppressed: Bool
    var topics: [Line]
    private let now: EventTime

    private enum CodingKeys: CodingKey {
        case holds, isSuppressed, topics
    }

    init(_ report: ErasureProof.Report, now: EventTime) {
        holds = report.holds
        isSuppressed = report.isSuppressed
        self.now = now
        topics = report.findings.map { finding in
            switch finding.standing {
            case .gone(let end): Line(topic: finding.topic, standing: "gone", records: 0, goneBy: end.map(Moment.init))
            case .live(let count): Line(topic: finding.topic, standing: "live", records: count, goneBy: nil)
            case .leaving(let count, let end):
                Line(topic: finding.topic, standing: "leaving", records: count, goneBy: end.map(Moment.init))
            case .shops: Line(topic: finding.topic, standing: "shops", records: 0, goneBy: nil)
            }
        }
    }

    func text(_ palette: Palette) -> String {
        var table = TextTable([.left, .left, .left])
        for line in topics { table.add([mark(line), line.topic, words(line)]) }
        let history =
            isSuppressed
            ? "history that is folded again cannot bring the user back"
            : "no suppression is kept: the user never asked here, or under a key that is not given"
        let verdict = holds ? palette.green("forgotten") : palette.red("not forgotten")
        return table.text + "\n\n" + verdict + "  " + history
    }

    private func mark(_ line: Line) -> String {
        switch line.standing {
        case "gone": "gone"
        case "live": "LIVE"
        case "leaving": line.goneBy == nil ? "KEPT" : "leaving"
        default: "yours"
        }
    }

    private func words(_ line: Line) -> String {
        switch line.standing {
        case "gone":
            guard let end = line.goneBy, end.time > now else { return "no record" }
            return "no live record; older ones are compacted away by \(end.text)"
        case "live": return "\(line.records.counted("live record"))"
        case "leaving":
            guard let end = line.goneBy else {
                return "\(line.records.counted("record")), and the topic keeps them for ever"
            }
            return "\(line.records.counted("record")), gone by \(end.text)"
        default: return "the shop's own topic: not read here"
        }
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
