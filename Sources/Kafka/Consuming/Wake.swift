import CRdkafka
import Glibc

/// One thing to wait on for many queues: librdkafka writes into a pipe when an empty queue gets its first event.
final class Wake {
    private let reading: Int32
    private let writing: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no file descriptor is left")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        Glibc.close(reading)
        Glibc.close(writing)
    }

    /// librdkafka copies the byte. At most one is under way a queue, so the pipe cannot fill.
    func watch(_ queue: OpaquePointer) { rd_kafka_queue_io_event_enable(queue, writing, "!", 1) }

    /// Before the pipe goes: a client that still runs would write into another file.
    func leave(_ queue: OpaquePointer) { rd_kafka_queue_io_event_enable(queue, -1, nil, 0) }

    /// Waits up to `milliseconds` for an event since the last wait.
    func wait(_ milliseconds: Int32) {
        var request = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&request, 1, milliseconds) > 0 else { return }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { bytes in
            while read(reading, bytes.baseAddress, bytes.count) == bytes.count {}
        }
    }

    private static let start = ContinuousClock.now

    /// Monotonic time in ms.
    static var now: Int64 {
        let (seconds, attoseconds) = start.duration(to: .now).components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
