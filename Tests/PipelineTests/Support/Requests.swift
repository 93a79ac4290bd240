import Engine
import Events
import Pipeline
import Traffic

/// Somebody asks to be forgotten, in a log.
extension Rig {
    static let recordTime = Script.start + 500 * EventTime.day

    /// Everything up to `day` of the script's history.
    func erase(_ customer: String, day: Int64, key: String? = nil) throws {
        let time = Script.start + day * EventTime.day
        try append(
            Topology.erasures,
            customer,
            key: key ?? customer,
            "{\"event\":\"User Deleted\",\"userId\":\"\(customer)\",\"timestamp\":\(time)}"
        )
    }

    /// The customer looks at a product, orders it and says something about it.
    func visit(_ customer: String, day: Int64) throws {
        for (number, event) in ["Product Viewed", "Order Completed", "Product Reviewed"].enumerated() {
            let time = Script.start + day * EventTime.day + Int64(number) * EventTime.minute
            try append(
                Script.clicks,
                customer,
                key: customer,
                """
                {"event":"\(event)","userId":"\(customer)","timestamp":\(time),"messageId":"\(day)-\(number)",\
                "properties":{"product_id":"p\(day % 4)","category":"c1","price":9.5,"rating":5,"review_body":"good"}}
                """
            )
        }
    }

    private func append(_ topic: String, _ customer: String, key: String, _ value: String) throws {
        let partition = Hash.partition(ofText: customer, among: topology.partitions)
        try log.append(topic, partition, key: key, value: value, timestamp: Rig.recordTime)
    }

    /// The records that compaction would leave: the last one of each key, tombstones left out.
    func liveRecords(in topic: String) throws -> [String: String] {
        var live: [String: String] = [:]
        for record in try log.records(in: topic) {
            guard let key = record.key else { continue }
            let name = "\(record.place.partition) \(String(decoding: key, as: UTF8.self))"
            live[name] = record.value.map { String(decoding: $0, as: UTF8.self) }
        }
        return live
    }

    /// Where somebody still stands in a live record of a compacted topic, by key or inside.
    func places(of customer: String) throws -> [String] {
        let compacted = OutputTopic.allCases.filter { $0 != .signals && $0 != .churnAlerts }
        return try compacted.flatMap { topic in
            try liveRecords(in: topic.name).filter { $0.key.contains(customer) || $0.value.contains(customer) }
                .map { "\(topic.name): \($0.key)" }
        }
    }
}
