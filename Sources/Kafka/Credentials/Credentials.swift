/// What a client proves itself with, and what therefore must not get into any text.
final class Credentials: Sendable {
    static let none = Credentials(secrets: [], tokens: nil)

    let tokens: TokenSource?
    private let secrets: [String]

    init(secrets: [String], tokens: TokenSource?) {
        // The longest first: one may be part of another. What is shorter than a word would blot out half the log.
        self.secrets = secrets.filter { $0.utf8.count >= 4 }.sorted { $0.utf8.count > $1.utf8.count }
        self.tokens = tokens
    }

    convenience init(_ settings: KafkaSettings) {
        self.init(
            secrets: settings.entries.filter { Redaction.isSecret($0.key) }.map(\.value),
            tokens: settings.token.map { TokenSource($0) }
        )
    }

    /// The text without our secrets, whoever wrote it: librdkafka's `debug` shows some, brokers may quote others.
    func scrubbed(_ text: String) -> String {
        (secrets + (tokens?.secret.map { [$0] } ?? [])).reduce(text) { text, secret in
            text.contains(secret) ? text.replacing(secret, with: Redaction.text) : text
        }
    }
}
