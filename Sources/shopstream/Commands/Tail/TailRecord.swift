import Events
import Foundation
import Pipeline

/// A record on its way to the terminal, copied out of the reader.
struct TailRecord {
    var topic: String
    var partition: Int32
    var offset: Int64
    var timestamp: EventTime
    var key: String?
    /// Nil for a tombstone.
    var value: String?
    var bytes: Int
    /// The last of each name counts.
    var headers: [String: String]
    let object: JSONObject

    init(_ record: Record, topic: String, headers: [Header]) {
        self.init(
            topic: topic,
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            key: record.key.isMissing ? nil : record.key.text,
            value: record.value.isMissing ? nil : record.value.text,
            bytes: record.value.count,
            headers: Dictionary(
                headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) },
                uniquingKeysWith: { $1 }
            )
        )
    }

    init(
        topic: String,
        partition: Int32 = 0,
        offset: Int64 = 0,
        timestamp: EventTime = EventTime.unknown,
        key: String?,
        value: String?,
        bytes: Int? = nil,
        headers: [String: String] = [:]
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.bytes = bytes ?? value?.utf8.count ?? 0
        self.headers = headers
        object = JSONObject(value ?? "")
    }

    /// The customer whom the record is about.
    var user: String? { object.text("userId") ?? object.text("anonymousId") }

    /// Every product that the record names in a leading place.
    var products: [String] {
        let properties = object["properties"]
        let single = [object.text("product_id"), properties.text("product_id"), properties.text("trigger_product_id")]
        return single.compactMap(\.self) + properties.list("products").compactMap { $0.text("product_id") }
    }

    /// A dead letter as kcat -J would show it: the value as text, whatever it is.
    var envelope: String {
        var members: [String: Any] = [
            "topic": topic, "partition": partition, "offset": offset, "key": key ?? NSNull(),
            "value": value ?? NSNull(),
            "headers": headers,
        ]
        if timestamp != EventTime.unknown { members["timestamp"] = timestamp }
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = try? JSONSerialization.data(withJSONObject: members, options: options)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}

/// Some JSON that one asks for members; what is not there is nothing.
struct JSONObject {
    private let members: [String: Any]

    init(_ text: String) {
        members = (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:]
    }

    private init(_ value: Any?) { members = value as? [String: Any] ?? [:] }

    var isEmpty: Bool { members.isEmpty }

    subscript(name: String) -> JSONObject { JSONObject(members[name]) }

    /// A string, or a number as it would be written.
    func text(_ name: String) -> String? {
        members[name] as? String ?? (members[name] as? NSNumber)?.stringValue
    }

    func number(_ name: String) -> Double? {
        (members[name] as? NSNumber)?.doubleValue ?? (members[name] as? String).flatMap { Double($0) }
    }

    func list(_ name: String) -> [JSONObject] { (members[name] as? [Any])?.map { JSONObject($0 as Any?) } ?? [] }
    func texts(_ name: String) -> [String] { members[name] as? [String] ?? [] }
}

/// Whom and what one wants to see.
struct TailFilter {
    var user: String?
    var product: String?

    func admits(_ record: TailRecord) -> Bool {
        if let user, record.key != user, record.user != user { return false }
        if let product, record.key != product, !record.products.contains(product) { return false }
        return true
    }
}
