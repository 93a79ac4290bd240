import Glibc

/// The server's thread: moves bytes between sockets and ``Conversation``s, which decide.
final class ServingLoop {
    private struct Connection {
        let id: UInt64
        let descriptor: Int32
        var conversation: Conversation
    }

    private let listener: Int32
    private let wakeup: Int32
    private let limits: ServingLimits
    private let ask: (UInt64, WebRequest) -> Void
    private let take: () -> Server.Inbox
    /// The oldest first.
    private var connections: [Connection] = []
    private var next: UInt64 = 0
    /// Set when the system had no descriptor left.
    private var acceptsFrom: Int64 = 0
    private var endsAt: Int64?
    private var chunk = [UInt8](repeating: 0, count: 4_096)

    init(
        _ listener: Int32,
        _ wakeup: Int32,
        _ limits: ServingLimits,
        ask: @escaping (UInt64, WebRequest) -> Void,
        take: @escaping () -> Server.Inbox
    ) {
        self.listener = listener
        self.wakeup = wakeup
        self.limits = limits
        self.ask = ask
        self.take = take
    }

    func run() {
        while goesOn() {
            var watched = self.watched
            guard poll(&watched, nfds_t(watched.count), timeout) > 0 else { continue }
            if watched[0].revents != 0 { _ = Glibc.read(wakeup, &chunk, chunk.count) }
            let ready = zip(connections, watched.dropFirst(2)).filter { $1.revents != 0 }.map(\.0.id)
            for id in ready { serve(id) }
            if watched[1].revents != 0 { accept() }
        }
        for connection in connections { close(connection.descriptor) }
    }

    /// Takes what came from outside the thread and what the clock says; false when it is time to end.
    private func goesOn() -> Bool {
        let news = take()
        for (id, answer) in news.answers {
            guard let index = place(of: id) else { continue }
            connections[index].conversation.answer(answer, at: now)
        }
        for index in connections.indices.reversed() where !connections[index].conversation.expire(at: now) {
            drop(index)
        }
        guard news.isStopping else { return true }
        if endsAt == nil { endsAt = now + 1_000 }
        return now < endsAt ?? 0 && !connections.allSatisfy(\.conversation.isIdle)
    }

    /// The wakeup, the listener, and the connections in their order.
    private var watched: [pollfd] {
        let isOpen = endsAt == nil && now >= acceptsFrom && (connections.count < limits.connections || idle != nil)
        let first = [
            pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isOpen ? listener : -1, events: Int16(POLLIN), revents: 0),
        ]
        return first
            + connections.map { connection in
                switch connection.conversation.wish {
                case .toRead: pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0)
                case .toWrite: pollfd(fd: connection.descriptor, events: Int16(POLLOUT), revents: 0)
                case .toWait: pollfd(fd: -1, events: 0, revents: 0)
                }
            }
    }

    /// Until the next deadline, in ms.
    private var timeout: Int32 {
        let deadlines =
            connections.map(\.conversation.deadline)
            + [endsAt, acceptsFrom > now ? acceptsFrom : nil]
            .compactMap(\.self)
        return deadlines.min().map { Int32(clamping: max(0, $0 - now)) } ?? -1
    }

    private func serve(_ id: UInt64) {
        guard let index = place(of: id) else { return }
        let isFine = connections[index].conversation.wish == .toWrite ? write(index) : read(index)
        if !isFine { drop(index) }
    }

    /// False when the client has gone.
    private func read(_ index: Int) -> Bool {
        let got = recv(connections[index].descriptor, &chunk, chunk.count, 0)
        if got < 0 { return errno == EAGAIN || errno == EINTR }
        guard got > 0 else { return false }
        if let request = connections[index].conversation.receive(chunk[..<got], at: now) {
            ask(connections[index].id, request)
        }
        return true
    }

    /// Having said all, we close our side and wait for the client's: what it still sends would else reset the
    /// connection, and the answer with it.
    private func write(_ index: Int) -> Bool {
        let descriptor = connections[index].descriptor
        let count = connections[index].conversation.unsent.withUnsafeBytes {
            send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        connections[index].conversation.wrote(count, at: now)
        if connections[index].conversation.isLingering { shutdown(descriptor, Int32(SHUT_WR)) }
        return true
    }

    private func accept() {
        do throws(SocketError) {
            guard let descriptor = try Sockets.accept(listener) else { return }
            if connections.count >= limits.connections, let idle { drop(idle) }
            next += 1
            let conversation = Conversation(at: now, limits)
            connections.append(Connection(id: next, descriptor: descriptor, conversation: conversation))
        } catch {
            acceptsFrom = now + 100
        }
    }

    /// The client that has kept us waiting longest.
    private var idle: Int? { connections.firstIndex(where: \.conversation.isIdle) }

    private func place(of id: UInt64) -> Int? { connections.firstIndex { $0.id == id } }

    private func drop(_ index: Int) {
        close(connections[index].descriptor)
        connections.remove(at: index)
    }

    private var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
