import Foundation
import Pipeline

/// What was verified and what came of it, for people and for programs.
struct VerifySummary: Encodable {
    struct Finding: Encodable {
        var kind: String
        var subject: String
        var topic: String
        var partition: Int32
        var offset: Int64?
        var what: String
        var customer: String?
    }

    var group: String
    var agrees: Bool
    /// Disagreements by kind.
    var disagreements: [String: Int]
    /// Comparisons made.
    var checked: [String: UInt64]
    /// What could not be checked, and why.
    var notes: [String]
    /// At most ``Pipeline/AuditReport/kept``.
    var findings: [Finding]
    /// Records of the inputs behind the group's offsets.
    var unfolded: Int
    var records: UInt64
    var seconds: Double
    var peakBytes: Int64

    init(_ report: AuditReport, group: String, records: UInt64, use: ResourceUse, showsCustomers: Bool) {
        self.group = group
        agrees = report.agrees
        disagreements = Dictionary(uniqueKeysWithValues: report.counts.map { ($0.key.rawValue, $0.value) })
        checked = report.checked
        notes = report.notes
        findings = report.findings.map { finding in
            Finding(
                kind: finding.kind.rawValue,
                subject: finding.subject.rawValue,
                topic: finding.place.topic,
                partition: finding.place.partition,
                offset: finding.offset,
                what: finding.what,
                customer: showsCustomers ? finding.customer : nil
            )
        }
        unfolded = report.unfolded
        self.records = records
        seconds = (use.wallSeconds * 1_000).rounded() / 1_000
        peakBytes = use.peakBytes
    }

    func text(_ palette: Palette) -> String {
        var lines = findings.map { text($0, palette) }
        let total = disagreements.values.reduce(0, +)
        if total > findings.count { lines.append("… and \((total - findings.count).grouped) more") }
        lines += notes.map { palette.yellow("note") + "  \($0)" }
        if unfolded > 0 {
            lines.append(palette.yellow("note") + "  \(unfolded.counted("record")) of the inputs not folded yet")
        }
        var table = TextTable([.left, .right])
        for (what, count) in checked.sorted(by: { $0.key < $1.key }) { table.add([what, count.grouped]) }
        lines += table.lines
        let use = "\(records.grouped) records read in \(seconds.fixed(1)) s, peak \(ByteStyle.text(peakBytes))"
        lines.append("group \(group): \(use)")
        lines.append(agrees ? palette.green("everything agrees") : palette.red(total.counted("disagreement")))
        return lines.joined(separator: "\n")
    }

    private func text(_ finding: Finding, _ palette: Palette) -> String {
        let place = "\(finding.topic)[\(finding.partition)]" + (finding.offset.map { " at \($0)" } ?? "")
        let customer = finding.customer.map { " (\($0))" } ?? ""
        return palette.red("\(finding.kind) \(finding.subject)") + "  \(place): \(finding.what)\(customer)"
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}
