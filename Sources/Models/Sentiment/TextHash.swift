/// Hashes of the text recipe: FNV-1a (Fowler, Noll, Vo 1991) over scalars, finished by murmur3's fmix64 (Appleby 2011).
enum TextHash {
    static let base: UInt64 = 0xCBF2_9CE4_8422_2325
    static let prime: UInt64 = 0x100_0000_01B3
    static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inline(__always)
    static func start(_ kind: UInt64) -> UInt64 { base ^ kind }

    @inline(__always)
    static func step(_ hash: UInt64, _ scalar: UInt32) -> UInt64 { (hash ^ UInt64(scalar)) &* prime }

    @inline(__always)
    static func mix(_ hash: UInt64) -> UInt64 {
        var h = hash
        h = (h ^ (h >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        h = (h ^ (h >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return h ^ (h >> 33)
    }

    /// Start of a word's hash, of a run's gram, of a word's inner gram.
    static let word: UInt64 = 1
    static let run: UInt64 = 3
    static let inner: UInt64 = 5

    /// A word after a negator is another word.
    @inline(__always)
    static func negated(_ word: UInt64) -> UInt64 { (word ^ 0x4E4F54) &* prime }

    @inline(__always)
    static func bigram(_ previous: UInt64, _ word: UInt64) -> UInt64 {
        ((previous ^ 0xB16) &* prime) ^ (word &* golden)
    }

    @inline(__always)
    static func symbol(_ scalar: UInt32) -> UInt64 { (base ^ 7 ^ UInt64(scalar)) &* prime }

    /// A word as written here, in lower-case ASCII without apostrophes.
    static func word(_ text: some StringProtocol) -> UInt64 {
        var hash = start(word)
        for scalar in text.unicodeScalars where scalar != "'" { hash = step(hash, scalar.value) }
        return hash
    }
}

/// Words that the features treat apart: negators, and those that never explain a verdict.
struct SpecialWords {
    enum Role: UInt8, BitwiseCopyable {
        case ordinary = 0
        case negator = 1
        case stopword = 2
    }

    private static let negators = """
        not no never none nobody nothing neither nor nowhere cannot cant dont doesnt didnt isnt arent wasnt werent wont
        wouldnt couldnt shouldnt hasnt havent hadnt aint without hardly barely lacks lacking
        """
    private static let stopwords = """
        the a an he she i we it this was is and to of in on for my they that you so some be as at with s t are were
        have has had
        """

    static let slots = 256

    /// Open addressing over 256 slots, a quarter full: nearly every word is answered by one look.
    static func fill(_ hashes: UnsafeMutablePointer<UInt64>, _ roles: UnsafeMutablePointer<Role>) {
        hashes.initialize(repeating: 0, count: slots)
        roles.initialize(repeating: .ordinary, count: slots)
        for (list, role) in [(negators, Role.negator), (stopwords, .stopword)] {
            for word in list.split(whereSeparator: \.isWhitespace) { put(TextHash.word(word), role, hashes, roles) }
        }
    }

    private static func put(
        _ hash: UInt64,
        _ role: Role,
        _ hashes: UnsafeMutablePointer<UInt64>,
        _ roles: UnsafeMutablePointer<Role>
    ) {
        var i = Int(hash >> 32) & (slots - 1)
        while hashes[i] != 0 { i = (i + 1) & (slots - 1) }
        hashes[i] = hash
        roles[i] = role
    }
}
