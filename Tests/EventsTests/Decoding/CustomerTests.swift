import Testing

@testable import Events

/// Whose event a record is, asked without the rest.
@Suite struct CustomerTests {
    private func customer(_ json: String) -> Result<String, Rejection> {
        var decoder = Decoder()
        var json = json
        return json.withUTF8 { utf8 in
            decoder.customer(of: Bytes(UnsafeRawBufferPointer(utf8))).map(\.text)
        }
    }

    @Test(arguments: [
        (#"{"event":"Product Viewed","userId":"u1","anonymousId":"a1"}"#, "u1"),
        (#"{"event":"Product Viewed","userId":"","anonymousId":"a1"}"#, "a1"),
        (#"{"type":"page","anonymousId":"a1"}"#, "a1"), (#"{"userId":17,"timestamp":"never"}"#, "17"),
        (#"{"userId":"a\u002fb"}"#, "a/b"), (#"{"userId":"u1","userId":"u2"}"#, "u2"),
    ])
    func everyKindOfEventHasOne(json: String, name: String) { #expect(customer(json) == .success(name)) }

    @Test(arguments: [
        ("", Rejection.unsupportedEncoding), ("\u{0}\u{0}", .unsupportedEncoding), (#"{"userId":"u1""#, .malformedJSON),
        (#"{"userId":null}"#, .missingIdentity), ("[1]", .missingIdentity), ("{}", .missingIdentity),
    ])
    func withoutOneThereIsAReason(json: String, reason: Rejection) { #expect(customer(json) == .failure(reason)) }

    @Test func anIdentifierIsBounded() {
        let longest = String(repeating: "u", count: Limits.identifier)
        #expect(customer("{\"userId\":\"\(longest)\"}") == .success(longest))
        #expect(customer("{\"userId\":\"\(longest)u\"}") == .failure(.oversize))
    }

    /// A broken record after a good one is not taken for the good one's customer.
    @Test func nothingIsLeftFromTheRecordBefore() {
        var decoder = Decoder()
        #expect(decoder.customer(of: Bytes(#"{"userId":"u1"}"#)).map(\.text) == .success("u1"))
        #expect(decoder.customer(of: Bytes("{}")).map(\.text) == .failure(.missingIdentity))
        #expect(decoder.customer(of: .none).map(\.text) == .failure(.unsupportedEncoding))
    }

    /// The same customer as the fact's, where there is a fact.
    @Test func itIsTheFactsCustomer() {
        var decoder = Decoder()
        let value = Bytes(#"{"event":"Product Viewed","userId":"u1","properties":{"product_id":"p"}}"#)
        guard case .fact = decoder.decode(value, recordTime: 1_700_000_000_000) else {
            Issue.record("no fact")
            return
        }
        #expect(decoder.fact.customer.text == "u1")
        #expect(decoder.customer(of: value).map(\.text) == .success("u1"))
    }
}
