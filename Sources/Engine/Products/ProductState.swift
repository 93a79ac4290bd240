public import Events
import Models

/// The products and categories of one signals partition, and the shop-wide models that the partition owns: a pure fold
/// over the committed signals in log order.
public final class ProductState {
    public let partition: Int32
    let commons: Commons
    var products = Paged<Product>(recordsPerPage: 256)
    var arena = Arena()
    /// Slots by name: products, and categories apart from them.
    var productSlots = NameMap()
    var categorySlots = NameMap()
    var changed = FlatArray<UInt32>()
    var waiting = FlatArray<UInt32>()
    /// Scratch space for the entries of a row that is published.
    var strongest = TopSelection<Name>(limit: Bounds.knownRow)
    private(set) var sentimentOwner: SentimentOwner?
    let churnOwner: ChurnOwner?
    /// Parts of the models that the changelog holds, by ``ModelPart``.
    var modelParts = Set<Int>()
    /// Latest time of any signal.
    public internal(set) var newest = EventTime.unknown
    /// Signals whose subject belongs to another partition.
    public private(set) var misrouted: UInt64 = 0

    public init(partition: Int32, commons: Commons) {
        self.partition = partition
        self.commons = commons
        let owns = { (key: StaticString) in Hash.partition(of: Bytes(key), among: commons.partitions) == partition }
        sentimentOwner = owns(ModelKey.sentiment) ? SentimentOwner() : nil
        churnOwner = owns(ModelKey.churn) ? ChurnOwner() : nil
    }

    /// What was learned of texts that were read otherwise is worth nothing: the model begins as it was born.
    public func renewModels() {
        if sentimentOwner != nil { sentimentOwner = SentimentOwner() }
    }

    public var count: Int { products.count }
    public var changes: Int { changed.count }
    /// State records that the changelog holds of this partition once all changes are written.
    public var records: Int { count + modelParts.count + 1 }
    public var bytesReserved: Int {
        products.bytesReserved + arena.bytesReserved + productSlots.bytesReserved + categorySlots.bytesReserved
    }

    /// Folds one signal.
    public func apply(_ signal: SignalFields, into effects: Effects) {
        guard Hash.partition(of: signal.subject, among: commons.partitions) == partition else {
            misrouted += 1
            return
        }
        newest = max(newest, signal.time)
        switch signal.kind {
        case .review: sentimentOwner?.judge(signal, into: effects)
        case .purchaseHistory: churnOwner?.learn(signal, into: effects)
        case .departed: churnOwner?.forget(signal)
        case .judged: count(signal, slot(signal.subject, .product), into: effects)
        case .judgedCategory: count(signal, slot(signal.subject, .category), into: effects)
        case .boughtAfterCategory: link(signal, slot(signal.subject, .category))
        case .boughtAfter, .viewedAfter, .boughtAfterView: link(signal, slot(signal.subject, .product))
        case .viewed, .added, .ordered, .returned: demand(signal, slot(signal.subject, .product))
        }
    }

    func slot(_ key: Bytes, _ subject: Subject) -> Int? {
        let name = commons.names.intern(key)
        return name == .none ? nil : slot(name, subject)
    }

    func slot(_ name: Name, _ subject: Subject) -> Int {
        if let slot = subject == .product ? productSlots[name] : categorySlots[name] { return slot }
        let slot = products.insert(Product(name: name, subject: subject))
        if subject == .product { productSlots.insert(name, slot) } else { categorySlots.insert(name, slot) }
        return slot
    }

    func markChanged(_ slot: Int) {
        let product = products.pointer(slot)
        if !product.pointee.isChanged {
            product.pointee.isChanged = true
            changed.append(UInt32(slot))
        }
        if !product.pointee.isDue {
            product.pointee.isDue = true
            waiting.append(UInt32(slot))
        }
    }
}
