import Engine
import Events
import Foundation
import Pipeline
import Testing

/// Every hostile input, alone through the real line over `MemoryLog`: a dead letter with a finite reason, or put up
/// with; nothing stops the line, and a restart finds what it left.
///
/// What is seen here is the page `Hostile-Inputs.md`: written with `SHOPSTREAM_WRITE_DOCS=1`, held to it otherwise.
@Suite struct HostileInputTests {
    @Test func `each comes to what the page says`() throws {
        var page = HostilePage()
        for (title, inputs) in HostileInputs.all {
            page.begin(title)
            for input in inputs {
                let run = try HostileRun(input)
                try run.check()
                let reason = input.reason.map { ["\($0.code)"] } ?? []
                #expect(run.reasons == reason, "\(input.name)")
                page.add(input, outcome: run.outcome)
            }
        }
        try page.settle()
    }

    @Test func `all of them one after the other leave the line running`() throws {
        let rig = try Rig(inputs: [Script.clicks], partitions: 1)
        let small = HostileInputs.all.flatMap(\.inputs).filter { $0.values().allSatisfy { ($0?.count ?? 0) < 1 << 20 } }
        for input in small where input.header == 0 && (input.key?.count ?? 0) < 1 << 20 {
            for value in input.values() { try rig.append(input.key, value, at: input.recordTime, []) }
        }
        let view = HostileInput.view(user: "\"witness\"")
        try rig.append(Array("witness".utf8), Array(view.utf8), at: HostileInput.noon, [])
        let line = try rig.lineAtEnd()
        #expect(line.customer("witness")?.views == 1)
        #expect(line.counters.aborts == 0 && line.counters.restarts == 0)
        let expected = small.filter { $0.reason != nil && $0.reason != .tooLarge }.count
        #expect(Int(line.counters.deadLetters) == expected)
        #expect(Int(line.counters.rejected) == expected)
    }
}

/// The page of the documentation that these tests write.
struct HostilePage {
    private static let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        .appending(path: "../../../../Sources/Engine/Engine.docc/Hostile-Inputs.md").standardizedFileURL
    private var text = """
        # Hostile inputs

        What becomes of records that nobody wants. Written by the tests, which put each one through the real line.

        ## Overview

        A record that cannot be used goes to the dead-letter topic of its input, `dlq.<input>`, byte for byte as it \
        came, with where it stood and why in headers `__dlq.errors.*`; the reason stands in `__dlq.errors.exception`. \
        No input stops a line, and none keeps its state from being restored. A dead-letter topic that cannot be \
        written does stop it: that is a fault of the cluster, and going on would lose the record.

        """

    mutating func begin(_ title: String) {
        text += "\n## \(title)\n\n| input | what becomes of it | reason | |\n| --- | --- | --- | --- |\n"
    }

    mutating func add(_ input: HostileInput, outcome: String) {
        let reason = input.reason.map { "`\($0.code)`" } ?? ""
        text += "| \(input.name) | \(outcome) | \(reason) | \(input.note) |\n"
    }

    /// Writes the page, or compares.
    func settle() throws {
        if ProcessInfo.processInfo.environment["SHOPSTREAM_WRITE_DOCS"] == "1" {
            return try text.write(to: HostilePage.file, atomically: true, encoding: .utf8)
        }
        let committed = try String(contentsOf: HostilePage.file, encoding: .utf8)
        let wrong = zip(committed.split(separator: "\n"), text.split(separator: "\n")).first { $0 != $1 }
        #expect(committed == text, "first difference: \(wrong.map { "\($0.0) | now: \($0.1)" } ?? "length")")
    }
}
