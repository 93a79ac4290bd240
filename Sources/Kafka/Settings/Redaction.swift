/// Which settings are nobody's business. A superset of librdkafka's own list, which dumps passwords in clear.
enum Redaction {
    static let text = "<REDACTED>"

    private static let names: Set<String> = [
        "sasl.oauthbearer.config", "sasl.oauthbearer.client.secret", "ssl.key.pem", "ssl.certificate.pem",
        "sasl.jaas.config",
    ]
    private static let words = ["password", "secret", "token", ".pem", "hmac"]

    static func isSecret(_ key: String) -> Bool {
        let key = key.lowercased()
        return names.contains(key) || words.contains { key.contains($0) }
    }

    static func shown(_ key: String, _ value: String) -> String { isSecret(key) ? text : value }
}

extension KafkaSettings {
    /// What a user may be shown: defaults and own settings, without secrets.
    public var redacted: [(key: String, value: String)] {
        pairs(for: .listing).map { ($0.key, Redaction.shown($0.key, $0.value)) }
    }
}
