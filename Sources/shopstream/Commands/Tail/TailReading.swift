import Events
import Pipeline

/// Follows topics with a reader until enough is printed or somebody says stop.
struct TailReading {
    private let reader: any Fetching

    init(_ reader: any Fetching) { self.reader = reader }

    func follow(_ known: [String: Int32], fromBeginning: Bool, _ printer: TailPrinter, _ stop: StopFlag) throws {
        defer { reader.close() }
        try start(known, fromBeginning: fromBeginning)
        var records: [Record] = []
        while !printer.isDone, !stop.isSet {
            records.removeAll(keepingCapacity: true)
            do throws(Fault) {
                _ = try reader.poll(into: &records, limit: 512, wait: 200)
            } catch {
                guard error.recovery == .retry else { throw error }
            }
            try printer.print(records, of: reader)
        }
    }

    private func start(_ known: [String: Int32], fromBeginning: Bool) throws(Fault) {
        let partitions = reader.topics.flatMap { topic in
            (0..<(known[topic] ?? 0)).map { TopicPartition(topic, $0) }
        }
        let positions =
            fromBeginning
            ? Dictionary(partitions.map { ($0, Position.beginning) }, uniquingKeysWith: { first, _ in first })
            : try reader.bounds(of: partitions).mapValues(\.end)
        try reader.fetch(from: positions)
    }
}

/// Chooses, renders and prints.
final class TailPrinter {
    enum Style {
        case people(Palette)
        case json
    }

    private let kind: TailKind
    private let filter: TailFilter
    private let style: Style
    private let limit: Int
    private let output = OutputFile.standardOutput()
    private(set) var count = 0

    init(_ kind: TailKind, _ filter: TailFilter, _ style: Style, limit: Int) {
        self.kind = kind
        self.filter = filter
        self.style = style
        self.limit = limit
    }

    var isDone: Bool { count >= limit }

    func print(_ records: [Record], of reader: any Fetching) throws(Exit) {
        for record in records where !isDone {
            let tail = TailRecord(record, topic: reader.topics[Int(record.topic)], headers: reader.headers(of: record))
            guard filter.admits(tail) else { continue }
            count += 1
            try output.write(line: line(tail))
        }
        try output.flush()
    }

    private func line(_ record: TailRecord) -> String {
        switch style {
        case .people(let palette): TailLine(palette).render(record, as: kind)
        case .json: kind == .deadLetters ? record.envelope : record.value ?? "null"
        }
    }
}
