import Events
import Logging
import Pipeline
import Testing
import Traffic

@testable import shopstream

/// A topic keyed by nothing, copied over a log with Kafka's own rules.
@Suite("Repartitioning")
struct RepartitionTests {
    // MARK: what becomes of a record

    @Test func aRecordGetsItsCustomersKeyAndKeepsAllElse() throws {
        let rig = try CopyRig()
        let headers = [Header("trace", "t1"), Header("none", nil)]
        try rig.add(2, key: nil, CopyRig.view("u7"), at: 1_767_225_600_123, headers)
        try rig.runToEnd()
        let copies = try rig.log.records(in: CopyRig.target)
        #expect(copies.count == 1)
        #expect(copies[0].keyText == "u7" && copies[0].valueText == CopyRig.view("u7"))
        #expect(copies[0].timestamp == 1_767_225_600_123 && copies[0].headers == headers)
        #expect(copies[0].place.partition == Hash.partition(of: Bytes("u7"), among: 4))
    }

    @Test func theDecodersRuleSaysWhoItIs() throws {
        let rig = try CopyRig()
        try rig.add(0, key: "x", #"{"type":"page","anonymousId":"a1"}"#)
        try rig.add(0, key: "x", #"{"event":"Product Viewed","userId":"u1","anonymousId":"a2"}"#)
        try rig.add(0, key: "x", #"{"event":"Order Completed","userId":"","anonymousId":"a3","timestamp":"never"}"#)
        try rig.runToEnd()
        #expect(try Set(rig.log.records(in: CopyRig.target).map(\.keyText)) == ["a1", "u1", "a3"])
    }

    @Test(arguments: [
        (nil, "unsupported_encoding"), ("", "unsupported_encoding"), ("{\"userId\":\"u1\"", "malformed_json"),
        (#"{"event":"Product Viewed"}"#, "missing_identity"), ("[]", "missing_identity"),
        ("{\"userId\":\"" + String(repeating: "u", count: 600) + "\"}", "oversize"),
    ])
    func whatNamesNobodyIsADeadLetter(value: String?, reason: String) throws {
        let rig = try CopyRig()
        try rig.add(1, key: "k", value, at: 1_767_225_600_000, [Header("own", "1")])
        try rig.runToEnd()
        #expect(try rig.log.records(in: CopyRig.target).isEmpty)
        let letters = try rig.log.records(in: CopyRig.deadLetters)
        #expect(letters.count == 1 && letters[0].keyText == "k" && letters[0].valueText == value)
        #expect(letters[0].timestamp == 1_767_225_600_000 && letters[0].headers.first == Header("own", "1"))
        let letter = try #require(DeadLetter(letters[0].headers))
        #expect(letter.topic == CopyRig.source && letter.partition == 1 && letter.offset == 0)
        #expect(letter.reason == reason && letter.replays == 0)
    }

    @Test func theSummaryCounts() throws {
        let rig = try CopyRig()
        try rig.add(0, key: "u1", CopyRig.view("u1"))
        try rig.add(0, key: nil, CopyRig.view("u2"))
        try rig.add(0, key: nil, "{")
        let tally = try rig.runToEnd()
        let text = "2 records copied (1 had their customer's key), 1 dead letter (malformed_json 1)"
        #expect(tally.text("copied") == text)
    }

    // MARK: too large

    /// An event of so many bytes.
    private func large(_ user: String, _ bytes: Int) -> String {
        let value = CopyRig.view(user)
        return value + String(repeating: " ", count: bytes - value.utf8.count)
    }

    /// The copy goes on, and tells where the record stood, how large it was and how it began.
    @Test func whatTheTargetDoesNotTakeIsADeadLetter() throws {
        let rig = try CopyRig(targetTakes: 100_000)
        let value = large("u1", 200_000)
        try rig.add(2, key: "k", CopyRig.view("u0"))
        try rig.add(2, key: "k", value, at: 1_767_225_600_000, [Header("own", "1")])
        try rig.add(2, key: "k", CopyRig.view("u2"))
        let tally = try rig.runToEnd()
        #expect(tally.copied == 2 && tally.rejected == ["too-large": 1])
        #expect(try rig.log.records(in: CopyRig.target).map(\.keyText).sorted { $0 ?? "" < $1 ?? "" } == ["u0", "u2"])
        let letters = try rig.log.records(in: CopyRig.deadLetters)
        try #require(letters.count == 1)
        #expect(letters[0].keyText == "k" && letters[0].timestamp == 1_767_225_600_000)
        #expect(letters[0].value == Array(value.utf8.prefix(64 << 10)))
        #expect(letters[0].headers.first == Header("own", "1"))
        let letter = try #require(DeadLetter(letters[0].headers))
        #expect(letter.topic == CopyRig.source && letter.partition == 2 && letter.offset == 1)
        #expect(letter.reason == "too-large" && letter.isTruncated)
        #expect(letters[0].headers.contains(Header(DeadLetter.Name.valueBytes, "200000")))
        let digest = "84136e9eee97fd06c132f23e90a102d3c3001b3a5aa98c0f0da8577770900d93"
        #expect(letters[0].headers.contains(Header(DeadLetter.Name.digest, digest)), "as sha256sum has it")
    }

    /// Neither does the dead-letter topic take what is wrong with it otherwise.
    @Test func whatNamesNobodyAndIsTooLargeIsADeadLetterToo() throws {
        let rig = try CopyRig(lettersTake: 50_000)
        try rig.add(0, key: nil, large("u1", 80_000))
        try rig.add(0, key: nil, "{" + large("u1", 80_000))
        let tally = try rig.runToEnd()
        #expect(tally.copied == 1 && tally.rejected == ["too-large": 1])
        let letter = try #require(try rig.log.records(in: CopyRig.deadLetters).first)
        #expect(letter.headers.contains(Header(DeadLetter.Name.cause, "malformed_json")))
        #expect((letter.value?.count ?? 0) < 50_000 && (letter.value?.count ?? 0) > 40_000)
    }

    @Test func aByteDecidesAndADryRunSaysTheSame() throws {
        let rig = try CopyRig(targetTakes: 1_000)
        let frame = RecordSize.most(key: Bytes("u1"), value: .none, [])
        try rig.add(0, key: nil, large("u1", 1_000 - frame))
        try rig.add(0, key: nil, large("u1", 1_001 - frame))
        var keying = CustomerKeying(rig.route, group: "copy", try RepartitionRooms(rig.log, rig.route))
        let reading = try BoundedReading(rig.log, rig.route.partitions)
        while !reading.isDone { try reading.poll { record, _ in keying.count(record, reading.headers(of: record)) } }
        let dry = keying.takeTally()
        #expect(dry.copied == 1 && dry.rejected == ["too-large": 1])
        #expect(try rig.runToEnd() == dry)
    }

    /// A fault between them: each once all the same.
    @Test(arguments: [FaultKind.abortRequired, .processGone]) func aFaultNearATooLargeOne(kind: FaultKind) throws {
        for index in 0..<40 {
            let rig = try CopyRig(targetTakes: 10_000)
            for number in 0..<12 {
                let value = number % 3 == 1 ? large("u\(number)", 20_000) : CopyRig.view("u\(number)")
                try rig.add(0, key: nil, value)
            }
            rig.log.faults = .at(index, kind)
            try rig.runToEnd()
            #expect(try rig.log.records(in: CopyRig.target).count == 8, "\(rig.log.injections)")
            #expect(try rig.log.records(in: CopyRig.deadLetters).count == 4, "\(rig.log.injections)")
        }
    }

    // MARK: once

    @Test func aSecondRunCopiesWhatIsNew() throws {
        let rig = try CopyRig()
        try rig.add(0, key: nil, CopyRig.view("u1"))
        try rig.runToEnd()
        #expect(try rig.runToEnd().records == 0)
        try rig.add(0, key: nil, CopyRig.view("u2"))
        #expect(try rig.runToEnd().records == 1)
        #expect(try rig.log.records(in: CopyRig.target).count == 2)
    }

    /// Whatever goes wrong at whatever step: each record once, in the order of its source's partition.
    @Test(arguments: FaultKind.allCases)
    func aFaultAtAnyStepLosesAndDoublesNothing(kind: FaultKind) throws {
        let clean = try CopyRig(filled: 60)
        try clean.runToEnd()
        let steps = clean.log.stepCount
        #expect(steps > 30)
        #expect(clean.copies.values.joined().count == 54 && clean.letters.values.joined().count == 6)
        for index in 0..<steps {
            let rig = try CopyRig(filled: 60)
            rig.log.faults = .at(index, kind)
            try rig.runToEnd()
            try #require(rig.copies == clean.copies && rig.letters == clean.letters, "\(rig.log.injections)")
        }
        print("Repartition: \(kind.rawValue) at each of \(steps) steps, all as without faults")
    }

    @Test(arguments: 0..<30)
    func manyFaultsLoseAndDoubleNothing(seed: Int) throws {
        let clean = try CopyRig(filled: 60)
        try clean.runToEnd()
        let rig = try CopyRig(filled: 60)
        rig.log.faults = .random(seed: UInt64(seed), gap: 6, limit: 15)
        try rig.runToEnd()
        #expect(rig.copies == clean.copies && rig.letters == clean.letters, "seed \(seed): \(rig.log.injections)")
    }

    /// Two processes share the partitions; one dies in between, and its transaction with it.
    @Test(arguments: 0..<12)
    func twoProcessesShareTheWork(seed: Int) throws {
        let clean = try CopyRig(filled: 200)
        try clean.runToEnd()
        let rig = try CopyRig(filled: 200)
        rig.log.faults = .random(seed: UInt64(seed), gap: 20, limit: 6)
        try rig.runTogether()
        #expect(rig.copies == clean.copies && rig.letters == clean.letters, "seed \(seed): \(rig.log.injections)")
    }

    @Test func recordsDeletedUnreadAreARefusalThatCanBeLifted() throws {
        let rig = try CopyRig()
        try rig.add(0, key: nil, CopyRig.view("u1"))
        try rig.runToEnd()
        for user in ["u2", "u3", "u4"] { try rig.add(0, key: nil, CopyRig.view(user)) }
        try rig.log.trim(CopyRig.source, 0, before: 3)
        #expect { try rig.make().turns(20, rig) } throws: { error in
            let fault = error as? Fault
            return fault?.recovery == .stop(exitCode: 65) && "\(error)".contains("2 records of shop.events[0]")
                && fault?.remedy?.contains("--skip-lost") == true
        }
        rig.skipsLost = true
        #expect(try rig.runToEnd().copied == 1)
    }

    // MARK: refusals

    private static let existing: [String: Int32] = [
        CopyRig.source: 3, CopyRig.target: 4, CopyRig.deadLetters: 3, "shopstream.signals.v1": 4, "few": 2, "many": 8,
        "dlq.few": 3,
    ]

    private func refusal(_ source: String, _ target: String) -> Exit? {
        do throws(Exit) {
            _ = try RepartitionRoute(from: source, to: target, existing: Self.existing)
            return nil
        } catch {
            return error
        }
    }

    @Test func topicsThatFitAreTaken() { #expect(refusal(CopyRig.source, CopyRig.target) == nil) }

    @Test(arguments: [
        ("shop.events", "shop.events", 64, "into itself"), ("dlq.few", "few", 64, "shopstream dlq replay"),
        ("shop.events", "insights.recommendations.v1", 64, "written by Shopstream"),
        ("nowhere", "many", 78, "no such topic"),
        ("shop.events", "nowhere", 78, "with 4 partitions, and run shopstream"),
        ("many", "shop.keyed", 78, "dlq.many: there is no such topic"),
        ("shop.events", "few", 78, "shopstream topics apply --add-partitions"),
        ("shop.events", "many", 78, "inputs need 4"),
    ])
    func topicsThatDoNotFitAreRefused(source: String, target: String, code: Int32, words: String) throws {
        let exit = try #require(refusal(source, target))
        #expect(exit.code == code && exit.sentence.contains(words), "\(exit.sentence)")
    }
}

/// A topic without keys, the one it is copied into, and processes that copy.
final class CopyRig {
    static let source = "shop.events"
    static let target = "shop.keyed"
    static let deadLetters = "dlq.shop.events"

    let log = MemoryLog()
    let route: RepartitionRoute
    var skipsLost = false

    init(filled count: Int = 0, targetTakes: Int? = nil, lettersTake: Int? = nil) throws {
        log.createTopic(Self.source, partitions: 3)
        log.createTopic(Self.target, partitions: 4, largestRecord: targetTakes)
        log.createTopic(Self.deadLetters, partitions: 3, largestRecord: lettersTake)
        route = try RepartitionRoute(from: Self.source, to: Self.target, existing: try log.topics())
        for index in 0..<count {
            let value = index % 10 == 7 ? "{\(index)" : Self.view("u\(index % 7)", index)
            let key = index % 4 == 0 ? "k\(index)" : nil
            try add(Int32(index % 3), key: key, value, at: 1_700_000_000_000 + Int64(index))
        }
    }

    static func view(_ user: String, _ number: Int = 0) -> String {
        #"{"event":"Product Viewed","userId":"\#(user)","properties":{"product_id":"p\#(number)"}}"#
    }

    func add(_ partition: Int32, key: String?, _ value: String?, at time: Int64 = 1, _ headers: [Header] = []) throws {
        try log.append(Self.source, partition, key: key, value: value, timestamp: time, headers: headers)
    }

    func make(_ name: String = "copier") throws -> Repartitioner {
        let process = log.newIncarnation(of: name)
        return Repartitioner(
            process,
            route,
            try RepartitionRooms(process, route),
            .init(
                group: "copy",
                name: name,
                untilEnd: true,
                skipsLost: skipsLost,
                recordsPerPoll: 8,
                recordsPerTransaction: 16
            ),
            clock: WallClock { [log] in log.now },
            sleep: { [log] in log.advance(by: $0) },
            log: Logger(label: "rig") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Runs a process until everything is copied, and another whenever one died. Answers what the last one did.
    @discardableResult
    func runToEnd() throws -> RepartitionTally {
        for _ in 0..<30 {
            let copier = try make()
            do {
                try copier.turns(2_000, self)
                try copier.drain()
                return copier.tally
            } catch {
                log.advance(by: 1)
            }
        }
        Issue.record("no end: \(log.injections)")
        return RepartitionTally()
    }

    /// Two processes turn about; whoever dies is started again.
    func runTogether() throws {
        var copiers = ["one": try make("one"), "two": try make("two")]
        for _ in 0..<4_000 {
            for name in copiers.keys.sorted() {
                do {
                    try copiers[name]?.turn()
                } catch {
                    copiers[name] = try make(name)
                }
                log.advance(by: 30)
            }
            if copiers.values.allSatisfy(\.isFinished) { return copiers.values.forEach { $0.close() } }
        }
        Issue.record("no end: \(log.injections)")
    }

    /// Each customer's records by the source's partition (which their number tells), in the order of the target.
    var copies: [String: [String]] { contents(Self.target) { $0.keyText ?? "-" } }
    var letters: [String: [String]] { contents(Self.deadLetters) { $0.place.description } }

    private func contents(_ topic: String, _ name: (MemoryRecord) -> String) -> [String: [String]] {
        var contents: [String: [String]] = [:]
        for record in (try? log.records(in: topic)) ?? [] {
            let key = "\(name(record)) from \((record.timestamp - 1_700_000_000_000) % 3)"
            contents[key, default: []].append("\(record.keyText ?? "-") \(record.valueText ?? "-") \(record.timestamp)")
        }
        return contents
    }
}

extension Repartitioner {
    fileprivate func turns(_ most: Int, _ rig: CopyRig) throws {
        for _ in 0..<most where !isFinished {
            try turn()
            rig.log.advance(by: 30)
        }
        #expect(isFinished, "no end: \(rig.log.injections)")
    }
}
