import Testing

@testable import Models

@Suite struct SentimentModelTests {
    static func score(_ text: String, _ model: SentimentModel) -> Sentiment { withText(text) { model.score($0) } }

    static func learn(_ text: String, _ stars: Double, _ model: SentimentModel) {
        withText(text) { model.learn($0, target: SentimentModel.target(stars: stars)) }
    }

    static func bytes(_ model: SentimentModel) -> [UInt8] {
        (0..<SentimentModel.chunkCount).flatMap { Array(model.chunkBytes($0)) }
    }

    @Test(arguments: [
        ("Excellent quality, I love it", PolarityLabel.positive), ("Terrible, broke after one day", .negative),
        ("质量很好，非常满意", .positive), ("太差了，垃圾，不推荐", .negative), ("not good at all", .negative),
        ("👍👍", .positive),
    ])
    func `answers from the lexicon before it has learned`(text: String, label: PolarityLabel) {
        #expect(Self.score(text, SentimentModel()).label == label)
    }

    @Test func `labels follow the probability`() {
        #expect(PolarityLabel(probability: 0.399) == .negative)
        #expect(PolarityLabel(probability: 0.40) == .neutral)
        #expect(PolarityLabel(probability: 0.65) == .neutral)
        #expect(PolarityLabel(probability: 0.651) == .positive)
        #expect([5, 4, 3, 2, 1].map(SentimentModel.target(stars:)) == [1, 1, 0.5, 0, 0])
    }

    @Test func `scoring changes nothing`() {
        let model = SentimentModel()
        Self.learn("the zipper is stuck", 1, model)
        let before = Self.bytes(model)
        let parameters = model.parameters
        let first = Self.score("the zipper is great", model)
        #expect(Self.score("the zipper is great", model) == first)
        #expect(Self.bytes(model) == before)
        #expect(model.parameters == parameters)
    }

    @Test func `a rating moves the score towards it, and no further than it`() {
        let model = SentimentModel()
        let text = "the quux is frobnicated"
        var last = Self.score(text, model).polarity
        for _ in 0..<20 {
            Self.learn(text, 1, model)
            let now = Self.score(text, model).polarity
            #expect(now < last || now < -0.95)
            last = now
        }
        #expect(last < -0.8 && last >= -1)
    }

    @Test func `a rating does not reach the score made for it`() {
        let model = SentimentModel()
        let twin = SentimentModel()
        var random = SeededRandom(seed: 3)
        for text in Self.reviews(200, &random) {
            let stars = Double(1 + random.nextIndex(below: 5))
            let alone = Self.score(text, twin)
            let answer = withText(text) { model.scoreAndLearn($0, target: SentimentModel.target(stars: stars)) }
            #expect(answer == alone)
            Self.learn(text, stars, twin)
        }
        #expect(Self.bytes(model) == Self.bytes(twin), "scoring and learning apart is the same as together")
    }

    @Test func `learns a word that the lexicon has wrong`() {
        let model = SentimentModel()
        #expect(Self.score("a sick pair of shoes", model).polarity < 0)
        for _ in 0..<30 {
            Self.learn("sick shoes, sick style", 5, model)
            Self.learn("ordinary shoes, dull", 2, model)
        }
        #expect(Self.score("a sick pair of shoes", model).label == .positive)
    }

    @Test func `polarity stays within -1 to 1 and weights within their limit`() {
        let model = SentimentModel()
        var random = SeededRandom(seed: 9)
        for text in Self.reviews(300, &random) {
            let answer = withText(text) { model.scoreAndLearn($0, target: random.nextDouble() < 0.5 ? -7 : .nan) }
            #expect(abs(answer.polarity) <= 1)
        }
        for i in 0..<SentimentModel.weightCount where model.weights[i].value.magnitude > SentimentModel.limit {
            Issue.record("weight \(i) is \(model.weights[i].value)")
        }
    }

    static func reviews(_ count: Int, _ random: inout SeededRandom) -> [String] {
        let words = ["good", "bad", "coat", "very", "not", "zip", "很好", "差", "warm", "the", "broke", "!", "cheap", "色"]
        return (0..<count).map { _ in
            let length = 1 + random.nextIndex(below: 15)
            return (0..<length).map { _ in words[random.nextIndex(below: words.count)] }.joined(separator: " ")
        }
    }
}

// Evidence

extension SentimentModelTests {
    static func evidence(_ text: String, _ model: SentimentModel) -> [String] {
        let evidence = score(text, model).evidence
        return (0..<evidence.count).map { part(of: text, evidence[$0].range) }
    }

    @Test func `points at the words that decided`() {
        let model = SentimentModel()
        #expect(Self.evidence("the coat is terrible", model).first == "terrible")
        #expect(Self.evidence("物流慢，质量太差", model).contains { $0.contains("差") })
        #expect(Self.evidence("the of and", model).isEmpty)
    }

    @Test func `at most three places, in order of strength, none overlapping, all agreeing with the verdict`() {
        let model = SentimentModel()
        var random = SeededRandom(seed: 4)
        for text in Self.reviews(300, &random) {
            let answer = withText(text) { model.scoreAndLearn($0, target: random.nextDouble() < 0.5 ? 0 : 1) }
            let places = (0..<answer.evidence.count).map { answer.evidence[$0] }
            #expect(places.count <= 3)
            #expect(places.allSatisfy { ($0.contribution > 0) == (answer.polarity >= 0) })
            let strengths = places.map(\.contribution.magnitude)
            #expect(strengths == strengths.sorted(by: >))
            for (i, a) in places.enumerated() {
                for b in places[..<i] { #expect(a.range.clamped(to: b.range).isEmpty) }
                #expect(a.range.upperBound <= text.utf8.count)
            }
        }
    }

    @Test func `of two equal weights the one seen more often explains, the other hardly`() {
        let model = SentimentModel()
        let (often, once) = (TextHash.mix(TextHash.word("blorp")), TextHash.mix(TextHash.word("snarf")))
        for (hash, moment) in [(often, 2), (once, 0.001)] as [(UInt64, Float)] {
            let sign: Float = hash & 1 == 0 ? 1 : -1
            model.weights[Int(hash >> 46)] = .init(value: -3 * sign, moment: moment)
        }
        let answer = Self.score("snarf and blorp", model)
        #expect(part(of: "snarf and blorp", answer.evidence[0].range) == "blorp")
        #expect(answer.evidence[1].contribution.magnitude < answer.evidence[0].contribution.magnitude / 10)
    }
}
