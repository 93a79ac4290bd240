import ArgumentParser
import Traffic

/// Measures the program on made-up events. Reports, never judges.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure decoding, the engine, a whole line, or how its memory comes back.",
        discussion: """
            Events come from a seeded stream that is held in memory, so the same parameters measure the same work. CPU \
            time is that of the one thread that works; figures of a busy machine are worth little, so the load stands \
            beside them.

            EXAMPLES
              shopstream bench decode
              shopstream bench engine --events 2000000 --customers 500000
              shopstream bench line --json
              shopstream bench engine --allocations
              shopstream bench restore
              shopstream bench rebalance --customers 300000
            """,
        subcommands: [
            BenchDecode.self, BenchEngine.self, BenchLine.self, BenchFuzz.self, BenchRestore.self, BenchRebalance.self,
        ]
    )
}

/// What all benchmarks are told.
struct BenchOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Events in the stream; one in 21 is a review.", valueName: "events"))
    var events = 1_000_000

    @Option(help: ArgumentHelp("People in the shop.", valueName: "customers"))
    var customers = 200_000

    @Option(help: ArgumentHelp("Products in the shop.", valueName: "products"))
    var products = 50_000

    @Option(help: "Seed of the stream.")
    var seed: UInt64 = 20_260_102

    @Option(help: ArgumentHelp("Measure so many times; the median is told.", valueName: "runs"))
    var runs = 3

    @Option(help: ArgumentHelp("Measure only the first events of the stream.", valueName: "events"))
    var first: Int?

    @Flag(help: "Count allocations with valgrind, where it is installed: slow, and exact.")
    var allocations = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        for (name, value) in [("events", events), ("runs", runs), ("first", first ?? 1)] where value < 1 {
            throw ValidationError("--\(name) wants a number above 0")
        }
    }

    var plan: BenchPlan {
        let reviews = events / 21
        var plan = BenchPlan(clicks: events - reviews, reviews: reviews)
        plan.seed = seed
        plan.users = customers
        plan.products = products
        return plan
    }

    /// How many events are measured.
    var measured: Int { min(first ?? events, events) }

    /// What makes the same measurement again.
    func commandLine(_ verb: String) -> String {
        "shopstream bench \(verb) --events \(events) --customers \(customers) --products \(products) --seed \(seed)"
            + " --runs \(runs)" + (first.map { " --first \($0)" } ?? "")
    }
}
