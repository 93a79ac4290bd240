import Foundation

/// Figures of a benchmark: a name, one value a run, a unit.
struct Figure: Equatable {
    var name: String
    var values: [Double]
    var unit: String
    var places = 0

    var median: Double {
        let sorted = values.filter(\.isFinite).sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    var text: String { median.isFinite ? Figure.text(median, places) : "not counted" }
    var all: String { values.map { Figure.text($0, places) }.joined(separator: " ") }

    private static func text(_ value: Double, _ places: Int) -> String {
        places == 0 && value.isFinite ? Int(value.rounded()).grouped : value.fixed(places)
    }
}

/// What a benchmark found, and all that is needed to find it again.
struct BenchReport {
    var commandLine: String
    var machine = Machine.here()
    var figures: [Figure] = []
    var notes: [String] = []

    var text: String {
        var table = TextTable([.left, .right, .left, .left])
        for figure in figures {
            let runs = figure.values.count > 1 ? "(\(figure.all))" : ""
            table.add([figure.name, figure.text, figure.median.isFinite ? figure.unit : "", runs])
        }
        return ([commandLine, machine.text, ""] + table.lines + notes).joined(separator: "\n")
    }

    var json: String {
        let figures = figures.map { figure -> [String: Any] in
            var object: [String: Any] = [
                "name": figure.name, "unit": figure.unit, "runs": figure.values.filter(\.isFinite),
            ]
            if figure.median.isFinite { object["median"] = figure.median }
            return object
        }
        let object: [String: Any] = [
            "command": commandLine, "cpu": machine.processor, "cores": machine.cores, "load": machine.load,
            "figures": figures, "notes": notes,
        ]
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try? JSONSerialization.data(withJSONObject: object, options: options)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    func print(json wantsJSON: Bool) throws(Exit) {
        let output = OutputFile.standardOutput()
        try output.write(line: wantsJSON ? json : text)
        try output.flush()
    }
}

/// The machine that was measured on.
struct Machine: Equatable {
    var processor: String
    var cores: Int
    /// Runnable threads on average over the last minute, others' included.
    var load: Double

    static func here() -> Machine {
        var load = 0.0
        getloadavg(&load, 1)
        return Machine(processor: processor(), cores: ProcessInfo.processInfo.activeProcessorCount, load: load)
    }

    var text: String { "\(processor), \(cores.counted("core")), load \(load.fixed(2))" }

    private static func processor() -> String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
    }
}
