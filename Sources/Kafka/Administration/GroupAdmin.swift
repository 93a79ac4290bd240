import CRdkafka
public import Pipeline

/// A group as its coordinator sees it.
public struct GroupStanding: Sendable, Equatable {
    /// `Stable`, `Empty`, `PreparingRebalance` …; `Dead` when there is no such group.
    public var state: String
    /// Client ids.
    public var members: [String]

    public init(state: String, members: [String]) {
        self.state = state
        self.members = members
    }
}

/// Looks at a group's offsets and sets them while nobody is in it.
public final class GroupAdmin: Sendable {
    private let cluster: KafkaCluster

    public init(_ cluster: KafkaCluster) { self.cluster = cluster }

    /// What the group has committed of these partitions; the others are absent.
    public func committed(by group: String, of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        let list = PartitionList(partitions)
        var request = list.withPointer { rd_kafka_ListConsumerGroupOffsets_new(group, $0) }
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(request) }
        let client = try cluster.queries.client()
        let kind = RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS
        return try AdminCall(client: client).run(kind, group) { options, answers in
            rd_kafka_ListConsumerGroupOffsets(client.handle, &request, 1, options, answers)
        } read: { event throws(Fault) in
            var count = 0
            let result = rd_kafka_event_ListConsumerGroupOffsets_result(event)
            let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count)
            return try Self.offsets(groups, count)
        }
    }

    /// Commits these offsets for the group. Refused while the group has members.
    public func reset(_ group: String, to offsets: [TopicPartition: Int64]) throws(Fault) {
        guard !offsets.isEmpty else { return }
        let list = PartitionList(offsets)
        var request = list.withPointer { rd_kafka_AlterConsumerGroupOffsets_new(group, $0) }
        defer { rd_kafka_AlterConsumerGroupOffsets_destroy(request) }
        let client = try cluster.queries.client()
        let kind = RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS
        try AdminCall(client: client).run(kind, group) { options, answers in
            rd_kafka_AlterConsumerGroupOffsets(client.handle, &request, 1, options, answers)
        } read: { event throws(Fault) in
            var count = 0
            let result = rd_kafka_event_AlterConsumerGroupOffsets_result(event)
            let groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count)
            _ = try Self.offsets(groups, count)
        }
    }

    /// Who is in the group now. A member that stopped without leaving counts until its session times out.
    public func standing(of group: String) throws(Fault) -> GroupStanding {
        let client = try cluster.queries.client()
        var list: UnsafePointer<rd_kafka_group_list>?
        let code = rd_kafka_list_groups(client.handle, group, &list, 10_000)
        client.serve()
        try KafkaFault.check(code, .administering, group)
        defer { rd_kafka_group_list_destroy(list) }
        guard let list, list.pointee.group_cnt > 0 else { return GroupStanding(state: "Dead", members: []) }
        let found = list.pointee.groups[0]
        try KafkaFault.check(found.err, .administering, group)
        let members = (0..<Int(found.member_cnt)).map { String(cString: found.members[$0].client_id) }
        return GroupStanding(state: String(cString: found.state), members: members)
    }

    /// The first offset at or after a time in ms, by the records' timestamps; partitions without one are absent.
    public func offsets(of partitions: [TopicPartition], since time: Int64) throws(Fault) -> [TopicPartition: Int64] {
        precondition(time >= 0)
        return try cluster.queries.offsets(of: partitions, at: time)
    }

    /// Where the logs begin and end.
    public func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        try cluster.queries.bounds(of: partitions)
    }

    private static func offsets(
        _ groups: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int
    ) throws(Fault) -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for index in 0..<count {
            guard let group = groups?[index] else { continue }
            if let error = rd_kafka_group_result_error(group) {
                let name = String(cString: rd_kafka_group_result_name(group))
                try KafkaFault.check(rd_kafka_error_code(error), .administering, name)
            }
            try rd_kafka_group_result_partitions(group)?.pointee.forEach { partition, offset, code throws(Fault) in
                try KafkaFault.check(code, .administering, partition.description)
                if offset >= 0 { offsets[partition] = offset }
            }
        }
        return offsets
    }
}
