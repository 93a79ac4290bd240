import Foundation

/// A JWT as far as a client needs it: when it ends and whom it names. It is not verified, which is the broker's part.
struct BearerToken: Sendable, Equatable {
    let text: String
    let principal: String
    /// Wall time in ms.
    let expires: Int64

    /// Why there is no token. Never quotes one.
    struct Problem: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    static let longest = 16 << 10

    /// - Throws: ``Problem`` for what is no JWT with an `exp`, and for a JWT that has ended.
    init(_ text: String, now: Int64) throws(Problem) {
        let claims = try Self.claims(of: text)
        guard let seconds = claims.exp, seconds.isFinite, abs(seconds) < 1e11 else {
            throw Problem(description: "the token says nothing about its end (claim exp)")
        }
        expires = Int64(seconds * 1_000)
        guard expires > now else {
            throw Problem(description: "the token has expired \((now - expires) / 1_000) s ago; write a new one")
        }
        self.text = text
        principal = [claims.sub, claims.clientId, claims.azp].compactMap(\.self).first { !$0.isEmpty } ?? "shopstream"
    }

    private struct Claims: Decodable {
        var exp: Double?
        var sub: String?
        var clientId: String?
        var azp: String?

        enum CodingKeys: String, CodingKey {
            case exp, sub, azp
            case clientId = "client_id"
        }
    }

    private static func claims(of text: String) throws(Problem) -> Claims {
        guard text.utf8.count <= longest else { throw Problem(description: "the token is longer than 16 KB") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy { isWritten($0) }
        guard parts.count == 3, isPlain, let payload = decoded(parts[1]),
            let claims = try? JSONDecoder().decode(Claims.self, from: payload)
        else { throw Problem(description: "the token is no JWT (three parts of base64url, joined by dots)") }
        return claims
    }

    /// Base64url and the dots: nothing that could end a header or a line.
    private static func isWritten(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func decoded(_ part: Substring) -> Data? {
        let usual = part.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: usual + String(repeating: "=", count: (4 - usual.count % 4) % 4))
    }
}
