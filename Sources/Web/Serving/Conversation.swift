/// One connection, one request, one answer, then the end. Pure: bytes and times in, bytes and wishes out.
struct Conversation {
    /// What the connection is watched for.
    enum Wish: Equatable { case toRead, toWrite, toWait }

    private enum Phase { case reading, asking, writing, lingering }

    private let limits: ServingLimits
    private var phase = Phase.reading
    private var head: [UInt8] = []
    private var output: [UInt8] = []
    private var sent = 0
    private var hidesBody = false
    private(set) var deadline: Int64

    init(at now: Int64, _ limits: ServingLimits) {
        self.limits = limits
        deadline = now + limits.head
    }

    var wish: Wish {
        switch phase {
        case .reading, .lingering: .toRead
        case .writing: .toWrite
        case .asking: .toWait
        }
    }

    /// It has not asked anything yet, or has its answer: it can be given up for another.
    var isIdle: Bool { phase == .reading || phase == .lingering }

    /// We have nothing more to say.
    var isLingering: Bool { phase == .lingering }

    var unsent: ArraySlice<UInt8> { output[sent...] }

    /// Takes what came; answers the request once it is whole. What comes after it is dropped.
    mutating func receive(_ bytes: some Collection<UInt8>, at now: Int64) -> WebRequest? {
        guard phase == .reading else { return nil }
        let seen = head.count
        head.append(contentsOf: bytes.prefix(limits.headBytes + 1 - seen))
        guard let end = RequestHead.end(in: head, after: seen) else {
            if head.count > limits.headBytes { answer(.refused(431, "the headers are too long"), at: now) }
            return nil
        }
        defer { head = [] }
        switch RequestHead.read(head[..<end], headers: limits.headers) {
        case .refused(let refusal): answer(refusal, at: now)
        case .request(let request):
            hidesBody = request.method == "HEAD"
            phase = .asking
            deadline = now + limits.answer
            return request
        }
        return nil
    }

    mutating func answer(_ answer: WebAnswer, at now: Int64) {
        guard phase == .reading || phase == .asking else { return }
        phase = .writing
        deadline = now + limits.write
        output = answer.head + (hidesBody ? [] : answer.body)
        sent = 0
    }

    /// That many bytes more have gone out.
    mutating func wrote(_ count: Int, at now: Int64) {
        sent += count
        guard sent == output.count else { return }
        output = []
        sent = 0
        phase = .lingering
        deadline = now + limits.linger
    }

    /// Time is up. A client that was heard gets a word; false when there is nothing left to do but close.
    mutating func expire(at now: Int64) -> Bool {
        guard now >= deadline else { return true }
        switch phase {
        case .reading where !head.isEmpty: answer(.refused(408, "the request took too long"), at: now)
        case .asking: answer(.refused(503, "no answer in time; try again"), at: now)
        case .reading, .writing, .lingering: return false
        }
        return true
    }
}

extension WebAnswer {
    fileprivate var head: [UInt8] {
        let lines =
            ["HTTP/1.1 \(status) \(phrase)"] + headers.map { "\($0.name): \($0.value)" }
            + ["Content-Length: \(body.count)", "Connection: close", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }
}
