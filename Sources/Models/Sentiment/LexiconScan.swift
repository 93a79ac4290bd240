/// Walks a text's folded scalars once and adds up the opinions in it, with negation, degree and contrast.
///
/// In the manner of rule-based scorers (Taboada et al. 2011; Hutto and Gilbert 2014): an opinion counts its strength,
/// times the degree before it; after a negator (up to three words or characters, same clause) it counts -0.7 times;
/// what stands before a contrast counts 0.6 times. The sum S gives S / √(S² + 1), which lies in -1…1.
struct LexiconScan {
    private var sum: Float = 0
    private var factor: Float = 1
    /// Words or characters that a negator still reaches.
    private var reach = 0

    static let negatorReach = 3
    static let negation: Float = -0.7
    static let contrast: Float = 0.6

    /// Polarity of the text that `text` has read last, -1…1.
    static func polarity(of text: borrowing TextFeatures, by lexicon: borrowing Lexicon) -> Float {
        var scan = LexiconScan()
        var i = 0
        while i < text.length {
            switch text.kinds[i] {
            case .letter: i = scan.words(at: i, text, lexicon)
            case .ideograph: i = scan.run(at: i, text, lexicon)
            case .symbol: i = scan.symbol(at: i, text, lexicon)
            case .separator: i += 1
            case .clauseBreak:
                scan.endClause()
                i += 1
            }
        }
        return scan.sum / (scan.sum * scan.sum + 1).squareRoot()
    }

    private mutating func endClause() {
        reach = 0
        factor = 1
    }

    private mutating func symbol(at i: Int, _ text: borrowing TextFeatures, _ lexicon: borrowing Lexicon) -> Int {
        let entry = lexicon.entry(TextHash.symbol(text.scalars[i]))
        if entry.role == .opinion { sum += entry.value }
        endClause()
        return i + 1
    }

    /// The longest phrase from the word at `i`; returns the place after it, or after the word.
    private mutating func words(at i: Int, _ text: borrowing TextFeatures, _ lexicon: borrowing Lexicon) -> Int {
        var at = i
        var hash: UInt64 = 0
        var best = Lexicon.Entry.nothing
        var after = text.wordEnd(from: i)
        while true {
            let end = text.wordEnd(from: at)
            hash = Lexicon.joined(hash, text.wordHash(at, end))
            let entry = lexicon.entry(hash)
            if entry.role == .none { break }
            if entry.role != .prefix {
                best = entry
                after = end
            }
            at = text.nextWord(after: end)
            if at == text.length { break }
        }
        take(best, negates: text.endsInNot(i, after))
        return after
    }

    /// The longest entry from the character at `i`; returns the place after it, or the next character.
    private mutating func run(at i: Int, _ text: borrowing TextFeatures, _ lexicon: borrowing Lexicon) -> Int {
        var hash = TextHash.start(TextHash.run)
        var best = Lexicon.Entry.nothing
        var after = i + 1
        var at = i
        while at < text.length, text.kinds[at] == .ideograph {
            hash = TextHash.step(hash, text.scalars[at])
            let entry = lexicon.entry(hash)
            if entry.role == .none { break }
            at += 1
            if entry.role != .prefix {
                best = entry
                after = at
            }
        }
        take(best, negates: false)
        return after
    }

    private mutating func take(_ entry: Lexicon.Entry, negates: Bool) {
        switch entry.role {
        case .opinion: add(entry.value)
        case .degree: factor *= entry.value
        case .negator: reach = LexiconScan.negatorReach
        case .turn:
            sum *= LexiconScan.contrast
            endClause()
        case .none, .prefix:
            reach = negates ? LexiconScan.negatorReach : max(0, reach - 1)
            factor = 1
        }
    }

    private mutating func add(_ value: Float) {
        sum += value * factor * (reach > 0 ? LexiconScan.negation : 1)
        factor = 1
        reach = max(0, reach - 1)
    }
}

extension TextFeatures {
    /// Where the clause's next word begins behind `i`; `length` when something else comes first.
    func nextWord(after i: Int) -> Int {
        var j = i
        while j < length, kinds[j] == .separator { j += 1 }
        return j < length && kinds[j] == .letter ? j : length
    }

    /// Polarity of a text by the lexicon alone, -1…1: for opinions that no rating comes with. Replaces the last text
    /// read, not its features.
    public mutating func lexiconPolarity(_ text: UnsafeBufferPointer<UInt8>) -> Float {
        read(text)
        return LexiconScan.polarity(of: self, by: Lexicon.shared)
    }
}
