import ArgumentParser
import Glibc
import Logging

/// What the log tells, and how. It goes to stderr, so that stdout stays for results.
struct LogOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Log details.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Log errors only.")
    var quiet = false

    @Option(help: ArgumentHelp("One record a line for people or for machines.", valueName: "text|json"))
    var logFormat = LogFormat.text

    @Flag(help: "Plain output. NO_COLOR in the environment does the same.")
    var noColor = false

    func validate() throws {
        if verbose, quiet { throw ValidationError("--verbose and --quiet exclude each other") }
    }

    var level: Logger.Level { verbose ? .debug : quiet ? .error : .info }

    /// Whether what is written to this file may be coloured.
    func usesColor(on file: Int32 = STDOUT_FILENO) -> Bool {
        let wish = getenv("NO_COLOR").map { String(cString: $0) } ?? ""
        return !noColor && wish.isEmpty && isatty(file) == 1
    }

    func makeLogger() -> Logger {
        let usesColor = usesColor(on: STDERR_FILENO)
        var logger = Logger(label: "shopstream") { _ in LogLines(format: logFormat, usesColor: usesColor) }
        logger.logLevel = level
        return logger
    }
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json }
