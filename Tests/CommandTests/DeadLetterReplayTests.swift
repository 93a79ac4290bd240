import Events
import Logging
import Pipeline
import Testing
import Traffic

@testable import shopstream

/// Dead letters sent back over a log with Kafka's own rules.
@Suite("Replaying dead letters")
struct DeadLetterReplayTests {
    // MARK: what goes back

    @Test func aRecordGoesBackAsItCameWithACount() throws {
        let rig = try LetterRig()
        let own = [Header("trace", "t1"), Header("none", nil)]
        try rig.shelve("bad_timestamp", key: "u7", value: "{\"x\":1}", from: 1, at: 1_767_225_600_123, own)
        #expect(try rig.replay().sent == ["bad_timestamp": 1])
        let back = try rig.log.records(in: LetterRig.clicks)
        #expect(back.count == 1 && back[0].keyText == "u7" && back[0].valueText == "{\"x\":1}")
        #expect(back[0].timestamp == 1_767_225_600_123)
        #expect(back[0].headers == own + [Header("__dlq.replays", "1")])
        #expect(back[0].place.partition == Hash.partition(of: Bytes("u7"), among: 4))
    }

    @Test func withoutAKeyItGoesToItsOldPartition() throws {
        let rig = try LetterRig()
        try rig.shelve("malformed_json", key: nil, value: nil, from: 3)
        try rig.replay()
        let back = try rig.log.records(in: LetterRig.clicks)
        #expect(back.count == 1 && back[0].place.partition == 3 && back[0].key == nil && back[0].value == nil)
    }

    @Test func anotherTopicMayBeNamed() throws {
        let rig = try LetterRig()
        try rig.shelve("oversize", key: "u1", from: 0)
        try rig.replay(DeadLetterRequest(target: LetterRig.reviews))
        #expect(try rig.log.records(in: LetterRig.clicks).isEmpty)
        #expect(try rig.log.records(in: LetterRig.reviews).count == 1)
    }

    // MARK: what stays

    @Test func whatWasSentIsNotSentAgain() throws {
        let rig = try LetterRig()
        for user in ["u1", "u2", "u3"] { try rig.shelve("bad_timestamp", key: user, from: 0) }
        #expect(try rig.replay().total == 3)
        let again = try rig.replay()
        #expect(again.total == 0 && again.alreadySent == 0, "the group's offset is behind them all")
        try rig.shelve("bad_timestamp", key: "u4", from: 0)
        #expect(try rig.replay().total == 1)
        #expect(try rig.log.records(in: LetterRig.clicks).count == 4)
    }

    @Test func whatAFilterLeavesOutCanBeSentLater() throws {
        let rig = try LetterRig()
        for index in 0..<12 {
            let reason = index % 3 == 0 ? "oversize" : "bad_timestamp"
            try rig.shelve(reason, key: "u\(index)", from: Int32(index % 2), at: 1_700_000_000_000 + Int64(index))
        }
        let some = try rig.replay(DeadLetterRequest(filter: DeadLetterFilter(reasons: ["bad_timestamp"])))
        #expect(some.total == 8 && some.notAsked == 4)
        let late = try rig.replay(DeadLetterRequest(filter: DeadLetterFilter(since: 1_700_000_000_006)))
        #expect(late.total == 2 && late.alreadySent > 0 && late.notAsked == 2)
        #expect(try rig.replay().total == 2)
        #expect(Set(rig.back).count == 12 && rig.back.count == 12)
    }

    @Test func aLimitLeavesTheRestForLater() throws {
        let rig = try LetterRig()
        for index in 0..<10 { try rig.shelve("oversize", key: "u\(index)", from: 0) }
        #expect(try rig.replay(DeadLetterRequest(limit: 4)).total == 4)
        #expect(try rig.replay(DeadLetterRequest(limit: 4)).total == 4)
        #expect(try rig.replay(DeadLetterRequest(limit: 4)).total == 2)
        #expect(Set(rig.back).count == 10 && rig.back.count == 10)
    }

    @Test func whatCameBackTooOftenStays() throws {
        let rig = try LetterRig()
        try rig.shelve("oversize", key: "u1", from: 0, [Header("__dlq.replays", "3")])
        try rig.shelve("oversize", key: "u2", from: 0, [Header("__dlq.replays", "2")])
        let tally = try rig.replay()
        #expect(tally.total == 1 && tally.worn == 1)
        #expect(tally.lines(DeadLetterRequest())[1].contains("1 sent back 3 times or more"))
        #expect(try rig.log.records(in: LetterRig.clicks).first?.headers == [Header("__dlq.replays", "3")])
        #expect(try rig.replay(DeadLetterRequest(maxReplays: 4)).total == 1)
    }

    @Test func truncatedAndForeignOnesAreNeverSent() throws {
        let rig = try LetterRig()
        try rig.shelve("too-large", key: "u1", from: 0)
        try rig.shelve("oversize", key: "u2", from: 0, digest: "ab12")
        let connect = [Header("__connect.errors.topic", "x")]
        try rig.log.append(LetterRig.letters, 0, key: "u3", value: "{}", headers: connect)
        let tally = try rig.replay()
        #expect(tally.total == 0 && tally.truncated == 2 && tally.foreign == 1)
        #expect(tally.lines(DeadLetterRequest()).contains { $0.contains("only their beginning was kept") })
    }

    @Test func aTopicThatIsGoneIsNamed() throws {
        let rig = try LetterRig()
        try rig.shelve("oversize", key: "u1", from: 0, origin: "storefront.old.v1")
        let tally = try rig.replay()
        #expect(tally.total == 0 && tally.homeless == ["storefront.old.v1": 1])
        #expect(try rig.replay(DeadLetterRequest(target: LetterRig.clicks)).total == 1)
    }

    /// Whoever may write to an input can put any header there; ours stand behind it.
    @Test func headersOfTheProducerDecideNothing() throws {
        let rig = try LetterRig()
        let forged = [
            Header("__dlq.errors.topic", "shopstream.customers.changelog"), Header("__dlq.replayed", "0-99"),
            Header("__dlq.replays", "-5"),
        ]
        try rig.shelve("oversize", key: nil, value: nil, from: 2, forged)
        #expect(try rig.replay().total == 1)
        #expect(try rig.log.records(in: LetterRig.clicks).first?.headers == [Header("__dlq.replays", "1")])
    }

    @Test func aDryRunWritesNothing() throws {
        let rig = try LetterRig()
        try rig.shelve("oversize", key: "u1", from: 0)
        let tally = try rig.replay(DeadLetterRequest(isDry: true))
        #expect(tally.total == 1 && tally.lines(DeadLetterRequest(isDry: true))[0].contains("would be sent back"))
        #expect(rig.back.isEmpty && rig.log.offsets(of: "shopstream-dlq-replay").isEmpty)
        #expect(try rig.replay().total == 1)
    }

    // MARK: once

    /// Whatever goes wrong at whatever step, and run again until it is done: each letter is sent once.
    @Test(arguments: FaultKind.allCases)
    func aFaultAtAnyStepSendsNothingTwice(kind: FaultKind) throws {
        let clean = try LetterRig(filled: 40)
        try clean.replayUntilDone(DeadLetterRequest(filter: DeadLetterFilter(reasons: ["oversize"])))
        let partly = clean.back
        try clean.replayUntilDone()
        let steps = clean.log.stepCount
        #expect(steps > 20 && partly.count == 13 && clean.back.count == 40)
        for index in 0..<steps {
            let rig = try LetterRig(filled: 40)
            rig.log.faults = .at(index, kind)
            try rig.replayUntilDone(DeadLetterRequest(filter: DeadLetterFilter(reasons: ["oversize"])))
            try #require(rig.back.sorted() == partly.sorted(), "\(rig.log.injections)")
            try rig.replayUntilDone()
            try #require(rig.back.sorted() == clean.back.sorted(), "\(rig.log.injections)")
        }
        print("Replay: \(kind.rawValue) at each of \(steps) steps, each letter once")
    }

    @Test(arguments: 0..<20)
    func manyFaultsSendNothingTwice(seed: Int) throws {
        let rig = try LetterRig(filled: 40)
        rig.log.faults = .random(seed: UInt64(seed), gap: 12, limit: 10)
        try rig.replayUntilDone(DeadLetterRequest(filter: DeadLetterFilter(reasons: ["oversize"]), rate: 20))
        try rig.replayUntilDone()
        #expect(rig.back.count == 40 && Set(rig.back).count == 40, "seed \(seed): \(rig.log.injections)")
    }

    /// One replay takes over from another that still believes to be at work.
    @Test func theSecondReplayFencesTheFirst() throws {
        let rig = try LetterRig(filled: 40)
        var second: DeadLetterTally?
        #expect {
            try rig.replay(DeadLetterRequest(rate: 10)) { sent in
                guard second == nil, sent > 0 else { return }
                second = try? rig.replay(on: "other")
            }
        } throws: { Exit($0)?.code == 75 }
        #expect(second?.total ?? 0 > 30)
        #expect(rig.back.count == 40 && Set(rig.back).count == 40)
    }

    // MARK: the loop

    /// line → dead letter → replay → line → dead letter: the count goes round with the record, and ends the loop.
    @Test func theCountSurvivesTheLine() throws {
        let rig = try ShopRig(days: 0)
        try rig.log.append(LetterRig.clicks, 0, key: "u1", value: "{", headers: [Header("trace", "t1")])
        for round in 1...3 {
            try rig.runToEnd()
            #expect(try rig.replayLetters().total == 1)
            let back = try rig.log.records(in: LetterRig.clicks).last
            #expect(back?.headers.last == Header("__dlq.replays", "\(round)"))
        }
        try rig.runToEnd()
        let last = try rig.replayLetters()
        #expect(last.total == 0 && last.worn == 1)
        let letters = try rig.log.records(in: LetterRig.letters).compactMap { DeadLetter($0.headers) }
        #expect(letters.map(\.replays) == [0, 1, 2, 3] && letters.allSatisfy { $0.reason == "malformed_json" })
        let clicks = try rig.log.records(in: LetterRig.clicks)
        #expect(clicks.count == 4 && clicks.allSatisfy { $0.headers.first == Header("trace", "t1") })
    }

    // MARK: refusals

    @Test func targetsThatDoNotDoAreRefused() throws {
        let rig = try LetterRig()
        let existing = try rig.log.topics()
        let shelf = try DeadLetterShelf([], existing: existing)
        let refusal = { (target: String) in
            #expect(throws: Exit.self) {
                _ = try DeadLetterJudge(DeadLetterRequest(target: target), shelf, existing: existing)
            }?.code
        }
        #expect(refusal("nowhere") == 78 && refusal(LetterRig.letters) == 64)
    }

    @Test func shelvesThatAreNoneAreRefused() {
        let refusal = { (wanted: [String], existing: [String: Int32]) in
            #expect(throws: Exit.self) { _ = try DeadLetterShelf(wanted, existing: existing) }?.sentence ?? ""
        }
        #expect(refusal(["a"], ["a": 1]).contains("no topic of dead letters"))
        #expect(refusal(["dlq.a"], [:]).contains("shopstream topics apply"))
        #expect(refusal([], ["a": 1]).contains("shopstream topics apply"))
    }

    @Test func aRateIsKept() {
        var pace = Throttle(rate: 50)
        pace.start(at: 1_000)
        #expect(pace.batch == 5)
        #expect([5, 5, 10, 1].map { pace.time(for: $0) } == [1_000, 1_100, 1_200, 1_400])
        var free = Throttle(rate: nil)
        #expect(free.batch == .max && free.time(for: 1_000_000) == .min)
    }
}

/// Topics of dead letters in memory, and replays of them.
final class LetterRig {
    static let clicks = "storefront.clickstream.v1"
    static let reviews = "storefront.reviews.v1"
    static let letters = "dlq.storefront.clickstream.v1"

    let log = MemoryLog()

    init(filled count: Int = 0) throws {
        for topic in [Self.clicks, Self.reviews, Self.letters, "dlq.storefront.reviews.v1"] {
            log.createTopic(topic, partitions: 4)
        }
        for index in 0..<count {
            try shelve(index % 3 == 1 ? "oversize" : "bad_timestamp", key: "u\(index)", from: Int32(index % 3))
        }
    }

    /// Writes a dead letter as the line does.
    func shelve(
        _ reason: String,
        key: String?,
        value: String? = "{}",
        from partition: Int32,
        at time: Int64 = 1_700_000_000_000,
        _ own: [Header] = [],
        origin: String = LetterRig.clicks,
        digest: String? = nil
    ) throws {
        let headers = [
            Header("__dlq.errors.topic", origin), Header("__dlq.errors.partition", "\(partition)"),
            Header("__dlq.errors.offset", "17"), Header("__dlq.errors.exception", reason),
            Header("__dlq.errors.message", "why"),
        ]
        let digests = digest.map { [Header("__dlq.errors.sha256", $0)] } ?? []
        let all = own + headers + digests
        try log.append(Self.letters, partition, key: key, value: value, timestamp: time, headers: all)
    }

    @discardableResult
    func replay(
        _ request: DeadLetterRequest = DeadLetterRequest(),
        on name: String = "main",
        report: (Int) -> Void = { _ in }
    ) throws -> DeadLetterTally {
        try log.replay(request, on: name, report: report)
    }

    /// As an operator would: again, until it says that it is done.
    func replayUntilDone(_ request: DeadLetterRequest = DeadLetterRequest()) throws {
        for _ in 0..<20 {
            do {
                try replay(request)
                return
            } catch {
                log.advance(by: 100)
            }
        }
        Issue.record("no end: \(log.injections)")
    }

    /// Keys of what came back, in the order of the log.
    var back: [String] { ((try? log.records(in: Self.clicks)) ?? []).map { $0.keyText ?? "-" } }
}

extension MemoryLog {
    fileprivate func replay(
        _ request: DeadLetterRequest,
        on name: String = "replay",
        report: (Int) -> Void = { _ in }
    ) throws -> DeadLetterTally {
        let process = newIncarnation(of: name)
        let shelf = try DeadLetterShelf([], existing: try topics())
        let replay = DeadLetterReplay(
            process,
            shelf,
            try DeadLetterJudge(request, shelf, existing: try topics()),
            group: "shopstream",
            clock: WallClock { [self] in
                advance(by: 1)
                return now
            },
            sleep: { [self] in advance(by: $0) },
            stop: StopFlag()
        )
        return try replay.run(report)
    }
}

extension ShopRig {
    fileprivate func replayLetters() throws -> DeadLetterTally { try log.replay(DeadLetterRequest()) }
}
