import Events

/// Puts reviews together from phrases: an opening, one to three remarks, a verdict.
///
/// The mood follows the stars, but no single word gives it away: good reviews carry small complaints, bad ones small
/// praise, and both negate ("not bad at all", "I cannot say that it is good").
struct ReviewText {
    /// Sentences of one language. In a phrase `*` stands for an intensifier and `#` for the thing on sale. Praise and
    /// blame speak of the same matters in the same order.
    struct Bank: Sendable {
        var openings: [StaticString]
        var praise: [StaticString]
        var blame: [StaticString]
        var goodVerdicts: [StaticString]
        var badVerdicts: [StaticString]
        var doubts: [StaticString]
        var intensifiers: [StaticString]
        /// Between two remarks of one mood, before one that turns, and after a sentence.
        var and, but, stop: StaticString
    }

    /// How often a review of so many stars takes up a remark against its mood: 1 to 5.
    private static let turns = [0.15, 0.5, 1, 0.5, 0.15]

    let bank: Bank
    let thing: StaticString

    /// Three remarks are long enough without an opening.
    func write(stars: Int, _ dice: inout Dice, into pen: inout Pen) {
        let turns = dice.chance(ReviewText.turns[min(max(stars, 1), 5) - 1])
        if !turns || stars == 3 {
            put(pick(bank.openings, &dice), &dice, &pen)
            pen.put(bank.stop)
        }
        let (mood, contrary) = stars >= 3 ? (bank.praise, bank.blame) : (bank.blame, bank.praise)
        remark(stars == 3 ? 1 : 2, mood, contrary: turns ? contrary : [], &dice, &pen)
        pen.put(bank.stop)
        let verdicts = stars >= 4 ? bank.goodVerdicts : stars == 3 ? bank.doubts : bank.badVerdicts
        put(pick(verdicts, &dice), &dice, &pen)
        putFinalStop(&pen)
    }

    private func pick(_ phrases: [StaticString], _ dice: inout Dice) -> StaticString {
        phrases[dice.index(below: phrases.count)]
    }

    /// One or two remarks of the mood, and one against it where there is something contrary. No matter is taken up
    /// twice.
    private func remark(
        _ count: Int,
        _ mood: [StaticString],
        contrary: [StaticString],
        _ dice: inout Dice,
        _ pen: inout Pen
    ) {
        var matter = dice.index(below: mood.count)
        let stride = 1 + dice.index(below: mood.count / 2 - 1)
        put(mood[matter], &dice, &pen, opensSentence: true)
        if count > 1 {
            let goesOn = dice.chance(0.6)
            pen.put(goesOn ? bank.and : bank.stop)
            matter = (matter + stride) % mood.count
            put(mood[matter], &dice, &pen, opensSentence: !goesOn)
        }
        if !contrary.isEmpty {
            pen.put(bank.but)
            put(contrary[(matter + stride) % contrary.count], &dice, &pen)
        }
    }

    /// Writes a phrase, its slots filled; the thing on sale in small letters, a sentence's first letter in a large one.
    private func put(_ phrase: StaticString, _ dice: inout Dice, _ pen: inout Pen, opensSentence: Bool = false) {
        for (place, byte) in Bytes(phrase).buffer.enumerated() {
            switch byte {
            case UInt8(ascii: "*"): pen.put(pick(bank.intensifiers, &dice))
            case UInt8(ascii: "#"): putSmall(thing, &pen)
            case UInt8(ascii: "a")...UInt8(ascii: "z") where place == 0 && opensSentence: pen.put(byte - 32)
            default: pen.put(byte)
            }
        }
    }

    private func putSmall(_ thing: StaticString, _ pen: inout Pen) {
        for byte in Bytes(thing).buffer {
            let isLarge = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            pen.put(isLarge ? byte + 32 : byte)
        }
    }

    /// The end of the last sentence, without the space that separates sentences.
    private func putFinalStop(_ pen: inout Pen) {
        for byte in Bytes(bank.stop).buffer where byte != UInt8(ascii: " ") { pen.put(byte) }
    }
}
