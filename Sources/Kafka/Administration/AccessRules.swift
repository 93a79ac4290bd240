import CRdkafka
public import Pipeline

/// Who may do what, as the cluster tells it.
public struct AccessRule: Sendable, Equatable, CustomStringConvertible {
    /// `topic`, `group`, `broker`; what 2.0.2 has no word for, transactional ids among it, is `unknown`.
    public var resource: String
    public var name: String
    public var isPrefix: Bool
    public var principal: String
    public var host: String
    /// `read`, `write`, `describe`, `all` …
    public var operation: String
    public var isAllowed: Bool

    public var description: String {
        let may = isAllowed ? "may" : "may not"
        return "\(principal) from \(host) \(may) \(operation) \(resource) \(name)\(isPrefix ? "*" : "")"
    }
}

extension TopicAdmin {
    /// Every rule that the cluster is willing to show. 2.0.2 drops the answer's error: a cluster that keeps no rules,
    /// or may not show them to us, looks as if there were none.
    public func accessRules() throws(Fault) -> [AccessRule] {
        if cluster.embedded != nil {
            throw KafkaFault(code: RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, operation: .administering).fault
        }
        let filter = rd_kafka_AclBindingFilter_new(
            RD_KAFKA_RESOURCE_ANY,
            nil,
            RD_KAFKA_RESOURCE_PATTERN_ANY,
            nil,
            nil,
            RD_KAFKA_ACL_OPERATION_ANY,
            RD_KAFKA_ACL_PERMISSION_TYPE_ANY,
            nil,
            0
        )
        defer { rd_kafka_AclBinding_destroy(filter) }
        let client = try client()
        return try AdminCall(client: client).run(RD_KAFKA_ADMIN_OP_DESCRIBEACLS) { options, answers in
            rd_kafka_DescribeAcls(client.handle, filter, options, answers)
        } read: { event throws(Fault) in
            var count = 0
            let rules = rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(event), &count)
            return (0..<count).compactMap { rules?[$0].map(AccessRule.init) }
        }
    }
}

extension AccessRule {
    fileprivate init(_ rule: OpaquePointer) {
        resource = String(cString: rd_kafka_ResourceType_name(rd_kafka_AclBinding_restype(rule))).lowercased()
        name = String(cString: rd_kafka_AclBinding_name(rule))
        isPrefix = rd_kafka_AclBinding_resource_pattern_type(rule) == RD_KAFKA_RESOURCE_PATTERN_PREFIXED
        principal = String(cString: rd_kafka_AclBinding_principal(rule))
        host = String(cString: rd_kafka_AclBinding_host(rule))
        operation = String(cString: rd_kafka_AclOperation_name(rd_kafka_AclBinding_operation(rule))).lowercased()
        isAllowed = rd_kafka_AclBinding_permission_type(rule) == RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW
    }
}
