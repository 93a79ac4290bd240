public import Events
import Models

/// What every line knows of the whole shop: the published rows of all products and categories, the catalogue, the
/// models' parameters. A read replica: it feeds lists and other advice, never facts.
///
/// Bound: three rows of ``Bounds/knownRow`` entries a product, 560 bytes at most.
public final class Knowledge {
    /// A row as it was published, strongest first.
    struct Row: BitwiseCopyable {
        var block = Arena.Block.none
        var count: UInt16 = 0
        var total: Float = 0
    }

    struct Entry: BitwiseCopyable {
        var product: Name
        var weight: Float
    }

    struct Known: BitwiseCopyable {
        var name: Name
        var category = Name.none
        /// Popularity brought to one landmark, as a logarithm to base 2, so that all of them compare at any time.
        var popularity = -Float.infinity
        var boughtAfter = Row()
        var viewedAfter = Row()
        var boughtAfterView = Row()
    }

    private let names: Names
    private let popularity: HalfLife
    private var arena = Arena()
    private var known = Paged<Known>(recordsPerPage: 256)
    private var productSlots = NameMap()
    private var categorySlots = NameMap()
    /// One bit a name: the catalogue says that there is none left.
    private var soldOut = FlatArray<UInt64>()
    /// The most popular products, best first.
    private(set) var popular: [(product: Name, level: Float)] = []
    /// Counts changes of ``popular``.
    private(set) var popularVersion: UInt64 = 0
    public private(set) var population: PopulationParameters?
    public private(set) var rowsAdopted: UInt64 = 0

    init(names: Names, popularity: HalfLife) {
        self.names = names
        self.popularity = popularity
        popular.reserveCapacity(Bounds.popular + 1)
    }

    public var products: Int { productSlots.count }
    public var bytesReserved: Int { known.bytesReserved + arena.bytesReserved + productSlots.bytesReserved }

    /// Takes over a published row, instead of what was known of the same product or category.
    public func adopt(_ row: Neighbours, entries: [Neighbour]) {
        let name = names.intern(row.key)
        guard name != .none else { return }
        rowsAdopted += 1
        let slot = slot(name, row.subject)
        let known = known.pointer(slot)
        if !row.category.isEmpty { known.pointee.category = names.intern(row.category) }
        replace(&known.pointee.boughtAfter, row.boughtAfter, entries)
        replace(&known.pointee.viewedAfter, row.viewedAfter, entries)
        replace(&known.pointee.boughtAfterView, row.boughtAfterView, entries)
        guard row.subject == .product, row.popularity > 0 else { return }
        let level = Elementary.log(Double(row.popularity)) / Elementary.log(2) + Double(row.time) * popularity.rate
        known.pointee.popularity = Float(level)
        rank(name, known.pointee.popularity)
    }

    public func adopt(_ parameters: PopulationParameters) { population = parameters }

    /// What the catalogue says of a product.
    public func adopt(product: Bytes, category: Bytes, isOutOfStock: Bool) {
        let name = names.intern(product)
        guard name != .none else { return }
        let known = known.pointer(slot(name, .product))
        if !category.isEmpty { known.pointee.category = names.intern(category) }
        setOutOfStock(name, isOutOfStock)
    }

    @inline(__always)
    func isOutOfStock(_ name: Name) -> Bool {
        let word = Int(name.raw >> 6)
        return word < soldOut.count && soldOut[word] & 1 << UInt64(name.raw & 63) != 0
    }

    private func setOutOfStock(_ name: Name, _ isOut: Bool) {
        let word = Int(name.raw >> 6)
        if isOut { while soldOut.count <= word { soldOut.append(0) } }
        guard word < soldOut.count else { return }
        let bit: UInt64 = 1 << UInt64(name.raw & 63)
        if isOut { soldOut[word] |= bit } else { soldOut[word] &= ~bit }
    }

    @inline(__always)
    func product(_ name: Name) -> UnsafeMutablePointer<Known>? { productSlots[name].map { known.pointer($0) } }

    @inline(__always)
    func category(_ name: Name) -> UnsafeMutablePointer<Known>? { categorySlots[name].map { known.pointer($0) } }

    @inline(__always)
    func entries(_ row: Row) -> UnsafeBufferPointer<Entry> {
        guard row.count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: arena.pointer(row.block, as: Entry.self), count: Int(row.count))
    }

    private func slot(_ name: Name, _ subject: Subject) -> Int {
        if let slot = subject == .product ? productSlots[name] : categorySlots[name] { return slot }
        let slot = known.insert(Known(name: name))
        if subject == .product { productSlots.insert(name, slot) } else { categorySlots.insert(name, slot) }
        return slot
    }

    private func replace(_ row: inout Row, _ published: NeighbourRow, _ entries: [Neighbour]) {
        let count = min(published.entries.count, Bounds.knownRow)
        row.count = UInt16(count)
        row.total = published.total
        guard count > 0 else { return }
        arena.grow(&row.block, toWords: count)
        let into = arena.pointer(row.block, as: Entry.self)
        for index in 0..<count {
            let entry = entries[published.entries.lowerBound + index]
            into[index] = Entry(product: names.intern(entry.product), weight: entry.weight)
        }
    }

    /// Puts a product where it belongs among the most popular ones.
    private func rank(_ name: Name, _ level: Float) {
        if let last = popular.last, popular.count == Bounds.popular, last.level > level,
            product(name).map({ $0.pointee.popularity < last.level }) ?? true
        {
            return
        }
        popularVersion += 1
        popular.removeAll { $0.product == name }
        let place = popular.firstIndex { $0.level < level } ?? popular.count
        popular.insert((name, level), at: place)
        if popular.count > Bounds.popular { popular.removeLast() }
    }
}
