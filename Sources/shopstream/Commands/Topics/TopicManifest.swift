import Foundation
import Kafka

/// A KafkaTopic manifest as Strimzi reads it, as far as it concerns the topic itself.
struct TopicManifest: Decodable, Equatable {
    struct Metadata: Decodable, Equatable {
        var name: String
    }

    struct Spec: Decodable, Equatable {
        /// Where the topic's name is none that Kubernetes takes.
        var topicName: String?
        var partitions: Int32
        var replicas: Int32
        var config: [String: ConfigValue]?
    }

    /// A setting's value: JSON knows numbers and truths, Kafka only texts.
    struct ConfigValue: Decodable, Equatable {
        var text: String

        init(from decoder: any Swift.Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else if let flag = try? container.decode(Bool.self) {
                text = "\(flag)"
            } else if let whole = try? container.decode(Int64.self) {
                text = "\(whole)"
            } else {
                text = "\(try container.decode(Double.self))"
            }
        }
    }

    var kind: String
    var metadata: Metadata
    var spec: Spec

    var name: String { spec.topicName ?? metadata.name }

    /// - Parameters:
    ///   - partitions: instead of the manifest's, except where a single partition is meant.
    ///   - replication: instead of the manifest's; fewer replicas than have to be in sync would stop every producer.
    func setup(partitions: Int32? = nil, replication: Int32? = nil) -> TopicSetup {
        var configs = (spec.config ?? [:]).mapValues(\.text)
        if let replication, let inSync = configs["min.insync.replicas"].flatMap({ Int32($0) }) {
            configs["min.insync.replicas"] = "\(min(inSync, replication))"
        }
        let count = spec.partitions > 1 ? partitions ?? spec.partitions : spec.partitions
        return TopicSetup(name: name, partitions: count, replication: replication ?? spec.replicas, configs: configs)
    }

    /// Every manifest of the folder, or of its `topics` folder, by name.
    static func read(folder: String) throws(Exit) -> [TopicManifest] {
        let inner = URL(filePath: folder).appending(path: "topics")
        let isThere = FileManager.default.fileExists(atPath: inner.path)
        let home = isThere ? inner : URL(filePath: folder)
        let files: [URL]
        do {
            files = try FileManager.default.contentsOfDirectory(at: home, includingPropertiesForKeys: nil)
        } catch {
            throw Exit(.noInput, "reading \(folder): \(error.reason); --topics names the folder with the manifests")
        }
        let manifests = files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
        guard !manifests.isEmpty else { throw Exit(.noInput, "\(home.path): holds no manifest of a topic") }
        var read: [TopicManifest] = []
        for file in manifests { read.append(try TopicManifest(file)) }
        return read
    }

    private init(_ file: URL) throws(Exit) {
        do {
            self = try JSONDecoder().decode(TopicManifest.self, from: Data(contentsOf: file))
        } catch {
            throw Exit(.data, "\(file.lastPathComponent): is no KafkaTopic manifest: \(error.reason)")
        }
        guard kind == "KafkaTopic" else {
            throw Exit(.data, "\(file.lastPathComponent): is a \(kind), not a KafkaTopic")
        }
    }
}
