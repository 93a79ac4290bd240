public import Events
import Models

/// The dense number of a product, category or brand. Numbers differ between processes and runs, so they never reach
/// state bytes or output, and never decide an order.
@frozen
public struct Name: BitwiseCopyable, Equatable, Hashable, Sendable {
    public let raw: UInt32

    @inlinable public init(raw: UInt32) { self.raw = raw }

    /// No name, or one too many.
    @inlinable public static var none: Name { Name(raw: 0) }
}

/// All names that a line knows. Names are never dropped, so their bytes stay where they are.
///
/// Bound: ``limit`` names of at most 512 bytes, about 50 bytes each beside the text. What comes after, or is longer, is
/// nameless and counted in ``refused``: its events still count for the customer, not for a product.
public final class Names {
    /// 2^28 − 2, what a ``Touch`` can hold.
    public static let largest = 1 << 28 - 2

    private var table = KeyTable()
    private let limit: Int
    private let seed: UInt64
    public private(set) var refused: UInt64 = 0

    /// - Parameter seed: of the hash, so that no producer can aim at our table; it reaches nothing else.
    public init(limit: Int = 1 << 24, seed: UInt64 = 0) {
        self.limit = min(limit, Names.largest)
        self.seed = seed
    }

    public var count: Int { table.count }
    public var bytesReserved: Int { table.bytesReserved }

    /// The number of a name, given to it now if it is new. O(1)
    @inline(__always)
    public func intern(_ text: Bytes) -> Name {
        guard !text.isEmpty else { return .none }
        let hash = Hash.of(text, seed: seed)
        if let slot = table.find(text, hash: hash) { return Name(raw: UInt32(slot + 1)) }
        return add(text, hash)
    }

    private func add(_ text: Bytes, _ hash: UInt64) -> Name {
        guard table.count < limit, text.count <= Limits.identifier else {
            refused += 1
            return .none
        }
        return Name(raw: UInt32(table.insert(text, hash: hash) + 1))
    }

    public func find(_ text: Bytes) -> Name? {
        table.find(text, hash: Hash.of(text, seed: seed)).map { Name(raw: UInt32($0 + 1)) }
    }

    /// The name's text; empty for ``Name/none``.
    @inline(__always)
    public func text(_ name: Name) -> Bytes {
        name == .none ? .none : table.bytes(Int(name.raw) - 1)
    }
}

/// From names to slots of a table, without hashing text again: names are dense and random enough for a multiplication.
struct NameMap: ~Copyable {
    private var cells: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private(set) var count = 0

    init() {
        mask = 255
        cells = .allocate(capacity: 256)
        cells.initialize(repeating: 0, count: 256)
    }

    deinit { cells.deallocate() }

    var bytesReserved: Int { (mask + 1) * 8 }

    @inline(__always)
    private static func home(_ name: Name) -> Int {
        Int(truncatingIfNeeded: (UInt64(name.raw) &* 0x9E37_79B9_7F4A_7C15) >> 20)
    }

    @inline(__always)
    subscript(name: Name) -> Int? {
        var cell = NameMap.home(name) & mask
        while cells[cell] != 0 {
            if UInt32(truncatingIfNeeded: cells[cell] >> 32) == name.raw { return Int(cells[cell] & 0xFFFF_FFFF) - 1 }
            cell = (cell + 1) & mask
        }
        return nil
    }

    /// Adds a name that is not there yet.
    mutating func insert(_ name: Name, _ slot: Int) {
        if (count + 1) * 2 > mask { enlarge() }
        place(UInt64(name.raw) << 32 | UInt64(slot + 1))
        count += 1
    }

    private mutating func place(_ value: UInt64) {
        var cell = NameMap.home(Name(raw: UInt32(truncatingIfNeeded: value >> 32))) & mask
        while cells[cell] != 0 { cell = (cell + 1) & mask }
        cells[cell] = value
    }

    private mutating func enlarge() {
        let old = cells
        let size = mask + 1
        mask = size * 2 - 1
        cells = .allocate(capacity: size * 2)
        cells.initialize(repeating: 0, count: size * 2)
        for cell in 0..<size where old[cell] != 0 { place(old[cell]) }
        old.deallocate()
    }
}
