import Events
import Kafka
import Pipeline

/// Asks the cluster and lets the diagnoses judge what it answered. Nothing is written.
struct Examination {
    private let cluster: KafkaCluster
    private let group: String
    private let sample: Int
    private let now: EventTime
    /// Who may do what, as it should be.
    private let manifests: [AccessManifest]

    init(_ cluster: KafkaCluster, group: String, sample: Int, now: EventTime, manifests: [AccessManifest]) {
        self.cluster = cluster
        self.group = group
        self.sample = sample
        self.now = now
        self.manifests = manifests
    }

    func run(_ settings: Settings) -> [Finding] {
        let existing: [String: Int32]
        let inputs: [String]
        do {
            existing = try cluster.topics()
            inputs = try InputTopics.resolve(settings, existing: existing.keys)
        } catch {
            return [ConnectionDiagnosis.failure(error)]
        }
        let connection = Finding(.fine, "connection", "\(existing.count.counted("topic")) listed")
        let topics = TopicDiagnosis(inputs: inputs, existing: existing)
        return [connection] + topics.findings + configs(inputs, existing) + samples(inputs, existing)
            + rights(settings, existing) + groupFindings(inputs, existing)
    }

    private func configs(_ inputs: [String], _ existing: [String: Int32]) -> [Finding] {
        let letters = inputs.map(Topology.deadLetters)
        let names = (inputs + letters + OutputTopic.allCases.map(\.name)).filter { existing[$0] != nil }
        do {
            let states = try TopicAdmin(cluster).states(of: names)
            return SettingsDiagnosis(inputs: inputs, states: states).findings
                + DeadLetterRoom.check(states, inputs: inputs, producer: cluster.largestRecord).map(\.finding)
        } catch {
            return [Finding(.note, "settings", "the cluster does not tell the topics' settings (\(error.code))")]
        }
    }

    private func samples(_ inputs: [String], _ existing: [String: Int32]) -> [Finding] {
        let known = inputs.filter { existing[$0] != nil }
        guard !known.isEmpty else { return [] }
        do {
            let samples = try InputSampling(cluster, known, existing).read(sample)
            return samples.flatMap { InputDiagnosis($0, now: now).findings } + InputDiagnosis.placement(samples)
        } catch {
            return [Finding(.failure(.unavailable), "records", "\(error)")]
        }
    }

    /// What the cluster tells of its rules, if it tells us; else what we find out by asking for each right.
    private func rights(_ settings: Settings, _ existing: [String: Int32]) -> [Finding] {
        guard !manifests.isEmpty else {
            return [Finding(.note, "access", "no rights to compare with", remedy: "--topics names the folder Topics")]
        }
        guard cluster.capabilities == .kafka else {
            return [Finding(.note, "access", "the embedded cluster keeps no rules")]
        }
        let rules = (try? TopicAdmin(cluster).accessRules()) ?? []
        if !rules.isEmpty { return AccessDiagnosis(manifests: manifests, rules: rules).findings }
        let name = settings.kafka["sasl.username"] ?? Settings.defaultGroup
        guard let own = manifests.first(where: { $0.name == name }) else {
            return [Finding(.note, "access", "no manifest in Topics/access for \(name)")]
        }
        return AccessTrial(RightsTrial(cluster), own, existing: existing, group: group).run()
    }

    private func groupFindings(_ inputs: [String], _ existing: [String: Int32]) -> [Finding] {
        let topics = (inputs + [OutputTopic.signals.name]).filter { existing[$0] != nil }
        let partitions = topics.flatMap { topic in (0..<(existing[topic] ?? 0)).map { TopicPartition(topic, $0) } }
        let admin = GroupAdmin(cluster)
        do {
            let standing = try? admin.standing(of: group)
            return GroupDiagnosis(
                group: group,
                standing: standing,
                bounds: try admin.bounds(of: partitions),
                committed: try admin.committed(by: group, of: partitions)
            ).findings
        } catch {
            return [Finding(.note, "group", "the cluster does not tell the group's offsets (\(error.code))")]
        }
    }
}
