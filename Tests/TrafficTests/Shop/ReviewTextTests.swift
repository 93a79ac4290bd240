import Events
import Testing

@testable import Traffic

@Suite("Reviews read like reviews")
struct ReviewTextTests {
    private func texts(stars: Int, chinese: Bool, count: Int = 400) -> [String] {
        var dice = Dice(seed: 5, .living)
        var pen = Pen()
        return (0..<count).map { _ in
            pen.begin()
            let text =
                chinese
                ? ReviewText(bank: ReviewText.chinese, thing: "台灯")
                : ReviewText(bank: ReviewText.english, thing: "Desk Lamp")
            text.write(stars: stars, &dice, into: &pen)
            return pen.value.text
        }
    }

    @Test(arguments: 1...5) func englishReviewsHaveFifteenToFortyWords(stars: Int) {
        for text in texts(stars: stars, chinese: false) {
            #expect((13...45).contains(text.split(separator: " ").count), "\(text)")
            #expect(text.last == "." && text.first?.isUppercase == true)
            #expect(!text.contains("*") && !text.contains("#") && !text.contains("\""))
        }
    }

    @Test(arguments: 1...5) func chineseReviewsAreChinese(stars: Int) {
        for text in texts(stars: stars, chinese: true) {
            #expect((15...90).contains(text.count), "\(text)")
            #expect(text.last == "。" && !text.contains("*") && !text.contains("#") && !text.contains(" "))
        }
    }

    /// Counting cheerful words is not enough: they stand in a good part of the bad reviews too, and the other way
    /// round.
    @Test func noSingleWordGivesTheMoodAway() {
        let bad = texts(stars: 1, chinese: false)
        let good = texts(stars: 5, chinese: false)
        let cheerful = ["good", "love", "better", "recommended", "like", "worth", "nice", "help"]
        let gloomy = ["not", "damaged", "complaints", "fault", "regret", "no ", "bad", "trouble", "wrong"]
        func share(_ texts: [String], _ words: [String]) -> Double {
            Double(texts.count { text in words.contains { text.lowercased().contains($0) } }) / Double(texts.count)
        }
        #expect(share(bad, cheerful) > 0.3 && share(good, gloomy) > 0.3)
    }

    @Test func starsDecideTheMood() {
        #expect(texts(stars: 5, chinese: false) != texts(stars: 1, chinese: false))
        let middling = texts(stars: 3, chinese: false)
        #expect(middling.allSatisfy { $0.contains(", although ") })
    }

    @Test func manyDifferentTextsComeOut() {
        #expect(Set(texts(stars: 5, chinese: false)).count > 390)
    }
}
