import CRdkafka
public import Pipeline

/// Looks at topics and changes them. The embedded cluster has no such requests: there topics are made directly, and
/// have no settings.
public final class TopicAdmin: Sendable {
    let cluster: KafkaCluster

    public init(_ cluster: KafkaCluster) { self.cluster = cluster }

    /// Those of these topics that exist, by name.
    public func states(of names: [String]) throws(Fault) -> [TopicState] {
        let counts = try cluster.topics()
        let known = names.filter { counts[$0] != nil }.sorted()
        let configs = cluster.embedded == nil ? try self.configs(of: known) : [:]
        return known.map { TopicState(name: $0, partitions: counts[$0] ?? 0, configs: configs[$0] ?? [:]) }
    }

    /// Makes one step; waits until it is known to the cluster.
    public func apply(_ change: TopicChange) throws(Fault) {
        switch change {
        case .create(let setup): try create(setup)
        case .addPartitions(let topic, _, let count): try addPartitions(topic, upTo: count)
        case .setConfigs(let topic, let changed, let configs):
            if cluster.embedded != nil { return }
            try set(configs, on: topic)
            try waitUntilSeen(changed, on: topic)
        case .tooManyPartitions(let topic, _, _):
            throw Fault(
                .stop(exitCode: Fault.Exit.configuration),
                code: "INVALID_PARTITIONS",
                doing: "changing \(topic)",
                remedy: change.description
            )
        }
    }

    /// A topic that exists already is left as it is.
    private func create(_ setup: TopicSetup) throws(Fault) {
        if let embedded = cluster.embedded {
            if try cluster.topics()[setup.name] != nil { return }
            return try embedded.createTopic(setup.name, partitions: setup.partitions)
        }
        var topic = rd_kafka_NewTopic_new(setup.name, setup.partitions, setup.replication, nil, 0)
        guard topic != nil else { throw refused(setup.name) }
        defer { rd_kafka_NewTopic_destroy(topic) }
        for (key, value) in setup.configs.sorted(by: { $0.key < $1.key }) {
            rd_kafka_NewTopic_set_config(topic, key, value)
        }
        let client = try client()
        try AdminCall(client: client).run(RD_KAFKA_ADMIN_OP_CREATETOPICS, setup.name) { options, answers in
            rd_kafka_CreateTopics(client.handle, &topic, 1, options, answers)
        } read: { event throws(Fault) in
            var count = 0
            let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            try AdminCall.check(results, count) { $0 == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS }
        }
        try waitUntilKnown(setup.name, partitions: setup.partitions)
    }

    /// Deletes a topic and everything in it.
    public func delete(_ topic: String) throws(Fault) {
        var request = rd_kafka_DeleteTopic_new(topic)
        defer { rd_kafka_DeleteTopic_destroy(request) }
        let client = try client()
        try AdminCall(client: client).run(RD_KAFKA_ADMIN_OP_DELETETOPICS, topic) { options, answers in
            rd_kafka_DeleteTopics(client.handle, &request, 1, options, answers)
        } read: { event throws(Fault) in
            var count = 0
            let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            try AdminCall.check(results, count)
        }
    }

    private func addPartitions(_ topic: String, upTo count: Int32) throws(Fault) {
        if cluster.embedded != nil {
            throw KafkaFault(
                code: RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
                operation: .administering,
                subject: topic
            ).fault
        }
        var partitions = rd_kafka_NewPartitions_new(topic, Int(count), nil, 0)
        guard partitions != nil else { throw refused(topic) }
        defer { rd_kafka_NewPartitions_destroy(partitions) }
        let client = try client()
        try AdminCall(client: client).run(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, topic) { options, answers in
            rd_kafka_CreatePartitions(client.handle, &partitions, 1, options, answers)
        } read: { event throws(Fault) in
            var count = 0
            let result = rd_kafka_event_CreatePartitions_result(event)
            try AdminCall.check(rd_kafka_CreatePartitions_result_topics(result, &count), count)
        }
        try waitUntilKnown(topic, partitions: count)
    }

    /// Kafka answers before every broker knows; what follows would find no topic.
    private func waitUntilKnown(_ topic: String, partitions: Int32) throws(Fault) {
        let deadline = Deadline(in: 10_000)
        while try cluster.topics()[topic] ?? 0 < partitions {
            if deadline.isOver {
                throw KafkaFault(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .administering, subject: topic).fault
            }
            try client().serve(wait: 100)
        }
    }

    func client() throws(Fault) -> Client { try cluster.queries.client() }

    private func refused(_ topic: String) -> Fault {
        KafkaFault(code: RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, operation: .administering, subject: topic).fault
    }
}

extension TopicAdmin {
    private func configs(of names: [String]) throws(Fault) -> [String: [String: TopicState.Config]] {
        guard !names.isEmpty else { return [:] }
        var resources = names.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { resources.forEach { rd_kafka_ConfigResource_destroy($0) } }
        let client = try client()
        return try AdminCall(client: client).run(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) { options, answers in
            rd_kafka_DescribeConfigs(client.handle, &resources, resources.count, options, answers)
        } read: { event throws(Fault) in
            var count = 0
            let result = rd_kafka_event_DescribeConfigs_result(event)
            let found = rd_kafka_DescribeConfigs_result_resources(result, &count)
            var configs: [String: [String: TopicState.Config]] = [:]
            for index in 0..<count {
                guard let resource = found?[index] else { continue }
                let name = String(cString: rd_kafka_ConfigResource_name(resource))
                try KafkaFault.check(rd_kafka_ConfigResource_error(resource), .administering, name)
                configs[name] = Self.entries(of: resource)
            }
            return configs
        }
    }

    /// Kafka answers before it shows the change; where it shows another spelling of it, we wait in vain and go on.
    private func waitUntilSeen(_ changed: [String: String], on topic: String) throws(Fault) {
        let deadline = Deadline(in: 5_000)
        while !deadline.isOver {
            let seen = try configs(of: [topic])[topic] ?? [:]
            if changed.allSatisfy({ seen[$0.key]?.value == $0.value }) { return }
            try client().serve(wait: 100)
        }
    }

    private static func entries(of resource: OpaquePointer) -> [String: TopicState.Config] {
        var count = 0
        let entries = rd_kafka_ConfigResource_configs(resource, &count)
        return (0..<count).reduce(into: [:]) { configs, index in
            guard let entry = entries?[index] else { return }
            let value = rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) }
            let isOwn = rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG
            configs[String(cString: rd_kafka_ConfigEntry_name(entry))] = TopicState.Config(value: value, isOwn: isOwn)
        }
    }

    /// 2.0.2 has only the request that replaces a topic's own settings as a whole.
    private func set(_ configs: [String: String], on topic: String) throws(Fault) {
        var resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)
        defer { rd_kafka_ConfigResource_destroy(resource) }
        for (key, value) in configs.sorted(by: { $0.key < $1.key }) {
            rd_kafka_ConfigResource_set_config(resource, key, value)
        }
        let client = try client()
        try AdminCall(client: client).run(RD_KAFKA_ADMIN_OP_ALTERCONFIGS, topic) { options, answers in
            rd_kafka_AlterConfigs(client.handle, &resource, 1, options, answers)
        } read: { event throws(Fault) in
            var count = 0
            let result = rd_kafka_event_AlterConfigs_result(event)
            let changed = rd_kafka_AlterConfigs_result_resources(result, &count)
            for index in 0..<count {
                guard let resource = changed?[index] else { continue }
                let detail = rd_kafka_ConfigResource_error_string(resource).map { ": " + String(cString: $0) } ?? ""
                try KafkaFault.check(rd_kafka_ConfigResource_error(resource), .administering, topic + detail)
            }
        }
    }
}
