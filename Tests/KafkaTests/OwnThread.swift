import Dispatch
import Testing

/// Runs tests that wait for a cluster on threads of their own, a dozen at a time: they wait most of the time, and on
/// the shared pool they would wait for each other.
struct OwnThread: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    private final class Threads: TaskExecutor {
        static let shared = Threads()
        private let queue = DispatchQueue(label: "tests", attributes: .concurrent)
        private let places = DispatchSemaphore(value: 12)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async {
                self.places.wait()
                job.runSynchronously(on: self.asUnownedTaskExecutor())
                self.places.signal()
            }
        }
    }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await withTaskExecutorPreference(Threads.shared) { try await function() }
    }
}

extension Trait where Self == OwnThread {
    static var ownThread: Self { OwnThread() }
}
