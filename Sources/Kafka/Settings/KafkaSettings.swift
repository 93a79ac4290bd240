import CRdkafka

/// How to reach the cluster: librdkafka's own settings, as operators write them in `client.properties` and on the
/// command line. Every setting is checked when it is made, and the whole by ``check()`` before anything connects.
public struct KafkaSettings: Sendable {
    public struct Entry: Sendable, Equatable {
        public var key: String
        public var value: String
        public var source: String
    }

    /// In the order in which they were first written; the last value counts.
    public private(set) var entries: [Entry] = []
    /// Brokers may be talked to without checking who they are.
    public var allowsInsecure: Bool

    public init(allowsInsecure: Bool = false) { self.allowsInsecure = allowsInsecure }

    public init(bootstrapServers: String) throws(KafkaSettingsError) {
        self.init()
        try set("bootstrap.servers", bootstrapServers, source: "bootstrap servers")
    }

    /// The value that a user gave, by any of the setting's names.
    public subscript(key: String) -> String? {
        let name = Settable.shared.canonical(key)
        return entries.last { Settable.shared.canonical($0.key) == name }?.value
    }

    public mutating func set(_ key: String, _ value: String, source: String) throws(KafkaSettingsError) {
        if let reason = complaint(key, value) { throw KafkaSettingsError(key: key, source: source, reason: reason) }
        let name = Settable.shared.canonical(key)
        let entry = Entry(key: key, value: value, source: source)
        if let index = entries.firstIndex(where: { Settable.shared.canonical($0.key) == name }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
    }

    /// Reads a `client.properties` file: a setting a line, `key=value`, comments after `#` or `!`.
    public mutating func read(properties text: String, source: String) throws(KafkaSettingsError) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = Self.trimmed(line)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix("!") { continue }
            try set(pair: line, source: "\(source):\(index + 1)")
        }
    }

    /// Takes `key=value`, as after `-X`.
    public mutating func set(pair: some StringProtocol, source: String) throws(KafkaSettingsError) {
        guard let equals = pair.firstIndex(of: "=") else {
            throw KafkaSettingsError(key: Self.trimmed(pair), source: source, reason: "wants the form key=value")
        }
        try set(Self.trimmed(pair[..<equals]), Self.trimmed(pair[pair.index(after: equals)...]), source: source)
    }

    private func complaint(_ key: String, _ value: String) -> String? {
        let table = Settable.shared
        let own = OwnedSettings.complaint(table.canonical(key), value)
        if let complaint = own ?? ForeignSettings.complaint(key) { return complaint }
        guard table.scope(of: key) != nil else {
            return "is not a setting of librdkafka" + (table.nearest(to: key).map { "; did you mean \($0)?" } ?? "")
        }
        return insecure(key, value) ?? refused(key, value)
    }

    private func insecure(_ key: String, _ value: String) -> String? {
        let isOff = key == "enable.ssl.certificate.verification" && value.lowercased() == "false"
        return isOff && !allowsInsecure ? "lets anybody pose as the broker; --insecure allows it" : nil
    }

    /// Asks librdkafka. What it says may quote the value, so a secret's complaint is our own.
    private func refused(_ key: String, _ value: String) -> String? {
        if key == "sasl.oauthbearer.method", value == "oidc" {
            return "oidc is not built into this librdkafka (it lacks libcurl); use SCRAM or mutual TLS"
        }
        let conf: OpaquePointer = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(conf) }
        guard let complaint = Settable.set(conf, key, value) else { return nil }
        return Redaction.isSecret(key) ? "has a value that librdkafka refuses" : complaint
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
