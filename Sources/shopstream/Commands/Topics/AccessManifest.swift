import Foundation

/// What a principal may do: one operation on one resource.
struct Right: Hashable, Comparable {
    enum Kind: String, CaseIterable { case topic, group, transactionalId, cluster }

    var kind: Kind
    var name: String
    var isPrefix = false
    /// As Kafka's tools write it: `Read`, `DescribeConfigs`.
    var operation: String

    static let clusterName = "kafka-cluster"

    /// `Write topic insights.churn-alerts.v1`, `Read group marketing-*`
    var text: String {
        kind == .cluster ? "\(operation) the cluster" : "\(operation) \(kind.rawValue) \(name)\(isPrefix ? "*" : "")"
    }

    static func < (left: Right, right: Right) -> Bool { left.sortKey < right.sortKey }

    private var sortKey: (String, String, String) { ("\(Kind.allCases.firstIndex(of: kind) ?? 0)", name, operation) }

    /// Whether who has this may do the other as well. Kafka lets those who read, write or change also describe.
    func includes(_ other: Right) -> Bool {
        guard kind == other.kind, isPrefix ? other.name.hasPrefix(name) : self.covers(other) else { return false }
        if operation == other.operation || operation == "All" { return true }
        switch other.operation {
        case "Describe": return ["Read", "Write", "Delete", "Alter"].contains(operation)
        case "DescribeConfigs": return operation == "AlterConfigs"
        default: return false
        }
    }

    private func covers(_ other: Right) -> Bool { name == "*" || name == other.name && !other.isPrefix }
}

/// A KafkaUser manifest as Strimzi reads it: a principal and its rights.
struct AccessManifest: Equatable {
    let name: String
    let principal: String
    let rights: [Right]

    /// Every manifest of the folder's `access`, by name.
    static func read(folder: String) throws(Exit) -> [AccessManifest] {
        let home = URL(filePath: folder).appending(path: "access")
        let files: [URL]
        do {
            files = try FileManager.default.contentsOfDirectory(at: home, includingPropertiesForKeys: nil)
        } catch {
            throw Exit(.noInput, "reading \(home.path): \(error.reason); --topics names the folder with the manifests")
        }
        var read: [AccessManifest] = []
        for file in files.filter({ $0.pathExtension == "json" }).sorted(by: { $0.path < $1.path }) {
            read.append(try AccessManifest(file))
        }
        return read
    }

    private init(_ file: URL) throws(Exit) {
        let written: Written
        do {
            written = try JSONDecoder().decode(Written.self, from: Data(contentsOf: file))
        } catch {
            throw Exit(.data, "\(file.lastPathComponent): is no KafkaUser manifest: \(error.reason)")
        }
        guard written.kind == "KafkaUser", let rights = written.rights else {
            throw Exit(.data, "\(file.lastPathComponent): wants a KafkaUser with rights to topics, groups or producers")
        }
        name = written.metadata.name
        principal = written.spec.authentication?.type == "tls" ? "User:CN=\(name)" : "User:\(name)"
        self.rights = rights
    }

    /// Whether it comes with another right, as describing does with reading.
    func implies(_ right: Right) -> Bool { rights.contains { $0 != right && $0.includes(right) } }

    /// Lines for Kafka's own tool; one a resource.
    func commands(_ verb: String = "add") -> [String] {
        var lines: [String] = []
        for right in rights where lines.last?.contains(resource(right)) != true {
            let operations = rights.filter { resource($0) == resource(right) }.map { " --operation \($0.operation)" }
            lines.append("\(command(verb))\(operations.joined())\(resource(right))")
        }
        return lines
    }

    func command(_ verb: String, for right: Right) -> String {
        "\(command(verb)) --operation \(right.operation)\(resource(right))"
    }

    private func command(_ verb: String) -> String {
        "kafka-acls --bootstrap-server \"$BROKERS\" --\(verb) --allow-principal '\(principal)'"
    }

    private func resource(_ right: Right) -> String {
        switch right.kind {
        case .cluster: " --cluster"
        case .transactionalId: " --transactional-id '\(right.name)'\(pattern(right))"
        case .topic, .group: " --\(right.kind.rawValue) '\(right.name)'\(pattern(right))"
        }
    }

    private func pattern(_ right: Right) -> String { right.isPrefix ? " --resource-pattern-type prefixed" : "" }
}

extension AccessManifest {
    private struct Written: Decodable {
        struct Metadata: Decodable { var name: String }
        struct Authentication: Decodable { var type: String }
        struct Resource: Decodable {
            var type: String
            var name: String?
            var patternType: String?
        }
        struct Rule: Decodable {
            var resource: Resource
            var operations: [String]
        }
        struct Authorization: Decodable { var acls: [Rule] }
        struct Spec: Decodable {
            var authentication: Authentication?
            var authorization: Authorization
        }

        var kind: String
        var metadata: Metadata
        var spec: Spec

        /// Nil for a resource of another kind.
        var rights: [Right]? {
            var rights: [Right] = []
            for rule in spec.authorization.acls {
                guard let kind = Right.Kind(rawValue: rule.resource.type) else { return nil }
                let name = kind == .cluster ? Right.clusterName : rule.resource.name ?? "*"
                let isPrefix = rule.resource.patternType == "prefix"
                rights += rule.operations.map { Right(kind: kind, name: name, isPrefix: isPrefix, operation: $0) }
            }
            return rights
        }
    }
}
