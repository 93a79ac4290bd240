import Testing

@testable import Models

@Suite struct LexiconTests {
    static func polarity(_ text: String) -> Float {
        var features = TextFeatures()
        return withText(text) { features.lexiconPolarity($0) }
    }

    static func words(_ groups: [(strength: Float, words: String)]) -> [Substring] {
        groups.flatMap { words($0.words) }
    }

    static func words(_ list: String) -> [Substring] { list.split(whereSeparator: \.isWhitespace) }

    @Test func `knows enough words of either language, each once`() {
        for list in [Lexicon.english, Lexicon.chinese] {
            let words = Self.words(list)
            #expect(words.count >= 250)
            #expect(Set(words).count == words.count)
            #expect(list.allSatisfy { $0.strength != 0 && abs($0.strength) <= 1 })
        }
        #expect(Lexicon.shared.count >= Self.words(Lexicon.english + Lexicon.chinese).count)
    }

    @Test func `is written as the recipe folds`() {
        for word in Self.words(Lexicon.english + Lexicon.chinese) {
            for scalar in word.unicodeScalars where scalar != "_" && scalar != "'" {
                #expect(TextScalars.fold(scalar.value) == scalar.value, "\(word)")
                let kind = TextScalars.kind(scalar.value)
                #expect(kind == .letter || kind == .ideograph || kind == .symbol, "\(word)")
            }
        }
    }

    @Test func `every opinion alone says its own sign`() {
        let degrees = (Lexicon.englishDegrees + Lexicon.chineseDegrees).flatMap { Self.words($0.words) }
        let negators = Self.words(Lexicon.englishNegators) + Self.words(Lexicon.chineseNegators)
        let turns = Self.words(Lexicon.englishTurns) + Self.words(Lexicon.chineseTurns)
        let others = Set(degrees + negators + turns)
        for (strength, words) in Lexicon.english + Lexicon.chinese {
            for word in Self.words(words) where !others.contains(word) {
                let polarity = Self.polarity(String(word.map { $0 == "_" ? " " : $0 }))
                #expect(polarity * strength > 0, "\(word)")
            }
        }
    }

    @Test(arguments: [
        ("great coat", "not a great coat"), ("I like it", "I don't like it"), ("good", "never good"),
        ("好", "不 好"), ("喜欢", "并不喜欢"), ("满意", "没有很满意"),
    ])
    func `negation turns around`(plain: String, negated: String) {
        #expect(Self.polarity(plain) > 0)
        #expect(Self.polarity(negated) < 0)
    }

    @Test func `negation stops at the clause`() {
        #expect(Self.polarity("no, great coat") > 0)
        #expect(Self.polarity("not bad") > 0)
    }

    @Test(arguments: [("very good", "good"), ("good", "slightly good"), ("非常舒服", "舒服"), ("terrible", "bad")])
    func `degrees and strengths are ordered`(strong: String, weak: String) {
        #expect(abs(Self.polarity(strong)) > abs(Self.polarity(weak)))
    }

    @Test func `what follows a contrast is meant more`() {
        #expect(Self.polarity("bad but good") > Self.polarity("good but bad"))
        #expect(Self.polarity("质量差但是服务好") > Self.polarity("服务好但是质量差"))
    }

    @Test func `the longest entry wins`() {
        #expect(Self.polarity("无可挑剔") > 0.5)
        #expect(Self.polarity("没有问题") > 0 && Self.polarity("有问题") < 0)
        #expect(Self.polarity("waste of money") < Self.polarity("money"))
    }

    @Test(arguments: ["", "the", "桌子", "12 34", "\u{0}", "…"])
    func `no opinion is 0`(text: String) {
        #expect(Self.polarity(text) == 0)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `stays within -1 to 1 on any mixture`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let words = Self.words(Lexicon.english + Lexicon.chinese).map { String($0.map { $0 == "_" ? " " : $0 }) }
        for _ in 0..<200 {
            let count = random.nextIndex(below: 400)
            let text = (0..<count).map { _ in words[random.nextIndex(below: words.count)] }.joined(separator: " ")
            #expect(abs(Self.polarity(text)) <= 1)
        }
    }
}
