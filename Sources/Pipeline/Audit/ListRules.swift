import Events
import Foundation

/// The lists that were recommended, held to their rules: each follows from one event of its customer and is said once,
/// under the customer's key, in the key's partition, in order, without the product that led to it.
///
/// When the replica learned what decides which lists are made and what stands in them, so more cannot be demanded.
/// Bound: 60 bytes a list in the topic.
struct ListRules {
    private struct Id: Hashable {
        var high: UInt64
        var low: UInt64

        init(_ id: OutcomeId) {
            high = id.high
            low = id.low
        }

        /// `rec-` and 32 hexadecimal digits.
        init?(_ text: String) {
            guard text.hasPrefix("rec-"), text.utf8.count == 36,
                let high = UInt64(text.dropFirst(4).prefix(16), radix: 16),
                let low = UInt64(text.suffix(16), radix: 16)
            else { return nil }
            self.high = high
            self.low = low
        }
    }

    private struct Said {
        var place: TopicPartition
        var offset: Int64
        var isExplained = false
    }

    private let partitions: Int32
    private let places: Int
    private var said: [Id: Said] = [:]

    init(partitions: Int32, places: Int) {
        self.partitions = partitions
        self.places = places
    }

    var count: Int { said.count }

    /// A record of the topic; tombstones say that a customer wants no more lists.
    mutating func take(_ record: Record, at place: TopicPartition, _ desk: AuditDesk) {
        guard !record.value.isMissing else { return }
        let key = record.key.text
        guard let list = List(record.value), let id = Id(list.id) else {
            return desk.add(.different, .list, place, record.offset, "a list that cannot be read", key)
        }
        if let fault = list.fault(key: key, places: places) {
            desk.add(.different, .list, place, record.offset, fault, key)
        }
        if Hash.partition(of: record.key, among: partitions) != place.partition {
            desk.add(.different, .list, place, record.offset, "a list in the wrong partition for its key", key)
        }
        if said[id] == nil {
            said[id] = Said(place: place, offset: record.offset)
        } else {
            desk.add(.duplicate, .list, place, record.offset, "a second list for the same event", key)
        }
    }

    /// An event to which a list may answer.
    mutating func explain(_ fact: Fact, _ origin: Origin) {
        switch fact.kind {
        case .productViewed, .productAdded, .orderCompleted: break
        default: return
        }
        said[Id(OutcomeId(kind: 1, key: fact.customer, cause: origin.cause))]?.isExplained = true
    }

    /// - Parameter isWhole: all inputs that ever led to lists were seen.
    func conclude(isWhole: Bool, _ desk: AuditDesk) {
        desk.report.check("lists", said.count)
        let strangers = said.values.filter { !$0.isExplained }
        guard !strangers.isEmpty else { return }
        guard isWhole else {
            return desk.note("\(strangers.count) lists follow from no event that the inputs still hold; not checked")
        }
        for list in strangers.sorted(by: { ($0.place, $0.offset) < ($1.place, $1.offset) }) {
            desk.add(.extra, .list, list.place, list.offset, "a list that no event of its customer led to")
        }
    }
}

/// A list as its readers see it.
private struct List: Decodable {
    struct Properties: Decodable {
        var trigger: String
        var triggerProductId: String
        var products: [Place]
    }

    struct Place: Decodable {
        var productId: String
        var position: Int
        var score: Double
    }

    var id: String
    var userId: String?
    var anonymousId: String?
    var properties: Properties

    enum CodingKeys: String, CodingKey {
        case id = "messageId"
        case userId, anonymousId, properties
    }

    init?(_ value: Bytes) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let list = try? decoder.decode(List.self, from: Data(value.buffer)) else { return nil }
        self = list
    }

    func fault(key: String, places: Int) -> String? {
        let products = properties.products
        if (userId ?? anonymousId) != key { return "a list under another customer's key" }
        if products.isEmpty || products.count > places { return "a list of \(products.count) places" }
        if zip(products, 1...).contains(where: { $0.position != $1 }) { return "a list whose places are not numbered" }
        if zip(products, products.dropFirst()).contains(where: { $0.score < $1.score }) { return "a list out of order" }
        if Set(products.map(\.productId)).count < products.count { return "a list with a product twice" }
        let leavesOut = properties.trigger != "order"
        if leavesOut, products.contains(where: { $0.productId == properties.triggerProductId }) {
            return "a list with the product that led to it"
        }
        return nil
    }
}
