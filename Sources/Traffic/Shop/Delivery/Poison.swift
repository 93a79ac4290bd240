import Events

/// Records that nobody can read: each kind is one that shops have seen in their topics.
enum Poison: Int, CaseIterable {
    case cutShort, notJSON, avro, empty, noIdentity, badTime, noProduct, badUTF8, list, deep, long, future

    /// Leaves a malformed record in the writer's pen, keyed as its sender would have keyed it.
    func write(_ voice: Voice, product: Int32, _ dice: inout Dice, into writer: inout TrackWriter) {
        writer.quirk = .none
        switch self {
        case .cutShort: writeView(voice, product, &writer) { $0.keep(0.3 + 0.6 * dice.unit()) }
        case .badUTF8: writeView(voice, product, &writer) { $0.spoil(at: 0.4, with: 0xFF) }
        case .noIdentity: writeView(voice, product, &writer) { Poison.say(Poison.nobody, &$0) }
        case .badTime: writeView(voice, product, &writer) { Poison.say(Poison.yesterday, &$0) }
        case .noProduct: writeView(voice, product, &writer) { Poison.say(Poison.nothing, &$0) }
        case .notJSON: writeView(voice, product, &writer) { Poison.say("<html>502 Bad Gateway</html>", &$0) }
        case .empty: writeView(voice, product, &writer) { Poison.say("", &$0) }
        case .list: writeView(voice, product, &writer) { Poison.say("[1,2,3]", &$0) }
        case .avro:
            writeView(voice, product, &writer) { Poison.say("\u{0}\u{0}\u{0}\u{0}\u{7}\u{12}u000001\u{2}", &$0) }
        case .deep: writeView(voice, product, &writer) { Poison.dig(&$0) }
        case .long:
            writer.begin(.productViewed, voice)
            writer.pen.put("\"product_id\":\"")
            for _ in 0..<600 { writer.pen.put(UInt8(ascii: "x")) }
            writer.pen.put(UInt8(ascii: "\""))
            writer.end(voice)
        case .future:
            var late = voice
            late.time = 4_102_444_800_000 + voice.time % 1_000_000
            writeView(late, product, &writer) { _ in }
        }
    }

    private func writeView(
        _ voice: Voice,
        _ product: Int32,
        _ writer: inout TrackWriter,
        _ spoil: (inout Pen) -> Void
    ) {
        writer.begin(.productViewed, voice)
        writer.putProduct(Item(product: product), withQuantity: false)
        writer.end(voice)
        spoil(&writer.pen)
    }

    /// Puts other words in place of the value.
    private static func say(_ text: StaticString, _ pen: inout Pen) {
        pen.keep(0)
        pen.put(text)
    }

    /// Deeper than anything a shop means.
    private static func dig(_ pen: inout Pen) {
        pen.keep(0)
        pen.put("{\"type\":\"track\",\"event\":\"Product Viewed\",\"properties\":")
        for _ in 0..<200 { pen.put("{\"a\":") }
        pen.put(UInt8(ascii: "1"))
        for _ in 0..<201 { pen.put(UInt8(ascii: "}")) }
    }

    private static let nobody: StaticString = #"""
        {"type":"track","event":"Product Viewed","timestamp":"2026-01-02T03:04:05Z",\#
        "properties":{"product_id":"p000001"}}
        """#
    private static let yesterday: StaticString = #"""
        {"type":"track","event":"Product Viewed","userId":"u000001","timestamp":"yesterday",\#
        "properties":{"product_id":"p000001"}}
        """#
    private static let nothing: StaticString = #"""
        {"type":"track","event":"Product Viewed","userId":"u000001","timestamp":"2026-01-02T03:04:05Z",\#
        "properties":{}}
        """#
}
