import CRdkafka

/// How to reach the cluster: librdkafka's own settings, as operators write them in `client.properties` and on the
/// command line. Every setting is checked when it is made, and the whole by ``check()`` before anything connects.
public struct KafkaSettings: Sendable {
    public struct Entry: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
        public var key: String
        public var value: String
        public var source: String

        /// Without the value where that is a secret, for whoever prints settings without thinking.
        public var description: String { "\(key)=\(Redaction.shown(key, value)) (\(source))" }
        public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
    }

    /// In the order in which they were first written; the last value counts.
    public private(set) var entries: [Entry] = []
    /// Brokers may be talked to without checking who they are.
    public var allowsInsecure: Bool
    /// Where the token of OAUTHBEARER comes from, if it does.
    public var token: TokenOrigin?
    /// What was wrong with the files that were read.
    private(set) var fileWarnings: [String] = []

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

    /// Takes a setting; with `.file` appended to its name, the value is the path of a file that holds it.
    public mutating func set(_ key: String, _ value: String, source: String) throws(KafkaSettingsError) {
        guard let target = Self.target(ofFile: key) else { return try put(key, value, source: source) }
        let file: SecretFile
        do throws(SecretFile.Refusal) {
            file = try SecretFile(path: value)
        } catch {
            throw KafkaSettingsError(key: key, source: source, reason: error.description)
        }
        if Redaction.isSecret(target), let warning = file.warning { fileWarnings.append(warning) }
        try put(target, file.text, source: "\(source): \(value)")
    }

    /// A `client.properties` that holds a secret is one.
    public mutating func checkMode(ofFile path: String) {
        let isSecret = entries.contains { $0.source.hasPrefix(path) && Redaction.isSecret($0.key) }
        if isSecret, let warning = SecretFile.warning(path: path) { fileWarnings.append(warning) }
    }

    private static func target(ofFile key: String) -> String? {
        guard key.hasSuffix(".file"), Settable.shared.scope(of: key) == nil else { return nil }
        let target = String(key.dropLast(".file".count))
        return Settable.shared.scope(of: target) == nil ? nil : target
    }

    private mutating func put(_ key: String, _ value: String, source: String) throws(KafkaSettingsError) {
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
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix("!") { continue }
            try set(pair: line, source: "\(source):\(index + 1)")
        }
    }

    /// Takes `key=value`, as after `-X`.
    public mutating func set(pair: some StringProtocol, source: String) throws(KafkaSettingsError) {
        guard let equals = pair.firstIndex(of: "=") else {
            throw KafkaSettingsError(key: pair.trimmed, source: source, reason: "wants the form key=value")
        }
        try set(pair[..<equals].trimmed, pair[pair.index(after: equals)...].trimmed, source: source)
    }

    private func complaint(_ key: String, _ value: String) -> String? {
        let table = Settable.shared
        let own = OwnedSettings.complaint(table.canonical(key), value)
        if let complaint = own ?? ForeignSettings.complaint(key) { return complaint }
        guard table.scope(of: key) != nil else {
            return "is not a setting of librdkafka" + NearestName.hint(key, among: table.names)
        }
        return insecure(key, value) ?? refused(key, value)
    }

    private func insecure(_ key: String, _ value: String) -> String? {
        let isOff = key == "enable.ssl.certificate.verification" && value.lowercased() == "false"
        return isOff && !allowsInsecure ? "lets anybody pose as the broker; --insecure allows it" : nil
    }

    /// Asks librdkafka.
    private func refused(_ key: String, _ value: String) -> String? {
        if key == "sasl.oauthbearer.method", value == "oidc" {
            return "oidc is not built into this librdkafka (it lacks libcurl); use --oauth-token-file or -command"
        }
        let conf: OpaquePointer = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(conf) }
        return Settable.set(conf, key, value, hiding: Redaction.isSecret(key))
    }

}
