import Foundation
import Glibc
import Logging
import Pipeline
import Synchronization
import Testing

@testable import Kafka

/// Brokers that want to know who we are: `SHOPSTREAM_TEST_PROPERTIES` names files of settings that they accept, with
/// colons between them, and `SHOPSTREAM_TEST_TOKEN_FILE` the token for those with OAUTHBEARER.
@Suite(.enabled(if: Secured.files != nil, "SHOPSTREAM_TEST_PROPERTIES is not set"), .ownThread)
struct SecuredBrokerTests {
    @Test(arguments: Secured.files ?? [])
    func theRightCredentialsReachEveryKindOfClient(file: String) throws {
        let cluster = try Secured.cluster(file)
        let topics = try cluster.topics()
        #expect(!topics.isEmpty, "the principal may describe some topics")
        let trial = RightsTrial(cluster)
        let topic = try #require(topics.keys.sorted().first)
        #expect(try trial.mayDescribe(topic: topic))
        _ = try trial.mayRead(topic: topic)
        _ = try trial.mayTransact(as: "shopstream-secured-test")
    }

    @Test(arguments: Secured.files ?? [])
    func wrongCredentialsEndWithOneSentence(file: String) throws {
        let settings = try Secured.settings(file)
        let ears = Ears()
        let wrong: [(key: String, value: String, code: Int32)] = [
            ("sasl.password", "hunter2-hunter2", Fault.Exit.noPermission),
            ("ssl.ca.location", try Secured.foreignAuthority(), Fault.Exit.configuration),
        ]
        for (key, value, code) in wrong where settings[key] != nil {
            let cluster = try Secured.cluster(file, ears.logger, changing: (key, value))
            let fault = fault { _ = try cluster.topics() }
            #expect(fault?.recovery == .stop(exitCode: code))
            #expect(fault?.remedy?.contains(key.hasPrefix("ssl") ? key : "sasl.password") == true)
            #expect(!"\(String(describing: fault)) \(ears.all)".contains("hunter2-hunter2"))
        }
    }

    /// A line's thread must not be held up by the token: it is fetched on another.
    @Test(arguments: (Secured.files ?? []).filter { (try? Secured.settings($0).token) != nil })
    func aTokenThatEndsIsSaidAndRenewed(file: String) throws {
        let token = try #require(Secured.token)
        let scratch = try SecretScratch(try SecretFile(path: token).text)
        let ears = Ears()
        let cluster = try Secured.cluster(file, ears.logger, token: .file(scratch.path))
        try scratch.write("expired")
        let fault = fault { _ = try cluster.topics() }
        #expect(fault?.remedy?.contains("is no JWT") == true)
        try scratch.write(try SecretFile(path: token).text)
        try waitUntil(seconds: 30) { (try? cluster.topics())?.isEmpty == false }
    }
}

private enum Secured {
    static let files = getenv("SHOPSTREAM_TEST_PROPERTIES").map {
        String(cString: $0).split(separator: ":").map(String.init)
    }
    static let token = getenv("SHOPSTREAM_TEST_TOKEN_FILE").map { String(cString: $0) }

    static func settings(_ file: String) throws -> KafkaSettings {
        var settings = KafkaSettings()
        try settings.read(properties: String(contentsOfFile: file, encoding: .utf8), source: file)
        if settings["sasl.mechanism"] == "OAUTHBEARER" { settings.token = token.map { .file($0) } }
        return settings
    }

    static func cluster(
        _ file: String,
        _ logger: Logger = Fixture.silent,
        changing pair: (key: String, value: String)? = nil,
        token: TokenOrigin? = nil
    ) throws -> KafkaCluster {
        var settings = try settings(file)
        if let pair { try settings.set(pair.key, pair.value, source: "test") }
        if let token { settings.token = token }
        return try KafkaCluster(settings, readerGroup: "shopstream", logger: logger)
    }

    /// One of those that the system trusts: it has not signed the test's brokers.
    static func foreignAuthority() throws -> String {
        let folder = "/etc/ssl/certs"
        let name = try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".pem") }
        return "\(folder)/\(try #require(name))"
    }
}

/// What was logged.
private final class Ears: Sendable {
    private struct Handler: LogHandler {
        let ears: Ears
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { ears.lines.withLock { $0.append("\(event.message)") } }
    }

    private let lines = Mutex<[String]>([])

    var all: String { lines.withLock { $0.joined(separator: "\n") } }
    var logger: Logger { Logger(label: "test") { _ in Handler(ears: self) } }
}
