import Foundation
import Synchronization

/// Where OAUTHBEARER's token comes from.
public enum TokenOrigin: Sendable, Equatable {
    /// A file that somebody else keeps fresh.
    case file(String)
    /// A program with its arguments, which prints a token. No shell reads it.
    case command([String])

    /// The setting that says so.
    var setting: String {
        switch self {
        case .file: "oauthTokenFile"
        case .command: "oauthTokenCommand"
        }
    }
}

/// One token for all clients of a cluster: asked for when the first needs it, and again when most of its life is over.
final class TokenSource: Sendable {
    private struct Held {
        var token: BearerToken
        var since: Int64
    }

    private let origin: TokenOrigin
    private let clock: @Sendable () -> Int64
    private let held = Mutex<Held?>(nil)
    private let shown = Mutex<String?>(nil)

    /// - Parameter clock: wall time in ms.
    init(
        _ origin: TokenOrigin,
        clock: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000) }
    ) {
        self.origin = origin
        self.clock = clock
    }

    /// The latest token, for whoever must not let it out.
    var secret: String? { shown.withLock { $0 } }

    /// A token that has at least a third of its life left, if there is one. Clients ask again after four fifths.
    ///
    /// May take as long as the command may; others wait meanwhile.
    func token() throws(BearerToken.Problem) -> BearerToken {
        let result = held.withLock { held -> Result<BearerToken, BearerToken.Problem> in
            let now = clock()
            if let held, now >= held.since, (held.token.expires - now) * 3 > held.token.expires - held.since {
                return .success(held.token)
            }
            return Result { () throws(BearerToken.Problem) in try fetch(now) }.map { token in
                held = Held(token: token, since: now)
                return token
            }
        }
        return try result.get()
    }

    private func fetch(_ now: Int64) throws(BearerToken.Problem) -> BearerToken {
        let text: String
        switch origin {
        case .file(let path):
            do throws(SecretFile.Refusal) {
                text = try SecretFile(path: path).text
            } catch {
                throw BearerToken.Problem(description: error.description)
            }
        case .command(let words): text = try TokenCommand(words: words).run()
        }
        shown.withLock { $0 = text }
        return try BearerToken(text, now: now)
    }
}
