import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The HTTP server, on SwiftNIO: one thread, one request a connection, and a bound for everything (``ServingLimits``).
/// Says nothing of a request to any log: paths hold customers' names.
public final class Server: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let visitors: Visitors
    /// As the system has it: with the port it chose, where zero was asked for.
    public let port: UInt16

    /// Connections are served from here on.
    /// - Throws: ``BindError``.
    public convenience init(_ address: ListenAddress, _ site: Site) throws {
        try self.init(address, site, ServingLimits())
    }

    init(_ address: ListenAddress, _ site: Site, _ limits: ServingLimits) throws {
        let visitors = Visitors(atMost: limits.connections)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        self.visitors = visitors
        do {
            listener = try Server.bind(address, group) { channel in
                let visit = Visit(site, limits, visitors)
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(HeadBound(limits.headBytes, visit))
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(HTTPResponseEncoder())
                    try pipeline.addHandler(visit)
                }
            }
        } catch {
            group.shutdownGracefully { _ in }
            throw error
        }
        port = listener.localAddress?.port.map(UInt16.init) ?? address.port
    }

    deinit { group.shutdownGracefully { _ in } }

    /// Returns after ``stop()``, or when its task is cancelled, once every connection has its answer, within a second.
    public func run() async {
        await withTaskCancellationHandler {
            try? await listener.closeFuture.get()
            for _ in 0..<100 where visitors.hasBusy { try? await Task.sleep(for: .milliseconds(10)) }
            try? await group.shutdownGracefully()
        } onCancel: {
            stop()
        }
    }

    /// Accepts no more connections.
    public func stop() { listener.close(promise: nil) }

    /// Whether nobody listens there. Another process may still be faster.
    public static func isFree(_ address: ListenAddress) -> Bool {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { group.shutdownGracefully { _ in } }
        guard let channel = try? bind(address, group, serving: { $0.eventLoop.makeSucceededVoidFuture() }) else {
            return false
        }
        try? channel.close().wait()
        return true
    }

    private static func bind(
        _ address: ListenAddress,
        _ group: MultiThreadedEventLoopGroup,
        serving visit: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) throws -> any Channel {
        do {
            return try ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 64)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer(visit)
                .bind(to: SocketAddress(ipAddress: address.host, port: Int(address.port)))
                .wait()
        } catch let error as IOError {
            throw BindError(reason: String(cString: strerror(error.errnoCode)))
        } catch {
            throw BindError(reason: "\(error)")
        }
    }
}

/// Why an address cannot be had.
public struct BindError: Error, CustomStringConvertible {
    public var reason: String
    public var description: String { "binding: \(reason)" }
}

/// Who is connected, the oldest first.
private final class Visitors: Sendable {
    private struct Visitor {
        let channel: any Channel
        var isBusy = false
    }

    private let limit: Int
    private let present = Mutex<[Visitor]>([])

    init(atMost limit: Int) { self.limit = limit }

    var hasBusy: Bool { present.withLock { $0.contains(where: \.isBusy) } }

    /// Lets a client in. When it is full the oldest one that has not asked has to go, or else this one: false.
    func enter(_ channel: any Channel) -> Bool {
        let leaving = present.withLock { present -> Visitor? in
            let isFull = present.count >= limit
            let idle = isFull ? present.firstIndex { !$0.isBusy } : nil
            if !isFull || idle != nil { present.append(Visitor(channel: channel)) }
            return idle.map { present.remove(at: $0) } ?? (isFull ? Visitor(channel: channel) : nil)
        }
        leaving?.channel.close(promise: nil)
        return leaving?.channel !== channel
    }

    func isBusy(_ channel: any Channel, _ isBusy: Bool) {
        present.withLock { present in
            guard let index = present.firstIndex(where: { $0.channel === channel }) else { return }
            present[index].isBusy = isBusy
        }
    }

    func leave(_ channel: any Channel) { present.withLock { $0.removeAll { $0.channel === channel } } }
}

/// Lets through as many bytes as a head may have, and nothing once it was heard: the decoder keeps what it is given.
private final class HeadBound: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    struct Exceeded: Error {}

    private let visit: Visit
    private var left: Int

    init(_ bytes: Int, _ visit: Visit) {
        left = bytes
        self.visit = visit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !visit.isHeard else { return }
        let buffer = unwrapInboundIn(data)
        left -= buffer.readableBytes
        if left >= 0 { context.fireChannelRead(data) } else { context.fireErrorCaught(Exceeded()) }
    }
}

/// One connection: one request, one answer, then the end.
private final class Visit: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let site: Site
    private let limits: ServingLimits
    private let visitors: Visitors
    private var deadline: Scheduled<Void>?
    private var hidesBody = false
    private var hasSpoken = false
    /// A request was read, or refused: what else comes is not looked at.
    private(set) var isHeard = false
    private var isAnswered = false

    init(_ site: Site, _ limits: ServingLimits, _ visitors: Visitors) {
        self.site = site
        self.limits = limits
        self.visitors = visitors
    }

    func channelActive(context: ChannelHandlerContext) {
        guard visitors.enter(context.channel) else { return }
        expire(in: limits.head, context) { visit in
            guard visit.hasSpoken else { return context.close(promise: nil) }
            visit.refuse(408, "the request took too long", context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        visitors.leave(context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isHeard, case .head(let head) = unwrapInboundIn(data) else { return }
        isHeard = true
        hidesBody = head.method == .HEAD
        if head.headers.count > limits.headers { return refuse(431, "too many headers", context) }
        guard let request = WebRequest(head) else { return refuse(400, "this is no HTTP request", context) }
        visitors.isBusy(context.channel, true)
        expire(in: limits.answer, context) { $0.refuse(503, "no answer in time; try again", context) }
        ask(request, context)
    }

    func channelReadComplete(context: ChannelHandlerContext) { hasSpoken = true }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HeadBound.Exceeded: refuse(431, "the headers are too long", context)
        case is HTTPParserError: refuse(400, "this is no HTTP request", context)
        default: context.close(promise: nil)
        }
    }

    /// The client has nothing more to say; one that waits for its answer still gets it.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed, !isHeard || isAnswered { context.close(promise: nil) }
    }

    private func ask(_ request: WebRequest, _ context: ChannelHandlerContext) {
        let loop = context.eventLoop
        let place = NIOLoopBound((visit: self, context: context), eventLoop: loop)
        Task { [site] in
            let answer = await site.answer(request)
            loop.execute { place.value.visit.answer(answer, place.value.context) }
        }
    }

    private func refuse(_ status: Int, _ reason: String, _ context: ChannelHandlerContext) {
        answer(.refused(status, reason), context)
    }

    /// The first answer counts: one that comes after its time is dropped.
    private func answer(_ answer: WebAnswer, _ context: ChannelHandlerContext) {
        guard !isAnswered, context.channel.isActive else { return }
        isHeard = true
        isAnswered = true
        expire(in: limits.write, context) { _ in context.close(promise: nil) }
        context.write(wrapOutboundOut(.head(HTTPResponseHead(answer))), promise: nil)
        if !hidesBody {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in self.linger(context) }
    }

    /// Closing at once would take the answer from a client that still sends.
    private func linger(_ context: ChannelHandlerContext) {
        visitors.isBusy(context.channel, false)
        context.close(mode: .output, promise: nil)
        expire(in: limits.linger, context) { _ in context.close(promise: nil) }
    }

    private func expire(in milliseconds: Int64, _ context: ChannelHandlerContext, _ body: @escaping (Visit) -> Void) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) { body(self) }
    }
}

extension WebRequest {
    /// Nil for what cannot be told apart: a field that counts and comes twice, or no host where one is due.
    fileprivate init?(_ head: HTTPRequestHead) {
        let once = ["host", "authorization", "content-length", "transfer-encoding"]
        guard once.allSatisfy({ head.headers[$0].count <= 1 }), head.uri.hasPrefix("/"),
            head.version == .http1_0 || head.headers.contains(name: "host")
        else { return nil }
        self.init(
            method: head.method.rawValue,
            path: String(head.uri.prefix { $0 != "?" }),
            host: head.headers.first(name: "host"),
            authorization: head.headers.first(name: "authorization"),
            hasBody: head.headers.contains(name: "transfer-encoding")
                || head.headers.first(name: "content-length").map { $0 != "0" } ?? false
        )
    }
}

extension HTTPResponseHead {
    fileprivate init(_ answer: WebAnswer) {
        var headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
        headers.add(name: "Content-Length", value: "\(answer.body.count)")
        headers.add(name: "Connection", value: "close")
        self.init(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
    }
}
