import ArgumentParser
import Foundation
import Kafka
import Logging
import Pipeline
import ServiceLifecycle
import Web

/// The service.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the shop's topics; write recommendations, alerts and sentiment.",
        discussion: """
            Runs until SIGTERM or Ctrl-C, then drains, saves its state and keeps its place in the group for a quick \
            return. A second process with the same --group takes its share of the partitions. Settings come from \
            flags, then the environment (SHOPSTREAM_…), then -F, then --config.

            Examples:
              shopstream run -b localhost:9092
              shopstream run -F client.properties --name shop-1 --lines 4
              shopstream run -b kafka:9092 --inputs-pattern '^storefront\\.[cr]'
              shopstream run -b kafka:9092 --outputs-since now
                    a first start on old history that mails nobody about it
              shopstream run -b kafka:9092 --until-end --json
                    handle what is there, then stop

            Exit codes: 65 state or log do not hold what is needed, 69 the cluster was away, 75 another process has \
            this --name, 77 not permitted, 78 settings or topics do not fit. Starting again helps after 69 only.
            """
    )

    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @OptionGroup(title: "Line") var line: LineOptions

    @Flag(help: "Handle what the topics hold now, commit, print a summary and stop.")
    var untilEnd = false

    @Flag(help: "With --until-end: the summary as JSON.")
    var json = false

    func validate() throws {
        if json, !untilEnd { throw ValidationError("--json goes with --until-end") }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let log = cluster.makeLogger()
        let settings = try cluster.settings(line.flags)
        let token = try HTTPToken.read(settings)
        if let warning = token?.warning { log.warning("\(warning)") }
        let keys = try PseudonymKeys.read(settings)
        let kafka = try cluster.makeCluster(settings, logger: log)
        if let warning = keys.warning { log.warning("\(warning)") }
        let existing = try await Patience.whileUnreachable(log: log) { () throws(Fault) in try kafka.topics() }
        let topology = try Topology(
            inputs: InputTopics.resolve(settings, existing: existing.keys),
            existing: existing
        )
        if !topology.hasErasures {
            log.notice("\(Topology.erasures) does not exist: nobody can ask to be forgotten; shopstream topics apply")
        }
        let runner = Runner(
            cluster: kafka,
            topology: topology,
            settings: settings.lineSettings(untilEnd: untilEnd, pseudonyms: keys.pseudonyms),
            lines: settings.lines,
            clock: .system,
            log: log
        )
        let start = ResourceUse.now()
        do {
            try await serve(runner, settings, token, log)
        } catch let fault as Fault {
            try end(fault, log)
        }
        if untilEnd { report(RunSummary(LineTotals(runner.statuses), ResourceUse.now().since(start))) }
    }

    /// Runs the lines, the HTTP server and the watch until the lines have ended. The server stops last, so that probes
    /// are answered while the lines drain.
    private func serve(_ runner: Runner, _ settings: Settings, _ token: HTTPToken?, _ log: Logger) async throws {
        var services = try webServices(settings, RunnerDesk(runner), token, log)
        let stallLimit = Int64(settings.stallSeconds) * 1_000
        services += [WatchService(runner: runner, stallLimit: stallLimit, log: log), LineService(runner: runner)]
        var quiet = log
        quiet.logLevel = max(log.logLevel, .error)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup
                    )
                },
                logger: quiet
            )
        )
        let signals = StopSignals { Task { await group.triggerGracefulShutdown() } }
        defer { signals.cancel() }
        try await group.run()
    }

    /// Says once why the lines have stopped, in the log's own form, with the code that the process ends with.
    private func end(_ fault: Fault, _ log: Logger) throws {
        guard let exit = Exit(fault) else { throw fault }
        log.critical("stopped: \(exit.sentence)", metadata: ["exit": "\(exit.code)"])
        throw ExitCode(exit.code)
    }

    /// A bounded run is over soon: it serves only where it was told to.
    private func httpAddress(_ settings: Settings) -> ListenAddress? {
        untilEnd && settings.source(of: .http) == "default" ? nil : settings.http
    }

    private func webServices(
        _ settings: Settings,
        _ desk: RunnerDesk,
        _ token: HTTPToken?,
        _ log: Logger
    ) throws -> [any Service] {
        let health = health(settings)
        let access = token.map { Access.token($0.bytes) } ?? .local
        var services: [any Service] = []
        if let address = httpAddress(settings) {
            let site = Site(desk, access: access, health: health, clock: .system, librdkafka: KafkaCluster.librdkafka)
            services.append(try WebService(address, site, log: log))
        }
        if let address = settings.httpMetrics {
            let site = Site(
                desk,
                access: access,
                scope: .probesAndMetrics,
                health: health,
                clock: .system,
                librdkafka: KafkaCluster.librdkafka
            )
            services.append(try WebService(address, site, log: log))
        }
        return services
    }

    private func health(_ settings: Settings) -> Health {
        let longestTurn = settings.kafka["max.poll.interval.ms"].flatMap { Int64($0) }
        return Health(longestTurn: longestTurn ?? 300_000, longestStall: Int64(settings.stallSeconds) * 1_000)
    }

    private func report(_ summary: RunSummary) { print(json ? summary.json : summary.text) }
}
