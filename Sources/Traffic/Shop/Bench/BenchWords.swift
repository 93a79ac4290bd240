import Events

/// Reviews of about 112 characters for the benchmark: filling words, and in every sixth place one of praise or blame.
enum BenchWords {
    private static let length = 112

    static func put(mood: Double, _ dice: inout Dice, into pen: inout Pen) {
        var written = 0
        while written <= length {
            if written > 0 { pen.put(UInt8(ascii: " ")) }
            let word = BenchWords.word(mood, &dice)
            pen.put(word)
            written += word.utf8CodeUnitCount + 1
        }
    }

    private static func word(_ mood: Double, _ dice: inout Dice) -> StaticString {
        guard dice.chance(0.18) else { return filling[dice.index(below: filling.count)] }
        return dice.chance(mood) ? praise[dice.index(below: praise.count)] : blame[dice.index(below: blame.count)]
    }

    private static let praise: [StaticString] = [
        "good", "great", "excellent", "amazing", "awesome", "love", "loved", "lovely", "perfect", "nice", "happy",
        "best",
        "better", "beautiful", "comfortable", "sturdy", "reliable", "fast", "quick", "easy", "recommend", "fantastic",
        "superb", "solid", "worth", "pleased", "satisfied", "durable",
    ]
    private static let blame: [StaticString] = [
        "bad", "poor", "terrible", "awful", "horrible", "hate", "hated", "worst", "worse", "broken", "broke", "cheap",
        "flimsy", "slow", "late", "disappointed", "disappointing", "useless", "waste", "return", "returned", "refund",
        "defective", "faulty", "ugly", "uncomfortable", "noisy", "damaged", "annoying", "avoid",
    ]
    private static let filling: [StaticString] = [
        "the", "this", "it", "was", "with", "and", "for", "my", "a", "very", "really", "after", "before", "when",
        "package", "colour", "size", "box", "order", "delivery", "week", "month", "shop", "item", "product", "bought",
        "got", "use", "used", "day", "kitchen", "office", "garden", "kids", "present", "though", "still", "also",
        "only",
        "just", "because", "works", "looks", "feels", "fits", "arrived", "expected", "price", "quite", "again",
        "friend",
    ]
}
