import Testing

@testable import Web

/// What is read as a request, and what is refused rather than guessed.
@Suite struct RequestHeadTests {
    private func read(_ text: String) -> RequestHead.Outcome { RequestHead.read(Array(text.utf8)[...], headers: 8) }

    private func refusal(_ text: String) -> Int? {
        if case .refused(let answer) = read(text) { answer.status } else { nil }
    }

    @Test func `a request is its line and the fields that count`() throws {
        let text =
            "GET /customers/a%2Fb?x=1&y=/z HTTP/1.1\r\nHOST:  localhost:80 \r\nauthorization: Bearer t\r\nX: y\r\n\r\n"
        guard case .request(let request) = read(text) else {
            Issue.record("refused")
            return
        }
        #expect(request.method == "GET" && request.path == "/customers/a%2Fb" && !request.hasBody)
        #expect(request.host == "localhost:80" && request.authorization == "Bearer t")
    }

    @Test func `an old client needs no host`() {
        #expect(refusal("GET / HTTP/1.0\r\n\r\n") == nil)
        #expect(refusal("GET / HTTP/1.1\r\n\r\n") == 400)
    }

    @Test(arguments: [
        "\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\n: a\r\n\r\n", "GET / HTTP/1.1\r\nHost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /ä HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\u{0}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
    ])
    func `what is unclear is no request`(text: String) {
        #expect(refusal(text) == 400)
    }

    @Test func `other versions and many headers are refused`() {
        #expect(refusal("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505)
        #expect(refusal("GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 9) + "\r\n") == 431)
    }

    @Test(arguments: ["Content-Length: 5", "Transfer-Encoding: chunked", "content-length: +0"])
    func `a body is seen`(field: String) {
        guard case .request(let request) = read("GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n") else {
            Issue.record("refused")
            return
        }
        #expect(request.hasBody)
    }

    @Test func `the end is found wherever the pieces break`() {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest".utf8)
        for first in 0...bytes.count {
            let before = RequestHead.end(in: Array(bytes[..<first]), after: 0)
            #expect(before == (first >= bytes.count - 4 ? bytes.count - 4 : nil))
            #expect(RequestHead.end(in: bytes, after: min(first, bytes.count - 5)) == bytes.count - 4)
        }
    }
}

/// One connection as a value: bytes and times in, bytes and wishes out.
@Suite struct ConversationTests {
    private let limits = ServingLimits()

    private func asked(_ text: String, at now: Int64 = 0) -> (Conversation, WebRequest?) {
        var conversation = Conversation(at: 0, limits)
        let request = conversation.receive(Array(text.utf8), at: now)
        return (conversation, request)
    }

    private static let question = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test func `one request, one answer, then the end`() {
        var (conversation, request) = asked(Self.question)
        #expect(request?.path == "/livez" && conversation.wish == .toWait && !conversation.isIdle)
        let second = conversation.receive(Array(Self.question.utf8), at: 1)
        #expect(second == nil, "a second request is not looked at")
        conversation.answer(.text("ok\n"), at: 1)
        let text = String(decoding: conversation.unsent, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix("\r\n\r\nok\n"))
        #expect(text.contains("\r\nContent-Length: 3\r\nConnection: close\r\n"))
        conversation.wrote(conversation.unsent.count - 1, at: 2)
        #expect(conversation.wish == .toWrite && conversation.unsent.count == 1)
        conversation.wrote(1, at: 3)
        #expect(conversation.isLingering && conversation.wish == .toRead)
        let lives = [limits.linger - 1, limits.linger].map { conversation.expire(at: 3 + $0) }
        #expect(lives == [true, false])
    }

    @Test func `HEAD gets the head`() {
        var (conversation, _) = asked(Self.question.replacing("GET", with: "HEAD"))
        conversation.answer(.text("ok\n"), at: 1)
        let text = String(decoding: conversation.unsent, as: UTF8.self)
        #expect(text.contains("Content-Length: 3") && text.hasSuffix("\r\n\r\n"))
    }

    /// However it comes, no more than the limit is kept, and the answer does not wait for its end.
    @Test func `a head without end is refused`() {
        var conversation = Conversation(at: 0, limits)
        let requests = (0..<17).compactMap { _ in conversation.receive(Array(repeating: 0x61, count: 1_024), at: 1) }
        #expect(requests.isEmpty)
        #expect(String(decoding: conversation.unsent, as: UTF8.self).hasPrefix("HTTP/1.1 431 "))
    }

    /// The deadline is that of the whole head: a byte now and then does not move it.
    @Test func `a slow client is given up`() {
        var silent = Conversation(at: 0, limits)
        let hears = silent.expire(at: limits.head)
        #expect(!hears, "who said nothing hears nothing")
        var slow = Conversation(at: 0, limits)
        for time in stride(from: Int64(0), to: limits.head, by: 100) {
            let request = slow.receive([0x61], at: time)
            let lives = slow.expire(at: time)
            #expect(request == nil && lives)
        }
        let isTold = slow.expire(at: limits.head)
        #expect(isTold && String(decoding: slow.unsent, as: UTF8.self).contains(" 408 "))
        let isKept = slow.expire(at: limits.head + limits.write)
        #expect(!isKept, "nor does it get time without end to take the answer")
    }

    @Test func `a late answer is replaced and then ignored`() {
        var (conversation, _) = asked(Self.question)
        let isTold = conversation.expire(at: limits.answer)
        #expect(isTold)
        conversation.answer(.text("late"), at: limits.answer + 1)
        #expect(String(decoding: conversation.unsent, as: UTF8.self).contains(" 503 "))
    }
}
