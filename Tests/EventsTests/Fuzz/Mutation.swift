import Events

/// Valid records, and ways to spoil them.
enum Mutation {
    static let seeds: [[UInt8]] = [
        track(),
        track(
            "Order Completed",
            #""order_id":"o1","total":"44.97","currency":"usd","products":["#
                + #"{"product_id":"p1","price":18.99,"quantity":2},{"sku":4711,"category":"Games","brand":"Hasbro"}]"#
        ),
        track(
            "Product Reviewed",
            #""product_id":"p1","rating":"8","rating_scale":{"min":0,"max":10},"#
                + #""review_body":"质量很好\n\u00e9\ud83d\ude00","language":"zh-CN""#
        ),
        #"{"type":"identify","userId":null,"anonymousId":"a-1","timestamp":1446033600000,"#
            + #""traits":{"deep":[[[{"a":[1,-2.5e-3,true,false,null]}]]]}}"#,
        #" { "event" : "viewed product" , "messageId":"m1","userId":12,"#
            + #""timestamp":"2015-10-28 13:00:00.5+01:00","context":{"sessionId":"s","locale":"de"},"#
            + #""properties":{"sku":"s\"1\\","price":"1e2"} } "#,
        #"{"type":"track","event":"Products Searched","anonymousId":"x","receivedAt":"2015-10-28T12:00:00Z","#
            + #""properties":{"query":{"q":"ü"}}}"#,
    ].map { Array($0.utf8) }

    /// One to four spoilings of a record: bits, bytes, runs, cuts, splices, repetitions.
    static func mutated(_ dice: inout Dice, of seeds: [[UInt8]] = seeds) -> [UInt8] {
        var bytes = seeds[dice.below(seeds.count)]
        for _ in 0...dice.below(4) { mutate(&bytes, seeds, &dice) }
        return bytes
    }

    private static func mutate(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ dice: inout Dice) {
        guard !bytes.isEmpty else { return }
        let at = dice.below(bytes.count)
        let length = min(1 + dice.below(12), bytes.count - at)
        switch dice.below(9) {
        case 0: bytes[at] ^= 1 << UInt8(dice.below(8))
        case 1: bytes[at] = UInt8(truncatingIfNeeded: dice.next())
        case 2: bytes.removeSubrange(at..<at + length)
        case 3: bytes.insert(contentsOf: bytes[at..<at + length], at: dice.below(bytes.count))
        case 4: bytes.removeLast(bytes.count - at)
        case 5: bytes.insert(contentsOf: telling[dice.below(telling.count)], at: at)
        case 6: bytes.replaceSubrange(at..<at + length, with: dice.bytes(length))
        case 7: bytes.replaceSubrange(at..., with: seeds[dice.below(seeds.count)].suffix(from: 5))
        default: bytes.insert(contentsOf: bytes[0..<min(at, 400)], at: at)
        }
    }

    /// What parsers trip over.
    private static let telling: [[UInt8]] = [
        "{", "}", "[", "]", "\"", "\\", ",", ":", "null", "1e400", "-", "0", "01", "\\u", "\\ud800", "\0", "\u{feff}",
        "\"a\":1,", "[[[[[[[[[[[[[",
        "1e99999", "18446744073709551616", "\u{7f}", "\n", "\"products\":[", "\"userId\":\"\",", "\"timestamp\":9e18,",
        "/**/", "'", "NaN",
    ].map { Array($0.utf8) }
}
