import Foundation
import Testing
import Traffic

/// The page that says what was tried. `SHOPSTREAM_WRITE_DOCS=1` writes it; else it must agree but for its figures, which
/// change with every call that a line makes more or less.
@Suite struct ProofsTests {
    @Test func thePageOfProofsIsOfToday() throws {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
            .appending(path: "../../../Sources/Pipeline/Pipeline.docc/Proofs.md").standardizedFileURL
        let today = try page()
        if ProcessInfo.processInfo.environment["SHOPSTREAM_WRITE_DOCS"] == "1" {
            try today.write(to: file, atomically: true, encoding: .utf8)
        }
        let page = try String(contentsOf: file, encoding: .utf8)
        #expect(
            ProofsTests.withoutFigures(page) == ProofsTests.withoutFigures(today),
            "SHOPSTREAM_WRITE_DOCS=1 swift test --filter thePageOfProofsIsOfToday"
        )
    }

    private static func withoutFigures(_ page: String) -> String {
        String(page.filter { !$0.isNumber && $0 != "," })
    }

    private func page() throws -> String {
        """
        # Exactly once: what was tried

        Written by `ProofsTests`. Every schedule ends with all lines drained and a new line that restores everything; then
        customers' state must be the fold of the inputs by journal, products' state the fold of the committed signals in
        log order, and signals, alerts, sentiments, models and dead letters what these folds say, each once and in order.
        With one line everything is equal to the run without faults, to the byte. Recommendations are held to their rules.

        | suite | places | what befalls | schedules |
        | --- | --- | --- | --- |
        \(try suites().joined(separator: "\n"))

        `SHOPSTREAM_EXHAUSTIVE=1` tries every schedule; by default a test run tries a share of those with several lines,
        at other places for each kind. `LongSchedulesTests` draws schedules by seed, in which several of these befall
        several lines, time passes by days, parameters of the whole shop are adopted and memory is short: 24 seeds by
        default, `SHOPSTREAM_SEEDS=n` for more; a failing one is named and repeated by `SHOPSTREAM_SEED=n`, and
        `SHOPSTREAM_TRACE=1` lets the lines tell what they do.

        Kinds of fault: \(FaultKind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")), each at poll, fetch,
        release, asking for committed offsets and bounds, initialize, begin, send, offsets, commit, after the commit, abort.

        | situation | in the middle of any call of a line |
        | --- | --- |
        \(Situation.allCases.map { "| `\($0.rawValue)` | \($0.story) |" }.joined(separator: "\n"))

        ## Rules broken on purpose

        The same checks over ports that break one rule each: every breach must be found, and the schedule that finds it
        must pass with the rule kept.

        | the rule | how it is broken | found when |
        | --- | --- | --- |
        \(BrokenRule.allCases.map(row).joined(separator: "\n"))

        """
    }

    private func suites() throws -> [String] {
        let (_, steps) = try CrashEverywhereTests().cleanRun()
        let trials = [
            ("two lines", CrewTests.two), ("three lines", CrewTests.three),
            ("two lines restoring", CrewTests.restoring),
        ]
        return [row("one line", steps, "a fault", FaultKind.allCases.count)]
            + (try trials.flatMap { name, trial in
                let (steps, calls) = try trial.length()
                return [
                    row(name, steps, "a fault", FaultKind.allCases.count),
                    row(name, calls, "a situation", Situation.allCases.count),
                ]
            })
    }

    private func row(_ name: String, _ places: Int, _ what: String, _ kinds: Int) -> String {
        "| \(name) | \(places) | \(what) of \(kinds) kinds | \(places * kinds) |"
    }

    private func row(_ rule: BrokenRule) -> String {
        let causes = rule.situations.map(\.rawValue) + rule.faults.map(\.rawValue)
        let found = causes.isEmpty ? "at once" : causes.map { "`\($0)`" }.joined(separator: ", ")
        return "| \(rule.rule) | \(rule.breach) | \(found) |"
    }
}
