import ArgumentParser
import Engine
import Events
import Pipeline
import Traffic

/// The engine over recorded events: files in, outcomes out, no cluster.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fold recorded events and print the outcomes.",
        discussion: """
            Reads one JSON event a line, from files, .gz files or standard input (-), and prints what a running line \
            would have written: {"topic":…,"key":…,"value":…} a line. The same recording gives the same bytes. Dead \
            letters name the line and the reason, without a word of the payload; with --out their bytes are kept. \
            The summary goes to standard error.

            EXAMPLES
              shopstream replay clicks.ndjson.gz > outcomes.ndjson
              zcat day-*.gz | shopstream replay - --quiet
              shopstream replay clicks.ndjson reviews.ndjson --out outcomes --since 2026-03-01T00:00:00Z
              shopstream replay clicks.ndjson --delay 5000 --limit 100000
            """
    )

    @Argument(help: ArgumentHelp("Recordings in the order of the fold; - is standard input.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("Write one file a topic into this folder.", valueName: "folder"))
    var out: String?

    @Option(help: ArgumentHelp("Say nothing about event times before this one.", valueName: "time"))
    var since: TimeArgument?

    @Option(help: "Event time in ms until product rows reach the recommendations, as on a cluster; 0 is at once.")
    var delay: Int64 = 0

    @Option(help: ArgumentHelp("Stop after so many lines.", valueName: "lines"))
    var limit: Int?

    @Flag(inversion: .prefixedNo, help: "Write each product's neighbours at the end; with --out unless told otherwise.")
    var neighbours: Bool?

    @Flag(name: .shortAndLong, help: "Write no outcomes and no progress to the terminal, only the summary.")
    var quiet = false

    func validate() throws {
        if files.isEmpty { throw ValidationError("name a recording, or - for standard input") }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be read once") }
        if delay < 0 { throw ValidationError("--delay wants milliseconds, 0 or more") }
        if let limit, limit < 1 { throw ValidationError("--limit wants a number above 0") }
    }

    func run() throws {
        let start = ResourceUse.now()
        let since = since?.time(now: Clock.wall()) ?? EventTime.unknown
        let run = ReplayRun(Replayer(delay: delay, since: since), sink: try makeSink(), limit: limit)
        var progress = ProgressLine("replay", isShown: !quiet && ProgressLine.isTerminal)
        for file in files where !run.isFull {
            var reader = try RecordingReader(file)
            try run.fold(&reader, of: file) { share, lines in
                if progress.isDue() { progress.show(share: share, count: lines, unit: "lines") }
            }
        }
        try run.finish(neighbours: neighbours ?? (out != nil))
        progress.clear()
        StandardError.print(ReplaySummary(run, use: ResourceUse.now().since(start)).text)
    }

    private func makeSink() throws(Exit) -> any ReplaySink {
        if let out { return try FolderSink(out) }
        return quiet ? SilentSink() : LineSink(.standardOutput())
    }
}
