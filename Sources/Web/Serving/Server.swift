import Foundation
import Glibc
import Synchronization

/// The HTTP server: one thread, one `poll`, one request a connection, and a bound for everything (``ServingLimits``).
/// Says nothing of a request to any log: paths hold customers' names.
public final class Server: Sendable {
    /// Answers that the thread has not taken yet, by connection.
    struct Inbox {
        var answers: [(connection: UInt64, answer: WebAnswer)] = []
        var isStopping = false
    }

    private let listener: Int32
    private let wakeup: (reading: Int32, writing: Int32)
    private let site: Site
    private let limits: ServingLimits
    private let inbox = Mutex(Inbox())
    /// As the system has it: with the port it chose, where zero was asked for.
    public let port: UInt16

    /// Connections are accepted from here on, and served by ``run()``.
    public convenience init(_ address: ListenAddress, _ site: Site) throws {
        try self.init(address, site, ServingLimits())
    }

    init(_ address: ListenAddress, _ site: Site, _ limits: ServingLimits) throws {
        listener = try Sockets.listener(address)
        do throws(SocketError) {
            wakeup = try Sockets.wakeup()
        } catch {
            close(listener)
            throw error
        }
        port = Sockets.port(of: listener) ?? address.port
        self.site = site
        self.limits = limits
    }

    deinit {
        close(listener)
        close(wakeup.reading)
        close(wakeup.writing)
    }

    /// Serves until ``stop()``, or until its task is cancelled. Returns when every connection has its answer, within
    /// a second.
    public func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let thread = Thread {
                    let loop = ServingLoop(
                        self.listener,
                        self.wakeup.reading,
                        self.limits,
                        ask: self.ask,
                        take: self.take
                    )
                    loop.run()
                    continuation.resume()
                }
                thread.name = "http"
                thread.start()
            }
        } onCancel: {
            stop()
        }
    }

    public func stop() {
        inbox.withLock { $0.isStopping = true }
        wake()
    }

    /// Whether nobody listens there. Another process may still be faster.
    public static func isFree(_ address: ListenAddress) -> Bool {
        guard let descriptor = try? Sockets.listener(address) else { return false }
        close(descriptor)
        return true
    }

    private func ask(_ connection: UInt64, _ request: WebRequest) {
        Task {
            let answer = await site.answer(request)
            inbox.withLock { $0.answers.append((connection, answer)) }
            wake()
        }
    }

    /// A full pipe wakes as well.
    private func wake() { _ = write(wakeup.writing, [1], 1) }

    private func take() -> Inbox {
        inbox.withLock { inbox in
            defer { inbox.answers = [] }
            return inbox
        }
    }
}
