import Crypto

/// Stands for a customer wherever the customer's id must not: a keyed hash, so that only who holds the key can tell
/// whose it is. A plain hash of an id is undone by trying all ids.
@frozen
public struct Pseudonym: BitwiseCopyable, Hashable, Sendable {
    /// The first 128 bits of HMAC-SHA256, most significant byte first.
    public let high: UInt64
    public let low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// One key for pseudonyms, under the id that stands in what was made with it.
public struct PseudonymKey: Sendable {
    /// One to eight lower-case letters and digits, such as `k1`.
    public let id: String
    /// Tells another key under the same id apart; says nothing about either.
    public let check: UInt32
    private let key: SymmetricKey

    /// Shortest key that is taken, in bytes: 128 bits.
    public static let shortest = 16

    /// Nil when the id is none or the secret is too short.
    public init?(id: String, secret: [UInt8]) {
        let isId = id.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 }
        guard (1...8).contains(id.utf8.count), isId, secret.count >= PseudonymKey.shortest else { return nil }
        self.init(id, secret)
    }

    private init(_ id: String, _ secret: [UInt8]) {
        self.id = id
        key = SymmetricKey(data: secret)
        check = UInt32(truncatingIfNeeded: PseudonymKey.digest(Array("shopstream key check".utf8), key).high >> 32)
    }

    /// Used where no key was given. It stands in the source for everyone to read, so what is made with it is no secret
    /// to somebody who has the customers' ids.
    public static let `public` = PseudonymKey("k0", Array("shopstream k0: not a secret".utf8))

    public func pseudonym(of id: Bytes) -> Pseudonym { PseudonymKey.digest(id.array, key) }

    /// `u_k1_<base32>`: for logs, listings and metrics.
    public func text(of id: Bytes) -> String { "u_\(self.id)_\(pseudonym(of: id).base32)" }

    private static func digest(_ bytes: [UInt8], _ key: SymmetricKey) -> Pseudonym {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(16).enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        return Pseudonym(high: high, low: low)
    }
}

/// The keys in use: the first makes, all find. A key that was replaced stays behind the new one for as long as
/// something made with it has to be found.
public struct Pseudonyms: Sendable {
    public let keys: [PseudonymKey]

    public var current: PseudonymKey { keys[0] }
    /// No key was given: see ``PseudonymKey/public``.
    public var isPublic: Bool { keys.count == 1 && current.id == PseudonymKey.public.id }

    /// With no key but the public one, which always stands last: what was forgotten before there was a key stays
    /// forgotten.
    public init() { keys = [.public] }

    /// - Throws: ``Malformed`` with the number of the line.
    ///
    /// One key a line, the current one first: its id, white space, and the secret in hexadecimal. Empty lines and those
    /// that begin with `#` are skipped.
    public init(file text: String) throws(Malformed) {
        var found: [PseudonymKey] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 2, let secret = Pseudonyms.bytes(hexadecimal: words[1]),
                let key = PseudonymKey(id: String(first), secret: secret), key.id != PseudonymKey.public.id,
                !found.contains(where: { $0.id == key.id })
            else { throw Malformed(line: number + 1) }
            found.append(key)
        }
        guard !found.isEmpty else { throw Malformed(line: 1) }
        keys = found + [.public]
    }

    /// A key file that cannot be read. Says the line, never what stands in it.
    public struct Malformed: Error, Sendable, Equatable {
        public let line: Int
    }

    private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
        guard text.utf8.count % 2 == 0 else { return nil }
        let digits = text.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
        guard digits.count == text.utf8.count else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

extension Pseudonym {
    /// RFC 4648 in lower case without padding: 26 characters.
    public var base32: String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var text: [UInt8] = []
        for place in 0..<26 { text.append(alphabet[Int(bits(from: place * 5))]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Five bits from `start` on, zeros behind the end.
    private func bits(from start: Int) -> UInt8 {
        var value: UInt8 = 0
        for bit in start..<start + 5 {
            let word = bit < 64 ? high : low
            let isSet = bit < 128 && word >> UInt64(63 - bit & 63) & 1 == 1
            value = value << 1 | (isSet ? 1 : 0)
        }
        return value
    }

    /// 32 digits.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        let nibbles = (0..<32).map { place in
            let word = place < 16 ? high : low
            return digits[Int(word >> UInt64(60 - place % 16 * 4) & 15)]
        }
        return String(decoding: nibbles, as: UTF8.self)
    }

    /// What ``hexadecimal`` wrote; nil for anything else.
    public init?(hexadecimal text: Bytes) {
        guard text.count == 32 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for place in 0..<32 {
            let byte = text[place]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x61...0x66: digit = byte - 0x57
            default: return nil
            }
            if place < 16 { words.0 = words.0 << 4 | UInt64(digit) } else { words.1 = words.1 << 4 | UInt64(digit) }
        }
        self.init(high: words.0, low: words.1)
    }
}
