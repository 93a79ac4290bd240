import Foundation

/// Counts calls of malloc from outside: valgrind runs the same benchmark over half of the events and over all of them, and
/// what the second half adds is the steady state. Nothing is hooked, so nothing is missed and nothing is in the way.
enum AllocationCount {
    private static let valgrind = "/usr/bin/valgrind"
    /// Under valgrind an event costs fifty times as much.
    private static let most = 200_000

    /// Allocations an event; not counted unless it was asked for and valgrind is there.
    static func figure(_ verb: String, _ options: BenchOptions) throws(Exit) -> Figure {
        var figure = Figure(name: "allocations", values: [.nan], unit: "an event", places: 4)
        guard options.allocations else { return figure }
        guard FileManager.default.isExecutableFile(atPath: valgrind) else { return figure }
        let whole = min(options.events, most)
        let half = try run(verb, options, events: whole, first: whole / 2)
        let all = try run(verb, options, events: whole, first: whole)
        figure.values = [Double(all - half) / Double(whole - whole / 2)]
        return figure
    }

    private static func run(_ verb: String, _ options: BenchOptions, events: Int, first: Int) throws(Exit) -> Int {
        let process = Process()
        let complaints = Pipe()
        process.executableURL = URL(filePath: valgrind)
        process.arguments = [
            "--tool=memcheck", "--leak-check=no", "--undef-value-errors=no", Executable.path, "bench", verb,
            "--events", "\(events)", "--first", "\(first)", "--customers", "\(options.customers)",
            "--products", "\(options.products)", "--seed", "\(options.seed)", "--runs", "1",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = complaints
        do {
            try process.run()
        } catch {
            throw Exit(.unavailable, "starting valgrind: \(error.reason)")
        }
        let text = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard let count = count(in: text) else { throw Exit(.software, "valgrind told no count of allocations") }
        return count
    }

    /// `==12== total heap usage: 1,234 allocs, 1,230 frees, 5,678 bytes allocated`
    static func count(in text: String) -> Int? {
        guard let line = text.split(separator: "\n").first(where: { $0.contains("total heap usage:") }),
            let number = line.split(separator: ":").last?.split(separator: " ").first
        else { return nil }
        return Int(number.filter { $0 != "," })
    }
}

enum Executable {
    /// This program, wherever it was started from.
    static var path: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}
