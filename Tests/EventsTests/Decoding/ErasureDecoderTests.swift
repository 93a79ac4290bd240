import Testing

@testable import Events

/// Requests to forget somebody, as those send them who have to.
@Suite struct ErasureDecoderTests {
    static let recordTime: EventTime = 1_772_409_600_000

    static func told(_ text: String, recordTime: EventTime = recordTime) -> String {
        var decoder = ErasureDecoder()
        return withBytes(text) { value in
            switch decoder.decode(value, recordTime: recordTime) {
            case .fact: line(of: decoder.fact)
            case .skipped: "skipped"
            case .rejected(let rejection): "rejected \(rejection.code)"
            }
        }
    }

    @Test(arguments: [
        (
            #"{"type":"track","event":"User Deleted","userId":"u1","timestamp":"2026-03-01T10:00:00Z","messageId":"m1"}"#,
            "erased u1 2026-03-01T10:00:00.000Z id=m1"
        ),
        (#"{"event":"user suppressed","userId":"\u0041b"}"#, "erased Ab 2026-03-02T00:00:00.000Z"),
        (
            #"{"regulationType":"SUPPRESS_WITH_DELETE","subjectType":"USER_ID","subjectIds":["u1"]}"#,
            "erased u1 2026-03-02T00:00:00.000Z"
        ),
        (
            #"{"regulationType":"Delete_Only","subjectIds":["u1"],"createdAt":"2026-03-01T10:00:00Z"}"#,
            "erased u1 2026-03-01T10:00:00.000Z"
        ),
        (
            #"{"shop_id":1,"shop_domain":"a.example","customer":{"id":191167,"email":"x","phone":"y"},"orders_to_redact":[]}"#,
            "erased 191167 2026-03-02T00:00:00.000Z"
        ),
    ])
    func `what asks to forget somebody is an erasure`(text: String, expected: String) {
        #expect(Self.told(text) == expected)
    }

    @Test(arguments: [
        #"{"regulationType":"UNSUPPRESS","subjectIds":["u1"]}"#,
        #"{"regulationType":"SUPPRESS_ONLY","subjectIds":["u1"]}"#,
        #"{"type":"track","event":"User Unsuppressed","userId":"u1"}"#,
        #"{"type":"track","event":"Product Viewed","userId":"u1"}"#,
    ])
    func `what asks for something else is skipped`(text: String) { #expect(Self.told(text) == "skipped") }

    @Test(arguments: [
        ("", "unsupported_encoding"), ("not json", "unsupported_encoding"),
        (#"{"event":"User Deleted""#, "malformed_json"),
        (#"{"userId":"u1"}"#, "unknown_envelope"), ("[]", "unknown_envelope"),
        (#"{"event":"User Deleted","anonymousId":"a1"}"#, "missing_identity"),
        (#"{"regulationType":"DELETE_ONLY","subjectIds":[]}"#, "missing_identity"),
        (#"{"regulationType":"DELETE_ONLY","subjectIds":["u1","u2"]}"#, "schema_violation"),
        (#"{"regulationType":"DELETE_ONLY","subjectType":"OBJECT_ID","subjectIds":["u1"]}"#, "schema_violation"),
        (#"{"event":"User Deleted","userId":"u1","timestamp":"soon"}"#, "bad_timestamp"),
        (#"{"event":"User Deleted","userId":"u1","timestamp":"2026-03-03T10:00:00Z"}"#, "bad_timestamp"),
        (#"{"shop_id":1,"customer":{"id":1},"data_request":{"id":2},"orders_requested":[]}"#, "unknown_envelope"),
        (#"{"event":"User Deleted","userId":"\#(String(repeating: "u", count: 513))"}"#, "oversize"),
    ])
    func `what cannot be read is said`(text: String, code: String) { #expect(Self.told(text) == "rejected \(code)") }

    @Test func `without any time nobody is forgotten`() {
        let text = #"{"event":"User Deleted","userId":"u1"}"#
        #expect(Self.told(text, recordTime: EventTime.unknown) == "rejected bad_timestamp")
    }

    /// A browser can write to the clickstream: it must not be able to have somebody forgotten.
    @Test func `the clickstream asks to forget nobody`() {
        #expect(EventsTests.told(track("User Deleted")) == "skipped")
    }

    @Test func `mutated requests never crash`() {
        let texts = [
            #"{"type":"track","event":"User Deleted","userId":"u1","timestamp":"2026-03-01T10:00:00Z"}"#,
            #"{"regulationType":"DELETE_ONLY","subjectType":"USER_ID","subjectIds":["\u0041é"]}"#,
            #"{"shop_id":1,"customer":{"id":191167},"orders_to_redact":[1,2]}"#,
        ]
        var dice = Dice(seed: 11)
        var decoder = ErasureDecoder()
        for round in 0..<30_000 {
            var bytes = Array(texts[round % texts.count].utf8)
            for _ in 0...dice.below(3) { bytes[dice.below(bytes.count)] = UInt8(truncatingIfNeeded: dice.next()) }
            bytes = Array(bytes.prefix(dice.below(bytes.count + 1)))
            withBytes(bytes) { _ = decoder.decode($0, recordTime: Self.recordTime) }
        }
    }
}
