import Events
import Testing

/// Bytes and text: escapes, UTF-8, byte order marks, schema registries' prefixes, nesting.
@Suite struct EncodingTests {
    static func product(_ text: String) -> String {
        let line = told(track("Product Viewed", #""product_id":"\#(text)""#))
        return line.hasPrefix("rejected")
            ? line : String(line.dropFirst("productViewed u1 \(noonText) [".count).dropLast())
    }

    static func withProduct(_ bytes: [UInt8]) -> String {
        let parts = track("Product Viewed", #""product_id":"|""#).split(separator: "|")
        return told(Array(parts[0].utf8) + bytes + Array(parts[1].utf8))
    }

    @Test(arguments: [
        (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"a\nb"#, "a\nb"), (#"\r\t\b\f"#, "\r\t\u{8}\u{c}"),
        (#"\u0041"#, "A"),
        (#"\u00e9\u00E9"#, "éé"), (#"\u5dee\u8bc4"#, "差评"), (#"\ud83d\ude00"#, "😀"), (#"\uD83D\uDE00!"#, "😀!"),
        (#"x\u0000y"#, "x\0y"), (#"\uffff"#, "\u{ffff}"), (#"\u007f\u0080\u07ff\u0800"#, "\u{7f}\u{80}\u{7ff}\u{800}"),
        (#"\udbff\udfff"#, "\u{10ffff}"),
    ])
    func `escapes are undone`(escaped: String, text: String) {
        #expect(Self.product(escaped) == text)
    }

    @Test(arguments: [
        #"\ud83d"#, #"\ude00"#, #"\ud83d!"#, #"\ud83d\n"#, #"\ud83d\u0041"#, #"\ud83d\ud83d\ude00"#, #"\ude00\ud83d"#,
    ])
    func `a lone surrogate becomes the replacement character`(escaped: String) {
        let text = Self.product(escaped)
        #expect(text.unicodeScalars.contains("\u{fffd}"), "\(text)")
        #expect(!text.hasPrefix("rejected"))
    }

    @Test func `what follows a lone surrogate is kept`() {
        #expect(Self.product(#"\ud83d\u0041"#) == "\u{fffd}A")
        #expect(Self.product(#"\ud83d\ud83d\ude00"#) == "\u{fffd}😀")
        #expect(Self.product(#"\ud83dA"#) == "\u{fffd}A")
    }

    @Test(arguments: [
        #"\x"#, #"\u"#, #"\u12"#, #"\u123g"#, #"\u 123"#, #"\u+123"#, #"\U0041"#, #"\'"#, #"\0"#, "\\\n", "\\é",
    ])
    func `unknown escapes are malformed, read or passed over`(escaped: String) {
        #expect(Self.product(escaped) == "rejected malformed_json")
        #expect(told(track("Cart Viewed", #""unknown":"\#(escaped)""#)) == "rejected malformed_json")
        #expect(told(track("Cart Viewed", #""\#(escaped)":1"#)) == "rejected malformed_json")
        #expect(told(track("Cart Viewed", #""price":"\#(escaped)""#)) == "rejected malformed_json")
        #expect(told(track("Cart Viewed", #""a":["x\n","\#(escaped)"]"#)) == "rejected malformed_json")
    }

    /// A string's end is looked for eight bytes at a time: each distance from it, with and without something to undo.
    @Test func `strings of every length are read`() {
        for length in 0...40 {
            let text = String(repeating: "x", count: length)
            #expect(Self.product(text + "é") == text + "é")
            #expect(Self.product("é" + text) == "é" + text)
            #expect(Self.product(text + #"\n"# + text) == text + "\n" + text)
            #expect(Self.withProduct(Array((text + "\u{1f}" + text).utf8)) == "rejected malformed_json")
            #expect(told(#"{"\#(text)":"\#(text)"}"#) == "rejected unknown_envelope")
        }
    }

    @Test func `every control character in a string is malformed`() {
        for control in UInt8(0)..<0x20 {
            #expect(Self.withProduct([0x61, control, 0x62]) == "rejected malformed_json", "\(control)")
        }
        for printable in UInt8(0x20)..<0x80 where ![0x22, 0x5C].contains(printable) {
            #expect(Self.withProduct([printable]).hasPrefix("productViewed"), "\(printable)")
        }
    }

    @Test(
        arguments: [
            [0xFF], [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80],
            [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE],
        ] as [[UInt8]]
    )
    func `broken UTF-8 is malformed wherever it stands`(bytes: [UInt8]) {
        #expect(Self.withProduct(bytes) == "rejected malformed_json")
        let long = Array("a long text before and after".utf8)
        #expect(Self.withProduct(long + bytes + long) == "rejected malformed_json")
        #expect(
            told(Array(#"{"event":"Cart Viewed","x":""#.utf8) + bytes + Array("\"}".utf8)) == "rejected malformed_json"
        )
        #expect(
            told(Array(#"{"event":"Cart Viewed","#.utf8) + [0x22] + bytes + Array("\":1}".utf8))
                == "rejected malformed_json"
        )
        #expect(told(Array(#"{"event":"Cart Viewed"}"#.utf8) + bytes) == "rejected malformed_json")
    }

    @Test(arguments: ["é", "差评很多", "😀", "\u{10ffff}", "\u{feff}"])
    func `UTF-8 is kept as it is`(text: String) {
        #expect(Self.product(text) == text)
    }

    @Test func `a byte order mark is passed over`() {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        #expect(told(mark + Array(track().utf8)) == told(track()))
        #expect(told(mark) == "rejected unsupported_encoding")
        #expect(told([0xEF, 0xBB] + Array(track().utf8)) == "rejected unsupported_encoding")
        #expect(told(mark + mark + Array(track().utf8)) == "rejected malformed_json")
    }

    @Test func `a schema registry's prefix is passed over`() {
        for prefix in [[0, 0, 0, 0, 42], [0, 0, 0, 0, 0, 0, 0, 0, 42], [1] + [UInt8](0..<16)] as [[UInt8]] {
            #expect(told(prefix + Array(track().utf8)) == told(track()), "\(prefix.count)")
        }
    }

    @Test(
        arguments: [
            [0], [0, 0, 0, 0, 42], [0, 0, 0, 0, 42, 2, 8], [1], [1, 2, 3], [2, 0x7B, 0x7D], [0x4F, 0x62, 0x6A, 1],
            [0xFE, 0xFF, 0, 0x7B],
            [0x1F, 0x8B, 8, 0], [0x22, 0x61, 0x22], [0x31], [0x6E, 0x75, 0x6C, 0x6C], [0x3C, 0x61, 0x3E],
        ] as [[UInt8]]
    )
    func `other formats are named as such`(bytes: [UInt8]) {
        #expect(told(bytes) == "rejected unsupported_encoding")
    }

    @Test func `a missing value is no event`() {
        var decoder = Decoder()
        guard case .rejected(.unsupportedEncoding) = decoder.decode(.none, recordTime: noon) else {
            Issue.record("a tombstone is an unsupported encoding")
            return
        }
    }

    @Test(arguments: ["[]", "[1,2]", " [ {\"event\":\"Cart Viewed\"} ] ", "{}", "{\"userId\":\"u1\"}"])
    func `JSON of another shape is an unknown envelope`(record: String) {
        #expect(told(record) == "rejected unknown_envelope")
    }

    @Test func `nesting is bounded`() {
        for (depth, isAccepted) in [(1, true), (61, true), (62, true), (63, false), (100_000, false)] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
                let levels = open.count == 6 ? depth / 2 : depth
                let nest = String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
                let inside = told(track("Cart Viewed", #""unknown":\#(nest)"#))
                #expect(
                    inside.hasPrefix("cartViewed") == (isAccepted || levels * 2 <= 62 && open.count == 6),
                    "\(depth) \(open)"
                )
            }
        }
        let nest = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(told(nest(64)) == "rejected unknown_envelope")
        #expect(told(nest(65)) == "rejected malformed_json")
        #expect(told(#"{"event":"x","a":\#(nest(63))}"#) == "skipped")
        #expect(told(#"{"event":"x","a":\#(nest(64))}"#) == "rejected malformed_json")
    }
}
