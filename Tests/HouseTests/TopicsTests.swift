import Foundation
import Testing

/// Topics/ is whole. The schemas and examples themselves are validated by `Deploy/check-topics`.
@Suite struct TopicsTests {
    static let topics = House.files(under: "Topics/topics", ending: "json").map(\.stem)

    @Test(arguments: ["Topics", "Deploy"])
    func `every file that says so is JSON`(folder: String) throws {
        let files = House.files(under: folder, ending: "json")
        #expect(!files.isEmpty)
        for file in files {
            #expect(throws: Never.self, "\(House.name(file))") {
                try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            }
        }
    }

    @Test(arguments: topics)
    func `a manifest is whole`(topic: String) throws {
        let manifest = try Manifest(topic)
        #expect(manifest.apiVersion == "kafka.strimzi.io/v1" && manifest.kind == "KafkaTopic")
        #expect(manifest.name == topic, "the file's name is the topic's name")
        #expect(topic.wholeMatch(of: /[a-z0-9.-]{1,249}/) != nil, "a name that Kafka and Kubernetes both take")
        for annotation in ["description", "key", "value", "owner", "consumers"] {
            #expect(manifest.annotation(annotation)?.isEmpty == false, "annotation shopstream/\(annotation) is missing")
        }
        #expect(manifest.partitions == (topic == "shopstream.models.v1" ? 1 : 8), "co-partitioning needs equal counts")
        #expect(manifest.replicas == 3 && manifest.setting("min.insync.replicas") == 2)
    }

    @Test(arguments: topics)
    func `a value has a schema with examples, or says what it is`(topic: String) throws {
        let value = try #require(try Manifest(topic).annotation("value"))
        if value.hasPrefix("schemas/") {
            #expect(value == "schemas/\(topic)-value.json")
            let schema = try JSON(path: "Topics/\(value)")
            #expect(schema["$id"] as? String == "urn:shopstream:\(topic)-value")
            #expect(schema["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
            let examples = House.files(under: "Topics/examples/\(topic)", ending: "json").map(\.stem)
            #expect(examples.contains { $0.hasPrefix("accepted-") } && examples.contains { $0.hasPrefix("rejected-") })
            #expect(examples.allSatisfy { $0.hasPrefix("accepted-") || $0.hasPrefix("rejected-") })
        } else {
            let saysWhat = value.hasPrefix("internal: ") || value.hasPrefix("as received: ")
            #expect(saysWhat, "name a schema, or say what it is")
        }
    }

    @Test(arguments: topics.filter { $0.hasPrefix("insights.") })
    func `output schemas are closed`(topic: String) throws {
        let open = try objects(in: JSON(path: "Topics/schemas/\(topic)-value.json").value)
            .filter { $0["type"] as? String == "object" && $0["properties"] != nil }
            .count { $0["additionalProperties"] as? Bool != false }
        #expect(open == 0, "without additionalProperties: false, registries refuse to add a member later")
    }

    @Test(arguments: topics.filter { $0.hasPrefix("storefront.") })
    func `input schemas are open`(topic: String) throws {
        let closed = try objects(in: JSON(path: "Topics/schemas/\(topic)-value.json").value)
            .count { $0["additionalProperties"] as? Bool == false }
        #expect(closed == 0, "shops send more than we read")
    }

    @Test(arguments: topics)
    func `what is kept about a customer is forgotten in time`(topic: String) throws {
        let manifest = try Manifest(topic)
        let hour = 3_600_000.0
        let isCompacted = manifest.policy == "compact"
        if isCompacted, manifest.annotation("key")?.hasPrefix("user") == true {
            #expect(manifest.setting("segment.ms").map { $0 <= hour } == true)
            #expect(manifest.setting("max.compaction.lag.ms").map { $0 <= hour } == true)
        }
        if !isCompacted { #expect(manifest.setting("retention.ms") != nil, "say how long it is kept") }
        if ["storefront.clickstream.v1", "storefront.reviews.v1"].contains(topic) {
            #expect(manifest.setting("retention.ms").map { $0 <= 28 * 24 * hour } == true)
        }
    }

    @Test func `nothing describes a topic that does not exist`() throws {
        let schemas = House.files(under: "Topics/schemas", ending: "json").map { $0.stem.replacing("-value", with: "") }
        let examples = House.files(under: "Topics/examples", ending: "json").map(\.pathComponents).map {
            $0[$0.count - 2]
        }
        let orphans = Set(schemas + examples).subtracting(Self.topics).sorted()
        expectNone(orphans, "add Topics/topics/<topic>.json")
    }

    @Test func `the index and AsyncAPI name the topics`() throws {
        let index = try House.text("Topics/README.md")
        let published = try House.text("Topics/asyncapi.json")
        for topic in Self.topics {
            #expect(index.contains("`\(topic)`"), "Topics/README.md does not name \(topic)")
            let isPublic = try Manifest(topic).annotation("value")?.hasPrefix("internal") == false
            #expect(published.contains("\"\(topic)\"") == isPublic, "asyncapi.json has the public topics: \(topic)")
        }
    }

    /// Every object anywhere in the value, `then` and `if` parts excluded: they only add conditions.
    private func objects(in value: Any) -> [[String: Any]] {
        switch value {
        case let object as [String: Any]:
            [object] + object.filter { $0.key != "if" && $0.key != "then" }.values.flatMap(objects)
        case let list as [Any]: list.flatMap(objects)
        default: []
        }
    }
}

/// A JSON object from a file.
struct JSON {
    let value: [String: Any]

    init(path: String) throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(House.text(path).utf8))
        value = try #require(parsed as? [String: Any], "\(path) is no object")
    }

    /// A member by its path, such as `["spec", "partitions"]`.
    subscript(path: String...) -> Any? {
        path.reduce(value as Any?) { ($0 as? [String: Any])?[$1] }
    }
}

/// A topic's manifest, as far as the tests read it.
struct Manifest {
    private let json: JSON

    init(_ topic: String) throws { json = try JSON(path: "Topics/topics/\(topic).json") }

    var apiVersion: String? { json["apiVersion"] as? String }
    var kind: String? { json["kind"] as? String }
    var name: String? { json["metadata", "name"] as? String }
    var partitions: Int? { json["spec", "partitions"] as? Int }
    var replicas: Int? { json["spec", "replicas"] as? Int }
    var policy: String? { json["spec", "config", "cleanup.policy"] as? String }

    func annotation(_ name: String) -> String? { json["metadata", "annotations", "shopstream/\(name)"] as? String }
    func setting(_ name: String) -> Double? { (json["spec", "config", name] as? NSNumber)?.doubleValue }
}

extension URL {
    fileprivate var stem: String { deletingPathExtension().lastPathComponent }
}
