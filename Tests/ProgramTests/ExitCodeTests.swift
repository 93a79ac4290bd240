import Foundation
import Testing

/// The program itself, as a shell sees it: wrong input gives one sentence on stderr and a code of sysexits.h.
@Suite struct ExitCodeTests {
    private struct Ending: Equatable {
        var code: Int32
        var output: String
        var errors: String
    }

    /// The program lies beside the tests.
    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "shopstream")

    private func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Ending {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "NO_COLOR": "1"].merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = { (pipe: Pipe) in String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
        let (said, complained) = (text(output), text(errors))
        process.waitUntilExit()
        return Ending(code: process.terminationStatus, output: said, errors: complained)
    }

    private static let wrong: [(arguments: [String], code: Int32)] = [
        (["--bogus"], 64), (["bogus"], 64), (["run", "--lines", "many"], 64), (["demo", "--seconds", "0"], 64),
        (["demo", "--no-traffic"], 64), (["run", "--json", "-b", "x:1"], 64), (["run"], 78),
        (["run", "-b", "x:1", "-X", "foo=1"], 78), (["run", "-b", "x:1", "--lines", "0"], 78),
        (["config", "check", "-F", "/nowhere"], 78), (["config", "check", "-b", "x:1", "--http", "shop:80"], 78),
        (["replay", "/nowhere.ndjson"], 66),
    ]

    @Test func everyVerbIsListedOnce() throws {
        let help = try run(["--help"]).output
        for verb in ["demo", "run", "replay", "generate", "tail", "topics", "doctor", "config", "reset", "bench"] {
            #expect(help.split(separator: "\n").count { $0.hasPrefix("  \(verb) ") } == 1, "\(verb)")
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: program.path)), arguments: wrong.indices)
    func `wrong input`(index: Int) throws {
        let (arguments, code) = Self.wrong[index]
        let ending = try run(arguments)
        #expect(ending.code == code && ending.output.isEmpty, "\(arguments): \(ending)")
        #expect(ending.errors.hasPrefix("shopstream: ") && ending.errors.count(where: \.isNewline) == 1, "\(ending)")
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: program.path)))
    func `help and the settings are no errors`() throws {
        for verb in ["demo", "run", "config", "replay", "generate", "tail", "topics", "doctor", "reset", "bench"] {
            let help = try run([verb, "--help"])
            #expect(
                help.code == 0 && help.errors.isEmpty && help.output.localizedCaseInsensitiveContains("examples"),
                "\(verb)"
            )
        }
        let shown = try run(["config", "show", "-b", "x:1"], environment: ["SHOPSTREAM_GROUP": "mine"])
        #expect(shown.code == 0 && shown.output.contains("SHOPSTREAM_GROUP"))
    }
}
