import Foundation
import Glibc
import Synchronization
import Testing

@testable import Kafka

/// An unsigned JWT.
enum JWT {
    static func of(_ claims: String) -> String {
        [#"{"alg":"none"}"#, claims, "signature"].map { part in
            Data(part.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
        }.joined(separator: ".")
    }

    static func ending(_ seconds: Int64, of subject: String = "shop") -> String {
        of(#"{"sub":"\#(subject)","exp":\#(seconds)}"#)
    }
}

@Suite struct BearerTokenTests {
    @Test func aTokenSaysWhenItEndsAndWhomItNames() throws {
        let token = try BearerToken(JWT.ending(2_000), now: 1_000_000)
        #expect(token.expires == 2_000_000 && token.principal == "shop")
        #expect(try BearerToken(JWT.of(#"{"exp":2000.5,"azp":"app","note":"ÿþ>?"}"#), now: 0).principal == "app")
        #expect(try BearerToken(JWT.of(#"{"exp":2000,"sub":""}"#), now: 0).principal == "shopstream")
    }

    @Test(arguments: [
        ("", "is no JWT"), ("hunter2", "is no JWT"), ("a.b", "is no JWT"), ("a.b.c.d", "is no JWT"),
        ("a.%%%.c", "is no JWT"), (JWT.of("[]"), "is no JWT"), (JWT.of("{}") + "\u{1}", "is no JWT"),
        (JWT.of(#"{"sub":"shop"}"#), "claim exp"), (JWT.of(#"{"exp":1e300}"#), "claim exp"),
        (JWT.ending(999), "has expired 1 s ago"), (String(repeating: "a", count: 20_000), "longer than 16 KB"),
    ])
    func whatIsNoneIsRefusedWithoutQuotingIt(text: String, reason: String) {
        let problem = #expect(throws: BearerToken.Problem.self) { try BearerToken(text, now: 1_000_000) }
        #expect(problem?.description.contains(reason) == true)
        #expect(text.count < 7 || problem?.description.contains(text) == false)
    }
}

@Suite struct TokenCommandTests {
    private func script(_ text: String) throws -> SecretScratch {
        try SecretScratch("#!/bin/sh\n\(text)\n", mode: 0o700)
    }

    private func problem(_ text: String, limit: Int32 = 10_000) throws -> String {
        let script = try script(text)
        let command = TokenCommand(words: ["/bin/sh", script.path], limit: limit)
        return try #require(#expect(throws: BearerToken.Problem.self) { try command.run() }).description
    }

    @Test func whatItPrintsIsTheToken() throws {
        let script = try script(#"printf '%s-%s\n' "$1" "$2"; echo secret >&2"#)
        #expect(try TokenCommand(words: ["/bin/sh", script.path, "a b", "$HOME;`id`"]).run() == "a b-$HOME;`id`")
    }

    @Test func nothingOfOursIsOpenInIt() throws {
        let look = try script("[ -e /proc/$$/fd/177 ] && echo open || echo closed")
        try #require(dup2(STDERR_FILENO, 177) == 177)
        defer { close(177) }
        #expect(try TokenCommand(words: ["/bin/sh", look.path]).run() == "closed")
    }

    @Test func itsFailuresAreToldWithoutItsWords() throws {
        #expect(try problem("echo hunter2; echo hunter2 >&2; exit 3").hasSuffix("status 3; run it by hand to see why"))
        #expect(try problem("echo hunter2; kill -9 $$").contains("status 137"))
        #expect(try problem("exit 0").hasSuffix("it printed no text"))
        let missing = #expect(throws: BearerToken.Problem.self) { try TokenCommand(words: ["/nowhere"]).run() }
        #expect(missing?.description.hasSuffix("cannot be started: No such file or directory") == true)
    }

    /// Its children as well: they would hold the pipe open.
    @Test func neitherTimeNorSizeIsUnbounded() throws {
        #expect(try problem("sleep 600 & sleep 600", limit: 200).contains("no end within"))
        #expect(try problem("exec >&-; sleep 600", limit: 200).contains("did not end"))
        #expect(try problem("yes").contains("no end within"))
    }
}

@Suite struct TokenSourceTests {
    /// A clock that a test sets, in ms.
    private final class Time: Sendable {
        let now = Mutex<Int64>(0)
    }

    @Test func oneTokenServesAllUntilMostOfItsLifeIsOver() throws {
        let time = Time()
        let file = try SecretScratch(JWT.ending(100, of: "first"))
        let source = TokenSource(.file(file.path)) { time.now.withLock { $0 } }
        #expect(try source.token().principal == "first")
        try file.write(JWT.ending(200, of: "second"))
        time.now.withLock { $0 = 60_000 }
        #expect(try source.token().principal == "first", "fresh enough")
        time.now.withLock { $0 = 70_000 }
        #expect(try source.token().principal == "second", "read again before it ends")
        #expect(source.secret == JWT.ending(200, of: "second"))
    }

    @Test func aTokenThatIsNotRenewedFailsOnceItHasEnded() throws {
        let time = Time()
        let file = try SecretScratch(JWT.ending(100))
        let source = TokenSource(.file(file.path)) { time.now.withLock { $0 } }
        _ = try source.token()
        time.now.withLock { $0 = 99_000 }
        #expect(try source.token().expires == 100_000)
        time.now.withLock { $0 = 101_000 }
        #expect(throws: BearerToken.Problem.self) { try source.token() }
        try file.write(JWT.ending(300))
        #expect(try source.token().expires == 300_000, "the next try takes the new one")
    }

    private func settings(_ pairs: String..., token: TokenOrigin?) throws -> KafkaSettings {
        var settings = try KafkaSettings(bootstrapServers: "localhost:9092")
        for pair in pairs { try settings.set(pair: pair, source: "test") }
        settings.token = token
        return settings
    }

    @Test func theSettingsFitTogether() throws {
        let file = try SecretScratch(JWT.ending(9_999_999_999))
        let sasl = "security.protocol=sasl_ssl"
        try settings(sasl, "sasl.mechanism=OAUTHBEARER", token: .file(file.path)).check()
        try settings(sasl, "sasl.mechanisms=OAUTHBEARER", token: .command(["/bin/cat", file.path])).check()
        let refused: [(KafkaSettings, String)] = [
            (try settings(sasl, "sasl.mechanism=OAUTHBEARER", token: nil), "needs a token: --oauth-token-file"),
            (try settings(sasl, "sasl.mechanism=PLAIN", token: .file(file.path)), "goes with"),
            (try settings("security.protocol=ssl", token: .file(file.path)), "goes with"),
            (try settings(sasl, "sasl.mechanism=OAUTHBEARER", token: .file("/nowhere")), "oauthTokenFile: /nowhere"),
        ]
        for (settings, reason) in refused {
            let error = #expect(throws: KafkaSettingsError.self) { try settings.check() }
            #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        }
    }
}
