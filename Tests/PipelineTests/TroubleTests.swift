import Logging
import Testing

@testable import Pipeline

/// What a line does about faults in a row, and what the log is told.
@Suite struct TroubleTests {
    private func fault(_ recovery: Fault.Recovery, _ code: String = "_TIMED_OUT", _ limit: Fault.Limit? = nil) -> Fault
    {
        Fault(recovery, code: code, doing: "working", limit: limit)
    }

    private func sight(_ commits: UInt64 = 0, waits: Bool = true, isReady: Bool = true) -> Trouble.Sight {
        Trouble.Sight(commits: commits, steps: commits, waits: waits, isReady: isReady)
    }

    @Test func aPassingRefusalIsNotTold() {
        var trouble = Trouble()
        #expect(trouble.meet(fault(.retry), at: 1_000).note == nil)
        #expect(trouble.meet(fault(.retry), at: 5_900).note == nil)
        #expect(trouble.look(sight(1), at: 5_950) == nil)
        #expect(trouble.since == nil && trouble.last == nil)
    }

    @Test func whatLastsIsToldEveryHalfMinuteAndWhenItIsOver() {
        var trouble = Trouble()
        let notes = stride(from: Int64(0), through: 70_000, by: 100).compactMap {
            trouble.meet(fault(.retry), at: $0).note
        }
        #expect(
            notes.map(\.text) == [
                "trying again, for 5 s (51 times): working: _TIMED_OUT",
                "trying again, for 35 s (300 times): working: _TIMED_OUT",
                "trying again, for 65 s (300 times): working: _TIMED_OUT",
            ]
        )
        #expect(trouble.look(sight(isReady: false), at: 90_000) == nil)
        #expect(trouble.look(sight(1), at: 91_000)?.text == "the line goes on after 91 s")
        #expect(trouble.look(sight(2), at: 92_000) == nil)
    }

    /// Abort, restore, abort: without a pause this would be all that the line does.
    @Test func whoFallsBackAgainRestsAndMakesNewClients() {
        var trouble = Trouble()
        #expect(trouble.meet(fault(.abortBatch), at: 0).recovery == .abortBatch)
        #expect(trouble.restUntil == 0)
        var rests: [Int64] = []
        for round in Int64(1)...8 {
            let now = round * 20_000
            #expect(trouble.meet(fault(.abortBatch), at: now).recovery == .restartLine)
            rests.append(trouble.restUntil - now)
            #expect(trouble.look(sight(), at: now + 10_000) == nil, "ready for too short a time")
        }
        #expect(rests == [1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 10_000])
        _ = trouble.look(sight(1), at: 200_000)
        #expect(trouble.meet(fault(.abortBatch), at: 201_000).recovery == .abortBatch, "a commit in between")
        #expect(trouble.restUntil == 0)
    }

    @Test func patienceEnds() {
        var trouble = Trouble()
        let gone = fault(.retry, "_UNKNOWN_TOPIC", Fault.Limit(after: 30_000, exitCode: 78))
        #expect(trouble.meet(gone, at: 1_000).recovery == .retry)
        #expect(trouble.meet(gone, at: 30_999).recovery == .retry)
        let last = trouble.meet(gone, at: 31_000)
        #expect(last.recovery == .stop(exitCode: 78))
        #expect(last.note == nil, "whoever ends the process tells it")
    }

    @Test func readyForLongerThanATransactionIsMended() {
        var trouble = Trouble()
        _ = trouble.meet(fault(.restartLine), at: 0)
        #expect(trouble.look(sight(waits: false), at: 14_999) == nil && trouble.since == 0)
        #expect(trouble.look(sight(waits: false), at: 15_000)?.text == "the line goes on after 15 s")
    }

    @Test func restoringOverAndOverIsNoProgress() {
        var trouble = Trouble()
        var steps: UInt64 = 0
        let look = { (trouble: inout Trouble, now: Int64) in
            steps += 100
            _ = trouble.look(.init(commits: 0, steps: steps, waits: true, isReady: false), at: now)
            return trouble.progressedAt
        }
        #expect(look(&trouble, 1_000) == 1_000)
        _ = trouble.meet(fault(.abortBatch), at: 2_000)
        #expect(look(&trouble, 3_000) == 3_000)
        _ = trouble.meet(fault(.abortBatch), at: 4_000)
        #expect(look(&trouble, 5_000) == 3_000)
    }
}

/// The watchdog's verdict.
@Suite struct StallTests {
    private func status(turned: Int64, progressed: Int64, lag: Int64 = 7) -> LineStatus {
        var status = LineStatus()
        status.name = "shop-0"
        (status.turnedAt, status.progressedAt, status.lag) = (turned, progressed, lag)
        return status
    }

    @Test func whoGetsOnIsNotStalled() {
        #expect(Stall(status(turned: 40_000, progressed: 10_001), at: 40_001) == nil)
        #expect(Stall(status(turned: 40_000, progressed: 10_000), at: 40_001)?.silence == 30_001)
        #expect(Stall(status(turned: 0, progressed: 0), at: 99_000) == nil, "not begun")
        var ended = status(turned: 1, progressed: 1)
        ended.hasFinished = true
        #expect(Stall(ended, at: 99_000) == nil)
    }

    @Test func aThreadThatDoesNotTurnIsStuckWhateverItHadToDo() {
        let stuck = Stall(status(turned: 5_000, progressed: 5_000, lag: 0), at: 35_001)
        #expect(stuck?.isTurning == false)
        #expect(stuck?.description.hasPrefix("shop-0 is stuck in a call since 30 s: no fault is known") == true)
    }

    @Test func withoutAFaultTheClusterIsTheReason() {
        var away = ClusterCondition()
        away.health.isReachable = false
        let stall = Stall(status(turned: 61_000, progressed: 1_000), away, at: 61_000)
        #expect(stall?.reason?.hasPrefix("no broker answers") == true)
    }

    @Test func theLastFaultIsTheReason() {
        var status = status(turned: 61_000, progressed: 1_000)
        status.trouble = "committing: _TIMED_OUT; look at the brokers"
        let text = "shop-0 does not get on since 60 s, 7 records wait: committing: _TIMED_OUT; look at the brokers"
        #expect(Stall(status, at: 61_000)?.description == text)
        #expect(Stall(status, at: 61_000, limit: 60_000) == nil)
    }
}

/// What surveys of the topics come to.
@Suite struct TopicWatchTests {
    private func topology() throws -> Topology { try Topology(inputs: ["shop"], existing: topics()) }

    private func topics() -> [String: Int32] {
        let names = OutputTopic.allCases.map(\.name) + ["shop", "dlq.shop"]
        return Dictionary(uniqueKeysWithValues: names.map { ($0, 2) })
    }

    @Test func aTopicMayBeGoneForAWhile() throws {
        var watch = TopicWatch(try topology(), patience: 30_000)
        var gone = ClusterSurvey(topics: topics())
        gone.topics["dlq.shop"] = nil
        #expect(watch.look(gone, at: 0) == nil && watch.missing == ["dlq.shop"])
        #expect(watch.look(ClusterSurvey(topics: topics()), at: 15_000) == nil && watch.missing.isEmpty)
        #expect(watch.look(gone, at: 20_000) == nil)
        #expect(watch.look(gone, at: 49_999) == nil)
        let fault = watch.look(gone, at: 50_000)
        #expect(fault?.recovery == .stop(exitCode: Fault.Exit.configuration))
        #expect(fault?.description.contains("dlq.shop, gone for 30 s") == true)
    }

    @Test func morePartitionsOfWhatIsKeyedAlikeAreAStop() throws {
        var watch = TopicWatch(try topology(), patience: 30_000)
        for topic in ["shop", OutputTopic.signals.name, OutputTopic.customersChangelog.name] {
            var grown = ClusterSurvey(topics: topics())
            grown.topics[topic] = 3
            #expect(watch.look(grown, at: 0)?.code == "PARTITION_COUNT_CHANGED", "\(topic)")
        }
        var other = ClusterSurvey(topics: topics())
        other.topics[OutputTopic.recommendations.name] = 3
        other.topics["elsewhere"] = 9
        #expect(watch.look(other, at: 0) == nil)
    }

    @Test func onlyOurPartitionsCount() throws {
        var watch = TopicWatch(try topology(), patience: 30_000)
        let survey = ClusterSurvey(
            topics: topics(),
            leaderless: [TopicPartition("elsewhere", 0), TopicPartition("shop", 1), TopicPartition("dlq.shop", 0)]
        )
        #expect(watch.look(survey, at: 0) == nil)
        #expect(watch.leaderless == [TopicPartition("dlq.shop", 0), TopicPartition("shop", 1)])
        var condition = ClusterCondition()
        condition.leaderless = watch.leaderless
        #expect(condition.reasons.first?.hasPrefix("2 partitions have no leader, dlq.shop[0] the first") == true)
    }
}
