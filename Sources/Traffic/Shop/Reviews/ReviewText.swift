import Events

/// Puts reviews together from phrases: an opening, two or three remarks, a verdict.
///
/// The mood follows the stars, but no single word gives it away: good reviews carry small complaints, bad ones small praise,
/// and both negate ("not bad at all", "I cannot say that it is good").
enum ReviewText {
    /// Sentences of one language. In a phrase `*` stands for an intensifier and `#` for the thing on sale.
    struct Bank: Sendable {
        var openings: [StaticString]
        var praise: [StaticString]
        var blame: [StaticString]
        var goodVerdicts: [StaticString]
        var badVerdicts: [StaticString]
        var doubts: [StaticString]
        var intensifiers: [StaticString]
        /// Between two remarks of one mood, and before one that turns.
        var and, but, stop: StaticString
    }

    static func english(stars: Int, thing: StaticString, _ dice: inout Dice, into pen: inout Pen) {
        write(bank: english, stars, thing, &dice, &pen)
    }

    static func chinese(stars: Int, thing: StaticString, _ dice: inout Dice, into pen: inout Pen) {
        write(bank: chinese, stars, thing, &dice, &pen)
    }

    private static func write(
        bank: Bank, _ stars: Int, _ thing: StaticString, _ dice: inout Dice, _ pen: inout Pen
    ) {
        put(bank.openings[dice.index(below: bank.openings.count)], bank, thing, &dice, &pen)
        pen.put(bank.stop)
        switch stars {
        case 4...: remarks(bank.praise, bank.blame, turns: stars == 4 ? 0.5 : 0.15, bank, thing, &dice, &pen)
        case 3: remarks(bank.praise, bank.blame, turns: 1, bank, thing, &dice, &pen)
        default: remarks(bank.blame, bank.praise, turns: stars == 2 ? 0.5 : 0.15, bank, thing, &dice, &pen)
        }
        pen.put(bank.stop)
        let verdicts = stars >= 4 ? bank.goodVerdicts : stars == 3 ? bank.doubts : bank.badVerdicts
        put(verdicts[dice.index(below: verdicts.count)], bank, thing, &dice, &pen)
        trimStop(bank, &pen)
    }

    /// Two remarks of the mood, the second one different from the first, and perhaps one against it.
    private static func remarks(
        _ mood: [StaticString], _ contrary: [StaticString], turns: Double, _ bank: Bank, _ thing: StaticString,
        _ dice: inout Dice, _ pen: inout Pen
    ) {
        let first = dice.index(below: mood.count)
        put(mood[first], bank, thing, &dice, &pen, opensSentence: true)
        let isTurning = dice.chance(turns)
        if turns < 1 {
            let goesOn = dice.chance(0.6)
            pen.put(goesOn ? bank.and : bank.stop)
            let second = (first + 1 + dice.index(below: mood.count - 1)) % mood.count
            put(mood[second], bank, thing, &dice, &pen, opensSentence: !goesOn)
        }
        if isTurning {
            pen.put(bank.but)
            put(contrary[dice.index(below: contrary.count)], bank, thing, &dice, &pen)
        }
    }

    /// Writes a phrase, its slots filled; the thing on sale in small letters, a sentence's first letter in a large one.
    private static func put(
        _ phrase: StaticString, _ bank: Bank, _ thing: StaticString, _ dice: inout Dice, _ pen: inout Pen,
        opensSentence: Bool = false
    ) {
        for (place, byte) in Bytes(phrase).buffer.enumerated() {
            switch byte {
            case UInt8(ascii: "*"): pen.put(bank.intensifiers[dice.index(below: bank.intensifiers.count)])
            case UInt8(ascii: "#"): putSmall(thing, &pen)
            case UInt8(ascii: "a")...UInt8(ascii: "z") where place == 0 && opensSentence: pen.put(byte - 32)
            default: pen.put(byte)
            }
        }
    }

    private static func putSmall(_ thing: StaticString, _ pen: inout Pen) {
        for byte in Bytes(thing).buffer {
            let isLarge = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            pen.put(isLarge ? byte + 32 : byte)
        }
    }

    /// The end of the last sentence, without the space that separates sentences.
    private static func trimStop(_ bank: Bank, _ pen: inout Pen) {
        for byte in Bytes(bank.stop).buffer where byte != UInt8(ascii: " ") { pen.put(byte) }
    }
}
