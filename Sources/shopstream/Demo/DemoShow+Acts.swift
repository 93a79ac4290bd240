import Foundation
import Kafka
import Pipeline
import Traffic
import Web

/// The acts: the show, going on afterwards, the end.
extension DemoShow {
    /// Plays until the time is over, the shop is, or somebody has seen enough.
    func play() async throws {
        var screen = DemoScreen(output)
        defer { screen.close() }
        try await open(&screen)
        let start = Clock.monotonic()
        let end = start + Int64(plan.seconds) * 1_000
        let traffic = shop(plan, isGraded: true)
        traffic.start()
        var gauge = DemoGauge(plan, start: start, http: http.map { "http://\($0)" })
        while Clock.monotonic() < end, !isOver.isSet, !screen.isGone, !board.update({ $0.isSoldOut }) {
            try await check()
            let now = Clock.monotonic()
            screen.show(gauge.figures(LineTotals(runner.statuses), board, at: now), at: now)
            try await Task.sleep(for: .milliseconds(250))
        }
        traffic.stop()
        try await drain()
        screen.say("\n" + summary(wall: Clock.monotonic() - start))
    }

    /// Keeps the cluster up until Ctrl-C.
    func serve(traffic wanted: Bool) async throws {
        var screen = DemoScreen(output)
        screen.say(DemoWords.serving(embedded.bootstrapServers, http: wanted ? http : nil, isAlive: wanted))
        let traffic = wanted ? shop(plan.encore, isGraded: false) : nil
        traffic?.start()
        while !isOver.isSet {
            if wanted { try await check() }
            try await Task.sleep(for: .milliseconds(200))
        }
        traffic?.stop()
    }

    /// Lets the line drain and the audience go.
    func close() async {
        runner.stop()
        if hasStarted.isSet { try? await runner.join() }
        audience.stop()
        for _ in 0..<100 where hasStarted.isSet && !audience.isDone { try? await Task.sleep(for: .milliseconds(20)) }
    }

    private func open(_ screen: inout DemoScreen) async throws {
        let page = http.map { " The numbers are also at http://\($0)/." } ?? ""
        screen.say("Starting a cluster in this process; its group takes some seconds to form.\(page)")
        hasStarted.set()
        runner.start()
        audience.start()
        if let http { try listen(on: http) }
        let end = Clock.monotonic() + 20_000
        while !runner.statuses.allSatisfy(\.isReady) {
            try await check()
            guard Clock.monotonic() < end else { throw Exit(.software, "the line did not get ready within 20 s") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func listen(on address: ListenAddress) throws {
        let site = Site(
            RunnerDesk(runner),
            access: .local,
            clock: .system,
            librdkafka: KafkaCluster.librdkafka
        )
        do {
            let server = try Server(address, site)
            Task { await server.run() }
        } catch {
            throw Exit(.unavailable, "HTTP on \(address): \(error.reason); choose another --http, or none")
        }
    }

    private func shop(_ plan: DemoPlan, isGraded: Bool) -> DemoTraffic {
        DemoTraffic(cluster, plan, board, isGraded: isGraded) { [runner] in runner.statuses.reduce(0) { $0 + $1.lag } }
    }

    /// Throws what went wrong on one of the threads.
    private func check() async throws {
        if let fault = board.update({ $0.fault }) { throw Exit(.software, fault) }
        if runner.statuses.contains(where: \.hasFinished), !isOver.isSet { try await runner.join() }
    }

    /// Waits until what was sent has come out: nothing waits, and nothing new was heard for a second. Ten seconds at
    /// most.
    private func drain() async throws {
        let end = Clock.monotonic() + 10_000
        var heard = -1
        var quietSince = Clock.monotonic()
        while Clock.monotonic() < end, !isOver.isSet {
            try await check()
            let now = board.update { $0.headlines.recommendations + $0.headlines.alerts }
            let isIdle = LineTotals(runner.statuses).lag == 0 && now == heard
            if !isIdle { quietSince = Clock.monotonic() }
            if Clock.monotonic() - quietSince > 1_000 { return }
            heard = now
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func summary(wall: Int64) -> String {
        let total = LineTotals(runner.statuses)
        let (grades, latency, reached) = board.update { state in
            (state.grader.grades(at: state.eventTime), DemoLatency(state.latency), state.eventTime)
        }
        return DemoWords.summary(grades, total, latency, days: plan.day(of: reached), seconds: Double(wall) / 1_000)
    }
}
