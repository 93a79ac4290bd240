import CRdkafka

extension KafkaSettings {
    /// Checks what single settings cannot show. Connects to nothing.
    public func check() throws(KafkaSettingsError) {
        guard let servers = self["bootstrap.servers"], !servers.isEmpty else {
            throw KafkaSettingsError(key: "bootstrap.servers", source: "settings", reason: "is missing")
        }
        try checkTimeouts()
        try checkCredentials()
    }

    /// What works, but should be known.
    public var warnings: [String] { openLines + openSecrets + fileWarnings + unverified }

    private var openLines: [String] {
        let servers = (self["bootstrap.servers"] ?? "").split(separator: ",").map(String.init)
        let isPlain = ["plaintext", "sasl_plaintext"].contains((self["security.protocol"] ?? "plaintext").lowercased())
        guard isPlain, let remote = servers.first(where: { !Self.isLoopback($0) }) else { return [] }
        return ["the connection to \(remote) is not encrypted; set security.protocol to ssl or sasl_ssl"]
    }

    private var openSecrets: [String] {
        entries.filter { $0.source == "-X" && Redaction.isSecret($0.key) }.map { entry in
            "-X \(entry.key): everybody on this machine sees it in the list of processes; "
                + "-X \(entry.key).file=PATH takes it from a file"
        }
    }

    private var unverified: [String] {
        guard self["enable.ssl.certificate.verification"]?.lowercased() == "false" else { return [] }
        return ["--insecure: nobody checks who the brokers are, and they are shown our credentials"]
    }

    private func checkTimeouts() throws(KafkaSettingsError) {
        try check("session.timeout.ms", 45_000, isBelow: "max.poll.interval.ms", 300_000)
        try check("heartbeat.interval.ms", 3_000, isBelow: "session.timeout.ms", 45_000)
    }

    private func check(
        _ lower: String,
        _ lowerDefault: Int,
        isBelow upper: String,
        _ upperDefault: Int
    ) throws(KafkaSettingsError) {
        let low = self[lower].flatMap { Int($0) } ?? lowerDefault
        let high = self[upper].flatMap { Int($0) } ?? upperDefault
        guard low >= high else { return }
        throw KafkaSettingsError(
            key: lower,
            source: source(of: lower) ?? source(of: upper) ?? "settings",
            reason: "is \(low) and must be below \(upper), which is \(high)"
        )
    }

    private func checkCredentials() throws(KafkaSettingsError) {
        guard self["security.protocol"]?.lowercased().hasPrefix("sasl") == true else { return try checkNoToken() }
        guard let mechanism = self["sasl.mechanism"]?.uppercased() else {
            throw missing(
                "sasl.mechanism",
                "SASL needs one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, GSSAPI"
            )
        }
        if mechanism == "OAUTHBEARER" { try checkToken() }
        guard mechanism == "OAUTHBEARER" || token == nil else { return try checkNoToken() }
        guard mechanism == "PLAIN" || mechanism.hasPrefix("SCRAM") else { return }
        for key in ["sasl.username", "sasl.password"] where (self[key] ?? "").isEmpty {
            throw missing(key, "\(mechanism) needs it")
        }
    }

    /// Reads the token once: what would be refused every ten seconds is refused at the start.
    private func checkToken() throws(KafkaSettingsError) {
        if self["enable.sasl.oauthbearer.unsecure.jwt"] == "true" { return try checkNoToken() }
        guard let token else {
            throw missing("sasl.mechanism", "OAUTHBEARER needs a token: --oauth-token-file or --oauth-token-command")
        }
        do throws(BearerToken.Problem) {
            _ = try TokenSource(token).token()
        } catch {
            throw KafkaSettingsError(key: token.setting, source: "settings", reason: error.description)
        }
    }

    private func checkNoToken() throws(KafkaSettingsError) {
        guard let token else { return }
        let reason = "goes with security.protocol=sasl_ssl and sasl.mechanism=OAUTHBEARER"
        throw KafkaSettingsError(key: token.setting, source: "settings", reason: reason)
    }

    private func missing(_ key: String, _ reason: String) -> KafkaSettingsError {
        KafkaSettingsError(key: key, source: source(of: key) ?? "settings", reason: reason)
    }

    private func source(of key: String) -> String? { entries.last { $0.key == key }?.source }

    private static func isLoopback(_ server: String) -> Bool {
        let host = server.split(separator: "://").last ?? ""
        return ["localhost", "127.", "[::1]"].contains { host.hasPrefix($0) }
    }
}
