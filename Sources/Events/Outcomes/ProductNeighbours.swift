/// What kind of thing a product-stage state or output is about.
public enum Subject: UInt8, BitwiseCopyable, Sendable {
    case product, category
}

/// A product beside another, with the decayed weight of the link.
@frozen
public struct Neighbour: BitwiseCopyable {
    public var product: Bytes
    public var weight: Float

    @inlinable
    public init(product: Bytes, weight: Float) {
        self.product = product
        self.weight = weight
    }
}

/// A row of neighbours: `entries` of ``Outcomes/neighbours``, strongest first, and the weight of the whole row.
public struct NeighbourRow {
    public var entries: Range<Int>
    public var total: Float

    public init(entries: Range<Int>, total: Float) {
        self.entries = entries
        self.total = total
    }
}

/// What one product or category has beside it: the projection that product pages show and ``Knowledge`` reads.
public struct Neighbours {
    public var subject: Subject
    public var key: Bytes
    public var category: Bytes
    public var time: EventTime
    public var popularity: Float
    public var views: UInt32
    public var orders: UInt32
    public var boughtAfter: NeighbourRow
    public var viewedAfter: NeighbourRow
    public var boughtAfterView: NeighbourRow

    public init(
        subject: Subject,
        key: Bytes,
        category: Bytes,
        time: EventTime,
        popularity: Float,
        views: UInt32,
        orders: UInt32,
        boughtAfter: NeighbourRow,
        viewedAfter: NeighbourRow,
        boughtAfterView: NeighbourRow
    ) {
        self.subject = subject
        self.key = key
        self.category = category
        self.time = time
        self.popularity = popularity
        self.views = views
        self.orders = orders
        self.boughtAfter = boughtAfter
        self.viewedAfter = viewedAfter
        self.boughtAfterView = boughtAfterView
    }
}
