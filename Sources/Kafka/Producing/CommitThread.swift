import Glibc
import Pipeline

/// One thread that runs one job at a time: the commit, which waits for the cluster while its line goes on decoding.
///
/// `@unchecked Sendable`: `job`, `outcome` and `isStopping` are touched under the mutex only; the rest is constant.
final class CommitThread: @unchecked Sendable {
    typealias Outcome = Result<Void, Fault>

    private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let changed: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
    private var thread: pthread_t?
    private var job: (@Sendable () -> Outcome)?
    private var outcome: Outcome?
    private var isStopping = false

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        changed.deallocate()
    }

    /// Hands over a job; the one before must have been waited for.
    func start(_ job: @escaping @Sendable () -> Outcome) {
        if thread == nil { launch() }
        locked {
            precondition(self.job == nil && outcome == nil && !isStopping, "a commit is on its way")
            self.job = job
            pthread_cond_broadcast(changed)
        }
    }

    /// The job's outcome, once; nil while it runs.
    func wait(milliseconds: Int32) -> Outcome? {
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = end.tv_nsec + Int(max(milliseconds, 0)) * 1_000_000
        end.tv_sec += nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        return locked {
            while outcome == nil, pthread_cond_timedwait(changed, mutex, &end) == 0 {}
            defer { outcome = nil }
            return outcome
        }
    }

    /// Ends the thread, after the job that it may be at.
    func join() {
        guard let thread else { return }
        locked {
            isStopping = true
            pthread_cond_broadcast(changed)
        }
        pthread_join(thread, nil)
        self.thread = nil
    }

    /// The thread holds a reference to this until it ends.
    private func launch() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                Unmanaged<CommitThread>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            },
            context
        )
        precondition(code == 0, "no thread for commits: \(code)")
        self.thread = thread
    }

    private func run() {
        while let job = next() {
            let outcome = job()
            locked {
                self.job = nil
                self.outcome = outcome
                pthread_cond_broadcast(changed)
            }
        }
    }

    private func next() -> (@Sendable () -> Outcome)? {
        locked {
            while job == nil, !isStopping { pthread_cond_wait(changed, mutex) }
            return job
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
