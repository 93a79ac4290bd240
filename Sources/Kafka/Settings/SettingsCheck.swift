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
    public var warnings: [String] {
        let servers = (self["bootstrap.servers"] ?? "").split(separator: ",").map(String.init)
        let isPlain = ["plaintext", "sasl_plaintext"].contains((self["security.protocol"] ?? "plaintext").lowercased())
        guard isPlain, let remote = servers.first(where: { !Self.isLoopback($0) }) else { return [] }
        return ["the connection to \(remote) is not encrypted; set security.protocol to ssl or sasl_ssl"]
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
        guard self["security.protocol"]?.lowercased().hasPrefix("sasl") == true else { return }
        guard let mechanism = self["sasl.mechanism"]?.uppercased() else {
            throw missing("sasl.mechanism", "SASL needs one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, GSSAPI")
        }
        if mechanism == "OAUTHBEARER", self["enable.sasl.oauthbearer.unsecure.jwt"] != "true" {
            throw missing(
                "sasl.mechanism",
                "OAUTHBEARER needs a token source, which this program does not have; use SCRAM"
            )
        }
        guard mechanism == "PLAIN" || mechanism.hasPrefix("SCRAM") else { return }
        for key in ["sasl.username", "sasl.password"] where (self[key] ?? "").isEmpty {
            throw missing(key, "\(mechanism) needs it")
        }
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
