import Testing

@testable import Models

@Suite struct TextFeaturesTests {
    static func features(_ text: String, _ recipe: TextRecipe = .sentiment) -> [TextFeature] {
        var features = TextFeatures(recipe: recipe)
        return extracted(text, &features)
    }

    static func extracted(_ text: String, _ features: inout TextFeatures) -> [TextFeature] {
        extracted(Array(text.utf8), &features)
    }

    static func extracted(_ bytes: [UInt8], _ features: inout TextFeatures) -> [TextFeature] {
        bytes.withUnsafeBufferPointer { features.extract($0) }
        return (0..<features.count).map { features[$0] }
    }

    static func code(_ feature: TextFeature) -> Int { feature.bucket << 1 | (feature.sign < 0 ? 1 : 0) }

    @Test(arguments: GoldenText.all)
    func `equals the reference in Python, code by code and place by place`(golden: GoldenText) {
        let features = Self.features(golden.text, golden.recipe)
        let wanted = golden.codes.split(whereSeparator: \.isWhitespace).compactMap { Int($0, radix: 16) }
        #expect(features.map(Self.code).sorted() == wanted)
        var places = TextHash.base
        for feature in features {
            for number in [Self.code(feature), Int(feature.start), Int(feature.end)] {
                places = (places ^ UInt64(number)) &* TextHash.prime
            }
        }
        #expect(places == golden.places)
    }

    @Test func `features are distinct and their places lie in the text`() {
        for golden in GoldenText.all {
            let features = Self.features(golden.text, golden.recipe)
            #expect(Set(features.map(Self.code)).count == features.count)
            let length = golden.text.utf8.count
            #expect(features.allSatisfy { $0.start < $0.end && Int($0.end) <= length })
            let bytes = Array(golden.text.utf8)
            for feature in features {
                let place = bytes[Int(feature.start)..<Int(feature.end)]
                #expect(String(validating: place, as: UTF8.self) != nil, "no scalar is cut")
            }
        }
    }

    @Test(arguments: [
        ("Great COAT", "great coat"), ("ＧＲＥＡＴ　ｃｏａｔ", "great coat"), ("don’t", "dont"), ("sooooooo", "soo"),
        ("year 2024", "year 1999"), ("rock-n-roll", "rock n roll"), ("ÀÉ", "àé"),
    ])
    func `spellings that mean the same give the same`(one: String, other: String) {
        #expect(Self.features(one).map(Self.code) == Self.features(other).map(Self.code))
    }

    @Test(arguments: [("good", "bad"), ("not good", "good not"), ("good. bad", "good bad"), ("好吃", "吃好")])
    func `spellings that mean something else give something else`(one: String, other: String) {
        #expect(Set(Self.features(one).map(Self.code)) != Set(Self.features(other).map(Self.code)))
    }

    @Test func `negation marks five words and stops at the clause`() {
        let marked = Set(Self.features("not a b c d e f").map(Self.code))
        let plain = Set(Self.features("so a b c d e f").map(Self.code))
        let words = ["a", "b", "c", "d", "e", "f"].map { TextHash.word($0) }
        func holds(_ set: Set<Int>, _ hash: UInt64) -> Bool {
            let mixed = TextHash.mix(hash)
            return set.contains(Int(mixed >> 46) << 1 | Int(mixed & 1))
        }
        for word in words.prefix(5) {
            #expect(holds(marked, TextHash.negated(word)) && !holds(marked, word))
        }
        #expect(holds(marked, words[5]))
        #expect(words.allSatisfy { holds(plain, $0) })
        #expect(holds(Set(Self.features("not, a").map(Self.code)), words[0]))
    }

    @Test func `stopwords and lone Han characters never explain`() {
        for text in ["the", "It", "好", "不好"] {
            let mute = Self.features(text + " .").count { !$0.canExplain }
            #expect(mute > 0, "\(text)")
        }
        #expect(Self.features("great").allSatisfy { $0.canExplain })
    }
}

// Bounds and bad bytes

extension TextFeaturesTests {
    @Test func `a text of any length stays within the bounds`() {
        var random = SeededRandom(seed: 12)
        let han = String(
            (0..<20_000).map { _ in
                Character(Unicode.Scalar(UInt32(0x4E00 + random.nextIndex(below: 20_000)))!)
            }
        )
        let features = Self.features(han)
        #expect(features.count == TextFeatures.featureLimit)
        #expect(features.allSatisfy { Int($0.end) <= 3 * TextFeatures.scalarLimit })
        let head = Self.features(String(han.prefix(2000)))
        #expect(Self.features(String(han.prefix(2000)) + "\n" + han).prefix(5000).elementsEqual(head.prefix(5000)))
    }

    @Test func `only the first 4,096 scalars are read`() {
        let pad = String(repeating: "ab ", count: 1365) + "c"
        #expect(pad.unicodeScalars.count == TextFeatures.scalarLimit)
        #expect(Self.features(pad + " unheard of") == Self.features(pad))
    }

    @Test(
        arguments: [
            [0xFF], [0xC3], [0xE4, 0xB8], [0xF0, 0x9F, 0x91], [0x80, 0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]]
    )
    func `broken bytes part clauses and nothing more`(broken: [UInt8]) {
        var features = TextFeatures()
        let got = Self.extracted(Array("good".utf8) + broken + Array("bad".utf8), &features)
        let clean = Self.features("good;bad")
        #expect(got.map(Self.code) == clean.map(Self.code))
        let tail = Self.extracted(Array("good".utf8) + broken, &features)
        #expect(tail.map(Self.code) == Self.features("good").map(Self.code))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `any bytes at all are taken`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var features = TextFeatures(recipe: seed == 3 ? .intents : .sentiment)
        for _ in 0..<300 {
            let bytes = (0..<random.nextIndex(below: 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let got = Self.extracted(bytes, &features)
            #expect(got.allSatisfy { $0.start < $0.end && Int($0.end) <= bytes.count })
            #expect(got.count <= 4 * (bytes.count + 4))
        }
    }

    @Test func `valid UTF-8 is read as the standard library reads it`() {
        let text = "aé中𠀀👍\u{10FFFF}\u{FFFD}\u{7FF}\u{800}\u{FFFF}\u{10000}"
        withText(text) { bytes in
            var reader = ScalarReader(bytes)
            var scalars: [UInt32] = []
            while reader.position < bytes.count { scalars.append(reader.next()) }
            #expect(scalars == text.unicodeScalars.map(\.value))
        }
    }

    @Test func `what was read before changes nothing, however much it was`() {
        var features = TextFeatures()
        let first = Self.extracted("a fine fine coat, a fine fine coat, 很好很好", &features)
        // more texts than stamps, so that the table is cleared once in between
        for i in 0..<9000 { _ = Self.extracted("\(i) other words 不同", &features) }
        #expect(Self.extracted("a fine fine coat, a fine fine coat, 很好很好", &features) == first)
        #expect(Self.extracted("", &features).isEmpty)
        #expect(features.scale == 1)
    }

    @Test func `the scale makes every text equally long`() {
        var features = TextFeatures()
        _ = Self.extracted("one two three", &features)
        #expect(features.count == 5)
        #expect(near(features.scale * features.scale * 5, 1))
    }
}
