import Engine
import Events
import Pipeline

/// What a replay was, in a few lines for people.
struct ReplaySummary {
    private let tally: ReplayTally
    private let counters: Counters
    private let use: ResourceUse
    private let customers: ShardSize
    private let products: ShardSize

    init(_ run: ReplayRun, use: ResourceUse) {
        tally = run.tally
        counters = run.replayer.counters
        customers = ShardSize(run.replayer.customers)
        products = ShardSize(run.replayer.products)
        self.use = use
    }

    var text: String {
        var table = TextTable([.left])
        table.add(["read", "\(tally.lines.counted("line")) from \(tally.files.counted("file")), \(size)"])
        table.add(["facts", facts])
        table.add(["rejected", rejected])
        table.add([
            "skipped", "\(counters.skipped.grouped) of no use here, \(counters.duplicates.counted("duplicate"))",
        ])
        table.add(["outcomes", outcomes.joined(separator: "; ")])
        table.add(["time", time])
        table.add([
            "memory",
            "\(ByteStyle.text(use.peakBytes)) at most; \(customers.text("customer")), \(products.text("product"))",
        ])
        return table.text
    }

    private var size: String { ByteStyle.text(Int64(tally.bytes)) }

    private var facts: String {
        let kinds = FactKind.allCases.filter { counters.facts[Int($0.rawValue)] > 0 }
        return list(counters.events, kinds.map { ($0.name.text, counters.facts[Int($0.rawValue)]) })
    }

    private var rejected: String {
        var reasons = Rejection.allCases.map { ($0.code.text, counters.rejections[0][Int($0.rawValue)]) }
        reasons[Int(Rejection.oversize.rawValue)].1 += UInt64(tally.tooLong)
        return list(counters.rejected + UInt64(tally.tooLong), reasons.filter { $0.1 > 0 })
    }

    /// `5 (Product Viewed 3, Order Completed 2)`
    private func list(_ total: UInt64, _ parts: [(String, UInt64)]) -> String {
        parts.isEmpty
            ? total.grouped : "\(total.grouped) (\(parts.map { "\($0) \($1.grouped)" }.joined(separator: ", ")))"
    }

    private var outcomes: [String] {
        let levels = RiskLevel.allCases.map { level in
            (level == .none ? "cleared" : level.name.text, counters.alertsByLevel[Int(level.rawValue)])
        }
        return [
            count(.recommendations).counted("recommendation"),
            "churn alerts " + list(UInt64(count(.churnAlerts)), levels.filter { $0.1 > 0 }),
            "\(count(.productSentiment).counted("sentiment update")), \(tally.shifts.counted("shift"))",
            "\(count(.productNeighbours).grouped) neighbours",
        ]
    }

    private func count(_ topic: OutputTopic) -> Int { tally.outputs[Int(topic.rawValue)] }

    private var time: String {
        let rate = Double(tally.lines) / max(0.001, use.wallSeconds)
        let unpacking = use.childSeconds > 0 ? " and \(use.childSeconds.fixed(2)) s unpacking" : ""
        return
            "\(use.wallSeconds.fixed(2)) s, \(use.cpuSeconds.fixed(2)) s of CPU\(unpacking), "
            + "\(Int(rate).grouped) events/s"
    }
}

/// How much of something is remembered.
struct ShardSize {
    let records: Int
    let bytes: Int

    init(_ shard: Shard) {
        records = shard.records
        bytes = shard.bytesReserved
    }

    var bytesEach: Int { records > 0 ? bytes / records : 0 }

    func text(_ noun: String) -> String { "\(records.counted(noun)) (\(bytesEach.grouped) bytes each)" }
}
