import Events
import Kafka
import Pipeline

/// The cluster's rules against the rights of `Topics/access`. Pure.
struct AccessDiagnosis {
    let manifests: [AccessManifest]
    let rules: [AccessRule]

    var findings: [Finding] {
        let wrong = manifests.flatMap { missing($0) + excess($0) }
        guard wrong.isEmpty else { return wrong }
        let names = manifests.map(\.name).joined(separator: ", ")
        return [Finding(.fine, "access", "\(names): each has its rights and no other")]
    }

    private func missing(_ manifest: AccessManifest) -> [Finding] {
        let (granted, denied) = (
            self.rights(of: manifest, isAllowed: true), self.rights(of: manifest, isAllowed: false)
        )
        let missing = manifest.rights.filter { right in
            let isDenied = denied.contains { $0.includes(right) || right.includes($0) }
            return !manifest.implies(right) && (isDenied || !granted.contains { $0.includes(right) })
        }
        return missing.map { right in
            AccessFinding.missing(manifest, right, isOurs: manifest.name == Settings.defaultGroup)
        }
    }

    private func excess(_ manifest: AccessManifest) -> [Finding] {
        rights(of: manifest, isAllowed: true).sorted()
            .filter { right in !manifest.rights.contains { $0.includes(right) } }
            .map { AccessFinding.excess(manifest, $0) }
    }

    private func rights(of manifest: AccessManifest, isAllowed: Bool) -> Set<Right> {
        Set(
            rules.filter { $0.isAllowed == isAllowed && [manifest.principal, "User:*"].contains($0.principal) }
                .compactMap(\.right)
        )
    }
}

extension AccessRule {
    /// In the manifests' words. This librdkafka has none for transactional ids and calls them unknown.
    fileprivate var right: Right? {
        let kinds: [String: Right.Kind] = [
            "topic": .topic, "group": .group, "broker": .cluster, "unknown": .transactionalId,
        ]
        guard let kind = kinds[resource] else { return nil }
        let operation = operation.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return Right(kind: kind, name: name, isPrefix: isPrefix, operation: operation)
    }
}

/// What is said of a right that is missing or too much.
enum AccessFinding {
    /// - Parameter isOurs: the service itself cannot run without it.
    static func missing(_ manifest: AccessManifest, _ right: Right, isOurs: Bool) -> Finding {
        Finding(
            isOurs ? .failure(.noPermission) : .warning,
            "access",
            "\(manifest.name) may not \(right.text)",
            remedy: manifest.command("add", for: right)
        )
    }

    static func excess(_ manifest: AccessManifest, _ right: Right) -> Finding {
        Finding(
            .warning,
            "access",
            "\(manifest.name) may \(right.text), which it does not need",
            remedy: manifest.command("remove", for: right)
        )
    }
}

/// Asks for every right of our own, and for some that we should not have.
struct AccessTrial {
    private let trial: RightsTrial
    private let manifest: AccessManifest
    private let existing: [String: Int32]
    private let id: String

    init(_ trial: RightsTrial, _ manifest: AccessManifest, existing: [String: Int32], group: String) {
        self.trial = trial
        self.manifest = manifest
        self.existing = existing
        id = "shopstream-\(group)-doctor"
    }

    func run() -> [Finding] {
        var denied: Set<Right> = []
        var findings: [Finding] = []
        var asked = 0
        for right in wanted where !needs(right).contains(where: { denied.contains($0) }) {
            let (isGranted, finding) = ask(right)
            if isGranted == false {
                denied.insert(right)
                findings.append(AccessFinding.missing(manifest, right, isOurs: true))
            }
            if let finding { findings.append(finding) }
            asked += isGranted == nil ? 0 : 1
        }
        guard denied.isEmpty else { return findings }
        let excess = unwanted.filter { ask($0).isGranted == true }
        if !excess.isEmpty, excess.count == unwanted.count { return findings + [everything] }
        findings += excess.map { AccessFinding.excess(manifest, $0) }
        guard findings.isEmpty else { return findings }
        return [Finding(.fine, "access", "\(manifest.name) has its rights (\(asked) asked for) and none too many")]
    }

    /// Groups and producers first: without them, topics cannot be asked for.
    private var wanted: [Right] {
        let rights = manifest.rights.filter { right in
            let isThere = right.kind != .topic || existing[right.name] != nil
            return isThere && !manifest.implies(right)
        }
        return rights.filter { $0.kind != .topic } + rights.filter { $0.kind == .topic }
    }

    /// What has to be granted before a right can be asked for: readers name the group, writers have an id.
    private func needs(_ right: Right) -> [Right] {
        guard right.kind == .topic else { return [] }
        switch right.operation {
        case "Read": return wanted.filter { $0.kind == .group }
        case "Write": return wanted.filter { $0.kind == .transactionalId }
        default: return []
        }
    }

    /// To write what we only read, to read what we only write, and to make topics.
    private var unwanted: [Right] {
        let topics = Set(manifest.rights.filter { $0.kind == .topic && !$0.isPrefix }.map(\.name)).sorted()
        let others = topics.filter { existing[$0] != nil }.flatMap { topic in
            ["Read", "Write"].map { Right(kind: .topic, name: topic, operation: $0) }
        }
        return others.filter { other in !manifest.rights.contains { $0.includes(other) } }
            + [Right(kind: .cluster, name: Right.clusterName, operation: "Create")]
    }

    private var everything: Finding {
        Finding(
            .warning,
            "access",
            "everything was allowed: the cluster keeps no rules, or \(manifest.name) is one of its super users",
            remedy: "set authorizer.class.name on the brokers; shopstream topics acls prints the rights"
        )
    }

    /// Nil where it could not be learned, with the reason.
    private func ask(_ right: Right) -> (isGranted: Bool?, Finding?) {
        do throws(Fault) {
            return (try answer(right), nil)
        } catch {
            let state = "whether \(manifest.name) may \(right.text) could not be learned (\(error.code))"
            return (nil, Finding(.note, "access", state))
        }
    }

    private func answer(_ right: Right) throws(Fault) -> Bool? {
        switch (right.kind, right.operation) {
        case (.topic, "Describe"): try trial.mayDescribe(topic: right.name)
        case (.topic, "Read"): try trial.mayRead(topic: right.name)
        case (.topic, "Write"): try trial.mayWrite(topic: right.name, as: id)
        case (.group, "Read"): try trial.mayRead(group: right.name)
        case (.transactionalId, "Write"): try trial.mayTransact(as: id)
        case (.cluster, "Create"): try trial.mayCreateTopics()
        default: nil
        }
    }
}
