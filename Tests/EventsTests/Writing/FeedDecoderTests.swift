import Events
import Testing

/// What feeds the replica: the rows we published ourselves, and the shop's catalogue.
@Suite struct FeedDecoderTests {
    /// A row, told in one line.
    static func row(_ text: String) -> String? {
        var decoder = FeedDecoder()
        return withBytes(text) { value in decoder.neighbours(value).map { line(of: $0, decoder.entries) } }
    }

    static func line(of row: Neighbours, _ entries: [Neighbour]) -> String {
        let list = { (part: NeighbourRow) in
            part.entries.map { "\(entries[$0].product.text) \(entries[$0].weight)" }.joined(separator: ", ")
        }
        return """
            \(row.subject) \(row.key.text) in '\(row.category.text)' at \(text(of: row.time)): \
            \(row.popularity) \(row.views) \(row.orders) \
            [\(list(row.boughtAfter))] of \(row.boughtAfter.total) \
            [\(list(row.viewedAfter))] of \(row.viewedAfter.total) \
            [\(list(row.boughtAfterView))] of \(row.boughtAfterView.total)
            """
    }

    @Test(arguments: ["p1", "差", "a\"b\\", "\u{1}\n", "é😀", String(repeating: "x", count: 512)])
    func `what the encoder wrote is read back`(name: String) {
        withBytes(name) { name in
            let row = Samples.neighbours(name, category: name)
            let entries = Samples.entries(name)
            let text = Samples.text { Samples.encoder.encode(row, entries: entries, into: &$0) }
            #expect(Self.row(text) == Self.line(of: row, entries))
            let category = Samples.neighbours(name, subject: .category, category: .none)
            let other = Samples.text { Samples.encoder.encode(category, entries: entries, into: &$0) }
            #expect(Self.row(other) == Self.line(of: category, entries))
        }
    }

    @Test func `random rows are read back to four decimals`() {
        var dice = Dice(seed: 40)
        for _ in 0..<300 {
            let names = (0..<20).map { _ in Array("p\(dice.below(1_000))".utf8) }
            names.withUnsafeBufferPointers { names in
                var entries: [Neighbour] = []
                for name in names {
                    entries.append(Neighbour(product: name, weight: Float(dice.below(1_000_000)) / 16))
                }
                var row = Samples.neighbours()
                row.boughtAfter = NeighbourRow(entries: 0..<dice.below(20), total: Float(dice.below(1_000)) / 8)
                row.viewedAfter = NeighbourRow(entries: row.boughtAfter.entries.upperBound..<20, total: 0)
                row.boughtAfterView.entries = 20..<20
                let text = Samples.text { Samples.encoder.encode(row, entries: entries, into: &$0) }
                #expect(Self.row(text) == Self.line(of: row, entries))
            }
        }
    }

    @Test func `parameters of the purchase model are read back to nine decimals`() throws {
        let text = Samples.text { Samples.encoder.encode(Samples.population, into: &$0) }
        var decoder = FeedDecoder()
        let found = try #require(withBytes(text) { decoder.population($0) })
        #expect(found == Samples.population)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}", #"{"r":1,"alpha":1,"a":1}"#, #"{"r":0,"alpha":1,"a":1,"b":1}"#,
        #"{"r":-1,"alpha":1,"a":1,"b":1}"#,
        #"{"r":"1","alpha":1,"a":1,"b":1}"#, #"{"r":1e400,"alpha":1,"a":1,"b":1}"#, #"{"r":1,"alpha":1,"a":1,"b":1} x"#,
        #"{"r":null,"alpha":1,"a":1,"b":1}"#,
    ])
    func `parameters that cannot be are none`(text: String) {
        var decoder = FeedDecoder()
        #expect(withBytes(text) { decoder.population($0) } == nil)
    }

    static let whole =
        #"{"product_id":"p1","as_of":"\#(noonText)","views":5,"bought_after":[{"product_id":"p2","weight":1}]}"#

    @Test func `unknown members are passed over, missing ones are nothing`() {
        let line = "product p1 in '' at \(noonText): 0.0 5 0 [p2 1.0] of 0.0 [] of 0.0 [] of 0.0"
        #expect(Self.row(Self.whole) == line)
        let more =
            #"{"x":[{"y":"z"}],"product_id":"p1","as_of":"\#(noonText)","views":5,"#
            + #""bought_after":[{"z":{},"weight":1,"product_id":"p2"},{}]}"#
        #expect(Self.row(more) == line)
    }

    @Test(arguments: [
        #"{"as_of":"\#(noonText)"}"#, #"{"product_id":"p1"}"#, #"{"product_id":"p1","as_of":"soon"}"#,
        #"{"product_id":"","as_of":"\#(noonText)"}"#,
        whole.replacing("\"views\":5", with: "\"views\":\"five\""),
        whole.replacing("\"weight\":1", with: "\"weight\":-1"),
        whole.replacing("\"weight\":1", with: "\"weight\":1e400"), whole.replacing("[", with: "{"), whole + "}",
        whole + " {}",
        whole.replacing("\"views\":5", with: "\"popularity\":1e39"),
        whole.replacing("\"views\":5", with: "\"bought_after_total\":-1"),
        whole.replacing("p2", with: "p\\x"), "", "{", "[]", "null", "\0\0\0\0\0{}",
    ])
    func `rows that cannot be are none`(text: String) {
        #expect(Self.row(text) == nil, "\(text)")
    }

    @Test(arguments: [
        ("1e30", UInt32.max), ("-5", 0), ("1e-5", 0), ("16777217", 16_777_217), ("4294967296", UInt32.max),
    ])
    func `counts beyond a count are the nearest one`(number: String, count: UInt32) {
        var decoder = FeedDecoder()
        let text = Self.whole.replacing("\"views\":5", with: "\"views\":\(number),\"orders\":\(number)")
        #expect(withBytes(text) { decoder.neighbours($0)?.views } == count)
        #expect(withBytes(text) { decoder.neighbours($0)?.orders } == count)
    }

    @Test func `broken UTF-8 is no row`() {
        var bytes = Array(Self.whole.utf8)
        bytes[bytes.firstIndex(of: UInt8(ascii: "2"))!] = 0xFF
        var decoder = FeedDecoder()
        #expect(withBytes(Array(Self.whole.replacing("p2", with: "é").utf8)) { decoder.neighbours($0) } != nil)
        let broken = Array(Self.whole.replacing("p2", with: "é").utf8).filter { $0 != 0xA9 }
        #expect(withBytes(broken) { decoder.neighbours($0) } == nil)
    }

    static func product(_ text: String) -> String? {
        var decoder = FeedDecoder()
        return withBytes(text) { value in
            decoder.product(value).map { "\($0.id.text) in '\($0.category.text)' \($0.isOutOfStock ? "out" : "in")" }
        }
    }

    @Test(arguments: [
        (#"{"product_id":"p1"}"#, "p1 in '' in"), (#"{"product_id":"p1","stock":0}"#, "p1 in '' out"),
        (#"{"product_id":"p1","stock":-2}"#, "p1 in '' out"),
        (#"{"product_id":"p1","stock":3,"category":"Games"}"#, "p1 in 'Games' in"),
        (#"{"product_id":"p1","stock":null}"#, "p1 in '' in"),
        (#"{"product_id":"p1","in_stock":false}"#, "p1 in '' out"),
        (#"{"product_id":"p1","in_stock":true}"#, "p1 in '' in"),
        (#"{"product_id":4711,"category":12,"stock":0.0}"#, "4711 in '12' out"),
        (#"{"product_id":"a\u0022","category":null}"#, "a\" in '' in"),
        ("{\n  \"title\": \"x\",\n  \"product_id\": \"p1\"\n}\n", "p1 in '' in"),
    ])
    func `the catalogue says what is sold out`(text: String, product: String) {
        #expect(Self.product(text) == product)
    }

    @Test(arguments: [
        "", "{}", #"{"product_id":null}"#, #"{"product_id":"p1","stock":"plenty"}"#, #"{"product_id":"p1"}]"#,
        #"{"product_id":"p1""#, "[1]", #"{"product_id":""}"#,
    ])
    func `a catalogue row that cannot be is none`(text: String) {
        #expect(Self.product(text) == nil)
    }

    @Test func `spoiled rows never break the reader`() {
        var dice = Dice(seed: 41)
        var decoder = FeedDecoder()
        let seeds = [
            Samples.text { Samples.encoder.encode(Samples.neighbours(), entries: Samples.entries(), into: &$0) },
            Samples.text { Samples.encoder.encode(Samples.population, into: &$0) },
            #"{"product_id":"p1","category":"x","stock":12,"in_stock":true}"#,
        ].map { Array($0.utf8) }
        var read = 0
        for _ in 0..<30_000 {
            let bytes = Mutation.mutated(&dice, of: seeds)
            withBytes(bytes) { value in
                if let row = decoder.neighbours(value) {
                    read += 1
                    #expect(
                        row.boughtAfter.entries.upperBound <= decoder.entries.count && row.popularity.isFinite
                            && !row.key.isEmpty
                    )
                }
                if decoder.population(value) != nil { read += 1 }
                if decoder.product(value) != nil { read += 1 }
            }
        }
        #expect(read > 1_000)
    }
}

extension [[UInt8]] {
    /// Lends all of them at once.
    func withUnsafeBufferPointers(_ body: ([Bytes]) -> Void) {
        let flat = flatMap { $0 }
        withBytes(flat) { bytes in
            var start = 0
            var parts: [Bytes] = []
            for element in self {
                parts.append(Bytes(start: bytes.start.map { $0 + start }, count: element.count))
                start += element.count
            }
            body(parts)
        }
    }
}
