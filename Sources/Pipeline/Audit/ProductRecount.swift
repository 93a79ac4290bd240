import Engine
import Events

/// Numbers of products and categories, counted from the customers' inputs alone. Bound: 100 bytes a product.
struct ProductRecount {
    private var products: [[UInt8]: ProductTally] = [:]
    private var categories: [[UInt8]: ProductTally] = [:]

    /// Keys of which another order of the inputs could have counted otherwise.
    private var doubtful = Set<[UInt8]>()

    /// Leaves a product and a category out of the comparison.
    mutating func doubt(_ product: [UInt8], category: [UInt8]) { doubtful.formUnion([product, category]) }

    mutating func change(_ subject: Subject, _ key: Bytes, _ body: (inout ProductTally) -> Void) {
        change(subject, key.array, body)
    }

    mutating func change(_ subject: Subject, _ key: [UInt8], _ body: (inout ProductTally) -> Void) {
        if subject == .product {
            body(&products[key, default: ProductTally()])
        } else {
            body(&categories[key, default: ProductTally()])
        }
    }

    /// Holds one partition's state against the numbers counted, and forgets those.
    mutating func compare(with state: ProductState, at place: TopicPartition, _ desk: AuditDesk) {
        var counted = 0
        state.forEachTally { subject, key, tally in
            let theirs = take(subject, key.array)
            if doubtful.contains(key.array) { return }
            counted += 1
            guard let difference = difference(tally, theirs) else { return }
            desk.add(.different, .count, place, nil, "\(subject) \(key.text): \(difference)")
        }
        desk.report.check("products recounted", counted)
    }

    /// What no partition has.
    func reportRest(at topic: String, partitions: Int32, _ desk: AuditDesk) {
        for (subject, tallies) in [(Subject.product, products), (.category, categories)] {
            for key in tallies.keys where !doubtful.contains(key) {
                let partition = key.withUnsafeBytes { Hash.partition(of: Bytes($0), among: partitions) }
                let name = String(decoding: key, as: UTF8.self)
                desk.add(.missing, .count, TopicPartition(topic, partition), nil, "\(subject) \(name) has no state")
            }
        }
    }

    private mutating func take(_ subject: Subject, _ key: [UInt8]) -> ProductTally {
        let found = subject == .product ? products.removeValue(forKey: key) : categories.removeValue(forKey: key)
        return found ?? ProductTally()
    }

    private func difference(_ mine: ProductTally, _ theirs: ProductTally) -> String? {
        let numbers: [(String, UInt32, UInt32)] = [
            ("views", mine.views, theirs.views), ("adds", mine.adds, theirs.adds),
            ("orders", mine.orders, theirs.orders),
            ("units", mine.units, theirs.units), ("returns", mine.returns, theirs.returns),
            ("reviews", mine.reviews, theirs.reviews), ("transitions", mine.links, theirs.links),
        ]
        return numbers.first { $0.1 != $0.2 }.map { "\($0.0) \($0.1), counted \($0.2)" }
    }
}
