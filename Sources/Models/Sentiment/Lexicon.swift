/// Opinion words of English and Chinese with their strength, -1…1: what the sentiment model believes before it has
/// learned.
///
/// A table of 16,384 slots from the hash of a word, phrase or run of characters to its entry, filled once; every
/// beginning of a phrase is in it too, so that a text is walked with about one look a word. 256 KB.
public struct Lexicon: Sendable {
    enum Role: UInt8, BitwiseCopyable {
        case none = 0
        case prefix = 1
        case opinion = 2
        /// Turns what follows around.
        case negator = 3
        /// `value` multiplies what follows.
        case degree = 4
        /// Devalues what stood before.
        case turn = 5
    }

    struct Entry: BitwiseCopyable {
        var hash: UInt64
        var value: Float
        var role: Role

        static var nothing: Entry { Entry(hash: 0, value: 0, role: .none) }
    }

    /// Built at first use, the same in every process.
    public static let shared = Lexicon()

    static let slots = 1 << 14
    private var entries: ContiguousArray<Entry>
    /// Entries without prefixes.
    public private(set) var count: Int

    private init() {
        entries = ContiguousArray(repeating: .nothing, count: Lexicon.slots)
        count = 0
        for (strength, words) in Lexicon.english + Lexicon.chinese { put(words, .opinion, strength) }
        for (factor, words) in Lexicon.englishDegrees + Lexicon.chineseDegrees { put(words, .degree, factor) }
        put(Lexicon.englishNegators, .negator, 0)
        put(Lexicon.chineseNegators, .negator, 0)
        put(Lexicon.englishTurns, .turn, 0)
        put(Lexicon.chineseTurns, .turn, 0)
    }

    func entry(_ hash: UInt64) -> Entry {
        var i = Lexicon.place(of: hash)
        while entries[i].role != .none, entries[i].hash != hash { i = (i + 1) & (Lexicon.slots - 1) }
        return entries[i]
    }
}

// Filling

extension Lexicon {
    private mutating func put(_ words: String, _ role: Role, _ value: Float) {
        for phrase in words.split(whereSeparator: \.isWhitespace) { put(phrase: phrase, role, value) }
    }

    private mutating func put(phrase: Substring, _ role: Role, _ value: Float) {
        let path = Lexicon.hashes(of: phrase)
        for hash in path.dropLast() where entry(hash).role == .none { set(hash, .prefix, 0) }
        guard let last = path.last else { return }
        let known = entry(last).role
        if known == .none || known == .prefix { count += 1 }
        set(last, role, value)
    }

    private mutating func set(_ hash: UInt64, _ role: Role, _ value: Float) {
        var i = Lexicon.place(of: hash)
        while entries[i].role != .none, entries[i].hash != hash { i = (i + 1) & (Lexicon.slots - 1) }
        entries[i] = Entry(hash: hash, value: value, role: role)
    }

    /// Hash of the phrase after its first, second … part: words joined by `_`, characters of a run, one pictograph.
    static func hashes(of phrase: Substring) -> [UInt64] {
        guard let first = phrase.unicodeScalars.first else { return [] }
        switch TextScalars.kind(first.value) {
        case .symbol: return [TextHash.symbol(first.value)]
        case .ideograph: return runHashes(phrase)
        default: return wordHashes(phrase)
        }
    }

    private static func runHashes(_ phrase: Substring) -> [UInt64] {
        var hash = TextHash.start(TextHash.run)
        return phrase.unicodeScalars.map { scalar in
            hash = TextHash.step(hash, scalar.value)
            return hash
        }
    }

    private static func wordHashes(_ phrase: Substring) -> [UInt64] {
        var hash: UInt64 = 0
        return phrase.split(separator: "_").map { word in
            hash = joined(hash, TextHash.word(word))
            return hash
        }
    }

    /// Hash of a phrase continued by a word.
    static func joined(_ phrase: UInt64, _ word: UInt64) -> UInt64 {
        phrase == 0 ? word : TextHash.bigram(phrase, word)
    }

    private static func place(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: TextHash.mix(hash)) & (slots - 1)
    }
}

// Seeding a model

extension Lexicon {
    /// Calls `body` with every opinion, short ones first, as phrase and strength.
    static func forEachOpinion(_ body: (_ phrase: Substring, _ strength: Float) -> Void) {
        let all = (english + chinese).flatMap { group in
            group.words.split(whereSeparator: \.isWhitespace).map { ($0, group.strength) }
        }
        for size in 1...8 {
            for (phrase, strength) in all where hashes(of: phrase).count == size { body(phrase, strength) }
        }
    }
}
