import CRdkafka
import Glibc

/// What this build of librdkafka can be told, asked from the library itself.
struct Settable {
    enum Scope: Character { case consumer = "C", producer = "P", both = "*" }

    /// By name, aliases included.
    private let scopes: [String: Scope]
    private let canonical: [String: String]

    static let shared = Settable(table: printed())

    /// - Parameter table: what `rd_kafka_conf_properties_show` prints.
    init(table: String) {
        var scopes: [String: Scope] = [:]
        var canonical: [String: String] = [:]
        for line in table.split(separator: "\n") {
            let columns = line.split(separator: "|", maxSplits: 5).map { $0.trimming() }
            guard columns.count == 6, let scope = columns[1].first.flatMap(Scope.init), scopes[columns[0]] == nil
            else { continue }
            scopes[columns[0]] = scope
            canonical[columns[0]] = Self.aliased(columns[5]) ?? columns[0]
        }
        self.scopes = scopes
        self.canonical = canonical
    }

    func scope(of key: String) -> Scope? { scopes[key] }

    /// One name for a setting that has several: `acks` is `request.required.acks`.
    func canonical(_ key: String) -> String { canonical[key] ?? key }

    /// Every name, aliases included.
    var names: some Sequence<String> { scopes.keys }

    /// Sets a value; returns the library's complaint, if any. It may quote the value, so a secret's is our own.
    static func set(_ conf: OpaquePointer, _ key: String, _ value: String, hiding isSecret: Bool) -> String? {
        var reason = [CChar](repeating: 0, count: 512)
        if rd_kafka_conf_set(conf, key, value, &reason, reason.count) == RD_KAFKA_CONF_OK { return nil }
        return isSecret ? "has a value that librdkafka refuses" : Text.of(reason)
    }

    private static func aliased(_ description: String) -> String? {
        guard description.hasPrefix("Alias for `") else { return nil }
        return description.split(separator: "`", maxSplits: 2).dropFirst().first.map(String.init)
    }

    private static func printed() -> String {
        var text: UnsafeMutablePointer<CChar>?
        var count = 0
        guard let stream = open_memstream(&text, &count) else { return "" }
        rd_kafka_conf_properties_show(stream)
        fclose(stream)
        defer { free(text) }
        return text.map { String(cString: $0) } ?? ""
    }
}

extension Substring {
    fileprivate func trimming() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
