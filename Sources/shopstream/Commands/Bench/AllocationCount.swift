import Foundation

/// Counts calls of malloc from outside: valgrind runs the same benchmark over half of the events and over all of them,
/// and what the second half adds is the steady state. Nothing is hooked, so nothing is missed and nothing is in the
/// way.
enum AllocationCount {
    /// Under valgrind an event costs fifty times as much.
    private static let most = 200_000

    /// Allocations an event; not counted unless it was asked for and the tools are there.
    static func figure(_ verb: String, _ options: BenchOptions) throws(Exit) -> Figure {
        var figure = Figure(name: "allocations", values: [.nan], unit: "an event", places: 4)
        guard options.allocations, let program = try strippedProgram() else { return figure }
        defer { try? FileManager.default.removeItem(atPath: program) }
        let whole = min(options.events, most)
        let half = try count(program, verb, options, events: whole, first: whole / 2)
        let all = try count(program, verb, options, events: whole, first: whole)
        if let half, let all { figure.values = [Double(all - half) / Double(whole - whole / 2)] }
        return figure
    }

    /// A copy of this program that valgrind can read: it stumbles over newer debug information. Nil where a tool is
    /// missing.
    private static func strippedProgram() throws(Exit) -> String? {
        let copy = FileManager.default.temporaryDirectory.appending(path: "shopstream-\(UUID().uuidString)").path
        guard Tool.find("valgrind") != nil, Tool.find("objcopy") != nil, let own = Tool.ownPath else { return nil }
        return try Tool.run("objcopy", ["--strip-debug", own, copy]).status == 0 ? copy : nil
    }

    private static func count(
        _ program: String,
        _ verb: String,
        _ options: BenchOptions,
        events: Int,
        first: Int
    ) throws(Exit) -> Int? {
        let arguments = [
            "--tool=memcheck", "--leak-check=no", "--undef-value-errors=no", program, "bench", verb,
            "--events", "\(events)", "--first", "\(first)", "--customers", "\(options.customers)",
            "--products", "\(options.products)", "--seed", "\(options.seed)", "--runs", "1",
        ]
        return count(in: try Tool.run("valgrind", arguments).complaints)
    }

    /// `==12== total heap usage: 1,234 allocs, 1,230 frees, 5,678 bytes allocated`
    static func count(in text: String) -> Int? {
        guard let line = text.split(separator: "\n").first(where: { $0.contains("total heap usage:") }),
            let number = line.split(separator: ":").last?.split(separator: " ").first
        else { return nil }
        return Int(number.filter { $0 != "," })
    }
}

/// Programs that a benchmark borrows.
enum Tool {
    /// This program, wherever it was started from.
    static var ownPath: String? { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }

    static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What it says on stderr, and how it ends.
    static func run(_ name: String, _ arguments: [String]) throws(Exit) -> (status: Int32, complaints: String) {
        guard let path = find(name) else { throw Exit(.unavailable, "\(name) is not installed") }
        let process = Process()
        let complaints = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = complaints
        do {
            try process.run()
        } catch {
            throw Exit(.unavailable, "starting \(name): \(error.reason)")
        }
        let text = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
