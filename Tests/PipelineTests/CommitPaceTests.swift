import Testing

@testable import Pipeline

@Suite struct CommitPaceTests {
    @Test func cheapCommitsComeOften() {
        var pace = CommitPace(10...100)
        for turn in 0..<50 {
            pace.started(at: Int64(turn) * 100)
            pace.finished(at: Int64(turn) * 100 + 2)
        }
        #expect(pace.interval == 10)
    }

    @Test func dearCommitsComeRarelyButNotBeyondTheBound() {
        var pace = CommitPace(10...100)
        for turn in 0..<50 {
            pace.started(at: Int64(turn) * 1_000)
            pace.finished(at: Int64(turn) * 1_000 + 25)
        }
        #expect((70...80).contains(pace.interval))
        for turn in 100..<150 {
            pace.started(at: Int64(turn) * 1_000)
            pace.finished(at: Int64(turn) * 1_000 + 500)
        }
        #expect(pace.interval == 100)
    }

    @Test func workIsDueAnIntervalAfterItWasFirstSeen() {
        var pace = CommitPace(10...100)
        #expect(!pace.isDue(at: 5))
        pace.sawWork(at: 5)
        pace.sawWork(at: 9)
        #expect(!pace.isDue(at: 14))
        #expect(pace.isDue(at: 15))
        #expect(pace.wait(at: 12, hasWork: true, isCommitting: false) == 3)
    }
}
