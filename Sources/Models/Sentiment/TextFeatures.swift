/// How a text becomes features.
@frozen
public struct TextRecipe: BitwiseCopyable, Sendable, Equatable {
    /// Buckets are 2^bits.
    public var bits: UInt32
    /// Words marked after a negator; 0 = none.
    public var negation: Int
    /// Also 2- to 4-grams inside padded words, which forgive typing errors.
    public var innerGrams: Bool

    @inlinable
    public init(bits: UInt32, negation: Int, innerGrams: Bool) {
        precondition(bits >= 8 && bits <= 18, "codes are packed into 19 bits")
        self.bits = bits
        self.negation = negation
        self.innerGrams = innerGrams
    }

    @inlinable public static var sentiment: TextRecipe { TextRecipe(bits: 18, negation: 5, innerGrams: false) }
    @inlinable public static var intents: TextRecipe { TextRecipe(bits: 15, negation: 0, innerGrams: true) }
}

/// One distinct feature of a text and where it first stands. 8 bytes.
@frozen
public struct TextFeature: BitwiseCopyable, Sendable, Equatable {
    /// Bit 31: never evidence (a stopword or a lone Han character); bits 1…: bucket; bit 0: sign.
    @usableFromInline var code: UInt32
    /// Byte range in the original text.
    public var start: UInt16
    public var end: UInt16

    @usableFromInline static var mute: UInt32 { 1 << 31 }

    @inlinable
    init(code: UInt32, start: UInt16, end: UInt16) {
        self.code = code
        self.start = start
        self.end = end
    }

    @inlinable public var bucket: Int { Int((code & ~TextFeature.mute) >> 1) }
    @inlinable public var sign: Float { code & 1 == 0 ? 1 : -1 }
    @inlinable public var canExplain: Bool { code & TextFeature.mute == 0 }
}

/// Hashed n-grams of a text in any script: no segmenter, no vocabulary, no allocation per text.
///
/// Words give themselves (marked when a negator stands before) and their bigrams within a clause; runs without spaces
/// give their 1- to 3-grams with one boundary mark at each end; pictographs, ! and ? give themselves. The recipe is
/// that of the reference in Python, bit for bit. Features come distinct, in the order in which they first occur.
///
/// Bounds: the first 4,096 scalars of a text are read, the first 8,192 features kept. Owns 200 KB of scratch; one value
/// serves any number of texts, one after the other.
public struct TextFeatures: ~Copyable {
    public static var scalarLimit: Int { 4096 }
    public static var featureLimit: Int { 8192 }
    /// Twice the features, so that the table is never more than half full.
    static var slotLimit: Int { 2 * featureLimit }

    public let recipe: TextRecipe
    @usableFromInline var used: Int
    @usableFromInline let features: UnsafeMutablePointer<TextFeature>

    /// Folded scalars of the last text read, their kinds and byte ranges.
    var length: Int
    let scalars: UnsafeMutablePointer<UInt32>
    let kinds: UnsafeMutablePointer<ScalarKind>
    let starts: UnsafeMutablePointer<UInt16>
    let ends: UnsafeMutablePointer<UInt16>

    /// Which codes the text has given so far: stamp of the text << 19 | code, so that no text needs a cleared table.
    let slots: UnsafeMutablePointer<UInt32>
    var stamp: UInt32
    var mask: Int

    let specialHashes: UnsafeMutablePointer<UInt64>
    let specialRoles: UnsafeMutablePointer<SpecialWords.Role>

    /// The last word of the clause: its hash (0 = none), its first scalar; how many words are still to be marked.
    var previous: UInt64
    var previousStart: Int
    var marks: Int

    public init(recipe: TextRecipe = .sentiment) {
        self.recipe = recipe
        used = 0
        features = .allocate(capacity: TextFeatures.featureLimit)
        length = 0
        scalars = .allocate(capacity: TextFeatures.scalarLimit)
        kinds = .allocate(capacity: TextFeatures.scalarLimit)
        starts = .allocate(capacity: TextFeatures.scalarLimit)
        ends = .allocate(capacity: TextFeatures.scalarLimit)
        slots = .allocate(capacity: TextFeatures.slotLimit)
        slots.initialize(repeating: 0, count: TextFeatures.slotLimit)
        stamp = 0
        mask = 0
        specialHashes = .allocate(capacity: SpecialWords.slots)
        specialRoles = .allocate(capacity: SpecialWords.slots)
        SpecialWords.fill(specialHashes, specialRoles)
        previous = 0
        previousStart = 0
        marks = 0
    }

    deinit {
        features.deallocate()
        scalars.deallocate()
        kinds.deallocate()
        starts.deallocate()
        ends.deallocate()
        slots.deallocate()
        specialHashes.deallocate()
        specialRoles.deallocate()
    }

    /// Distinct features of the last text.
    @inlinable public var count: Int { used }

    @inlinable
    public subscript(i: Int) -> TextFeature {
        precondition(i >= 0 && i < used, "no such feature")
        return features[i]
    }

    /// Length of the feature vector's scale: x = sign·scale, so that long and short texts weigh alike.
    @inlinable
    public var scale: Double { used > 0 ? 1 / Double(used).squareRoot() : 1 }

    /// Reads a text; its features replace those of the one before. O(length).
    public mutating func extract(_ text: UnsafeBufferPointer<UInt8>) {
        read(text)
        open()
        var i = 0
        while i < length {
            switch kinds[i] {
            case .letter: i = word(at: i)
            case .ideograph: i = run(at: i)
            case .symbol: i = symbol(at: i)
            case .clauseBreak: i = clauseBreak(at: i)
            case .separator: i += 1
            }
        }
    }

    @inline(__always)
    mutating func endClause() {
        previous = 0
        marks = 0
    }

    private mutating func clauseBreak(at i: Int) -> Int {
        endClause()
        return i + 1
    }

    private mutating func symbol(at i: Int) -> Int {
        emit(TextHash.mix(TextHash.symbol(scalars[i])), from: i, through: i, mute: false)
        endClause()
        return i + 1
    }
}

// Reading

extension TextFeatures {
    /// Decodes, folds and sorts; the third and later repeats of a scalar are left out (soooo → soo).
    mutating func read(_ text: UnsafeBufferPointer<UInt8>) {
        var reader = ScalarReader(text)
        var met = 0
        var n = 0
        while reader.position < text.count, met < TextFeatures.scalarLimit {
            let start = reader.position
            let scalar = TextScalars.fold(reader.next())
            met += 1
            if n >= 2, scalars[n - 1] == scalar, scalars[n - 2] == scalar { continue }
            scalars[n] = scalar
            kinds[n] = TextScalars.kind(scalar)
            starts[n] = UInt16(truncatingIfNeeded: start)
            ends[n] = UInt16(truncatingIfNeeded: reader.position)
            n += 1
        }
        length = n
    }

    /// A new text: a new stamp, and a table just large enough for it to stay in the cache.
    private mutating func open() {
        used = 0
        endClause()
        stamp += 1
        if stamp == 1 << 13 {
            slots.update(repeating: 0, count: TextFeatures.slotLimit)
            stamp = 1
        }
        var size = 64
        while size < 8 * (length + 4), size < TextFeatures.slotLimit { size *= 2 }
        mask = size - 1
    }
}

// Emitting

extension TextFeatures {
    /// Keeps the feature unless the text had it before. `last` is the last scalar it covers.
    @inline(__always)
    mutating func emit(_ hash: UInt64, from first: Int, through last: Int, mute: Bool) {
        let code = UInt32(truncatingIfNeeded: hash >> UInt64(64 - recipe.bits)) << 1 | UInt32(hash & 1)
        let entry = stamp << 19 | code
        var i = Int(code >> 1) & mask
        while slots[i] >> 19 == stamp {
            if slots[i] == entry { return }
            i = (i + 1) & mask
        }
        guard 2 * used <= mask else { return }
        slots[i] = entry
        features[used] = TextFeature(
            code: mute ? code | TextFeature.mute : code,
            start: starts[first],
            end: ends[last]
        )
        used += 1
    }
}
