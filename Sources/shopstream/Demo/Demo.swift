import ArgumentParser
import Events
import Foundation
import Logging
import Traffic
import Web

/// The whole thing in one process, to watch.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch it work on a pretend shop, without a cluster.",
        discussion: """
            A small Kafka cluster inside this process, a pretend shop that publishes into it, and the same line as in \
            shopstream run in between. Time runs fast: by default half a year \
            passes in 30 seconds. At the end, what was found is compared with what was planted.

            Examples:
              shopstream demo
              shopstream demo --seconds 60 --customers 5000 --seed 7
              shopstream demo --serve
                    keeps going; look in with kcat or shopstream tail
              shopstream demo --serve --no-traffic
                    the cluster and its topics alone, for run and generate
            """
    )

    @Option(help: ArgumentHelp("How long the show lasts.", valueName: "n"))
    var seconds = 30

    @Option(help: ArgumentHelp("Event time per wall time; default: 518400, six days a second.", valueName: "factor"))
    var speed: Double?

    @Option(help: ArgumentHelp("The same seed gives the same shop.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("People with an account; beyond 500 time runs slower.", valueName: "n"))
    var customers = 500

    @Option(help: ArgumentHelp("Products in the shop.", valueName: "n"))
    var products = 300

    @Flag(help: "Keep the cluster up after the show, until Ctrl-C.")
    var serve = false

    @Flag(help: "With --serve: no show and no shop, just the cluster with its topics.")
    var noTraffic = false

    @Option(
        help: ArgumentHelp("Where HTTP is served, or none; the next free port if it is taken.", valueName: "host:port")
    )
    var http = "127.0.0.1:8080"

    @OptionGroup(title: "Output") var output: LogOptions

    func validate() throws {
        guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds wants 1 to 3600") }
        guard speed.map({ $0 >= 1 && $0 <= 10_000_000 }) ?? true else {
            throw ValidationError("--speed wants 1 to 10000000")
        }
        if noTraffic, !serve { throw ValidationError("--no-traffic goes with --serve") }
        if http != "none", ListenAddress(http)?.isLoopback != true {
            throw ValidationError("--http wants a loopback address with a port, or none, not \(http)")
        }
    }

    var plan: DemoPlan {
        DemoPlan(seconds: seconds, speed: speed, seed: seed, customers: customers, products: products)
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        var log = output.makeLogger()
        if !output.verbose { log.logLevel = max(log.logLevel, .warning) }
        let show = try DemoShow(plan, http: ListenAddress(http), output: output, log: log)
        let signals = StopSignals { show.isOver.set() }
        defer { signals.cancel() }
        if !noTraffic { try await show.play() }
        if serve { try await show.serve(traffic: !noTraffic) }
        await show.close()
    }
}
