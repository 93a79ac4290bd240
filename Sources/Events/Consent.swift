/// What a shop uses a customer's events for.
public enum Purpose: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// To know the customer: the profile, and what products learn from it.
    case profile
    /// To address the customer: recommendations and churn alerts, and what only they need of the profile.
    case marketing

    public var name: StaticString {
        switch self {
        case .profile: "profile"
        case .marketing: "marketing"
        }
    }
}

/// Whether a customer agrees, as an event says or as it is remembered. One byte.
@frozen
public struct Consent: BitwiseCopyable, Equatable, Sendable {
    /// Bit 0: something was said; bits 1 and 2: no to the profile, no to marketing.
    public let code: UInt8

    @inlinable public init(code: UInt8) { self.code = code & 7 }

    public init(profile: Bool, marketing: Bool) { code = 1 | (profile ? 0 : 2) | (marketing ? 0 : 4) }

    /// Nothing was said: data flows.
    @inlinable public static var unstated: Consent { Consent(code: 0) }

    @inlinable public var isStated: Bool { code & 1 != 0 }

    /// Who may not be known cannot be addressed either.
    @inlinable
    public func allows(_ purpose: Purpose) -> Bool {
        purpose == .profile ? code & 2 == 0 : code & 6 == 0
    }

    /// What both allow; said if either says something.
    public func limited(by other: Consent) -> Consent { Consent(code: code | other.code) }
}

/// Which of a shop's consent categories stand for a purpose: all of them have to be allowed.
public struct ConsentCategories: Sendable, Equatable {
    public let profile: [String]
    public let marketing: [String]
    /// Each category once, with the bit that stands for it.
    private let names: [[UInt8]]
    private let profileBits: UInt16
    private let marketingBits: UInt16

    /// Categories of both purposes together.
    public static let most = 16

    /// Nil for more than ``most`` categories.
    public init?(profile: [String], marketing: [String]) {
        var names: [[UInt8]] = []
        for name in profile + marketing where !names.contains(Array(name.utf8)) { names.append(Array(name.utf8)) }
        guard names.count <= ConsentCategories.most else { return nil }
        func bits(_ categories: [String]) -> UInt16 {
            categories.reduce(0) { bits, name in bits | 1 << UInt16(names.firstIndex(of: Array(name.utf8)) ?? 0) }
        }
        self.profile = profile
        self.marketing = marketing
        profileBits = bits(profile)
        marketingBits = bits(marketing)
        self.names = names
    }

    /// The categories that consent tools ship with.
    public static let usual = ConsentCategories(profile: ["Analytics"], marketing: ["Advertising"])!

    /// The bit of a category, zero for one that stands for no purpose.
    func bit(of name: Bytes) -> UInt16 {
        for (index, known) in names.enumerated() where known.count == name.count {
            if known.withUnsafeBytes({ Bytes($0) == name }) { return 1 << UInt16(index) }
        }
        return 0
    }

    /// What follows from the categories that were allowed. One that is not named was not allowed.
    func consent(allowing bits: UInt16) -> Consent {
        Consent(
            profile: bits & profileBits == profileBits,
            marketing: bits & marketingBits == marketingBits
        )
    }

    /// Every category once, for what is published with consent to all of them.
    public var all: [String] { names.map { String(decoding: $0, as: UTF8.self) } }
}
