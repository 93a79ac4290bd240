import Pipeline
import Synchronization
import Testing

@testable import Kafka

@Suite struct CommitThreadTests {
    private let fault = Fault(.restartLine, code: "_TIMED_OUT", doing: "testing")

    @Test func eachJobIsAnsweredOnce() {
        let thread = CommitThread()
        defer { thread.join() }
        for round in 0..<100 {
            thread.start { [fault] in round % 2 == 0 ? .success(()) : .failure(fault) }
            let outcome = thread.wait(milliseconds: 10_000)
            #expect(outcome.map { (try? $0.get()) != nil } == (round % 2 == 0))
            #expect(thread.wait(milliseconds: 0) == nil)
        }
    }

    @Test func waitingEnds() {
        let thread = CommitThread()
        let gate = Mutex(false)
        thread.start {
            while !gate.withLock({ $0 }) {}
            return .success(())
        }
        #expect(thread.wait(milliseconds: 0) == nil)
        #expect(thread.wait(milliseconds: 20) == nil)
        gate.withLock { $0 = true }
        #expect(thread.wait(milliseconds: 10_000) != nil)
        thread.join()
    }

    @Test func aThreadThatNeverWorkedEndsToo() {
        CommitThread().join()
    }

    @Test func joiningWaitsForTheJob() {
        let thread = CommitThread()
        let done = Mutex(false)
        thread.start {
            done.withLock { $0 = true }
            return .success(())
        }
        thread.join()
        #expect(done.withLock { $0 })
    }
}
