/// Growable table of trivially copyable records in fixed pages that never move: a record's pointer holds until it is
/// removed, and an index is a dense number that is reused, last removed first.
public struct Paged<Record: BitwiseCopyable>: ~Copyable {
    @usableFromInline var pages: FlatArray<UnsafeMutablePointer<Record>>
    /// Indices waiting to be used again.
    @usableFromInline var freed: FlatArray<UInt32>
    /// One bit a slot.
    @usableFromInline var live: FlatArray<UInt64>
    @usableFromInline let shift: Int

    @usableFromInline var used: Int
    @usableFromInline var opened: Int

    /// - Parameter recordsPerPage: a power of two.
    public init(recordsPerPage: Int = 1024) {
        precondition(recordsPerPage > 0 && recordsPerPage.nonzeroBitCount == 1, "a page is 2^k records")
        pages = FlatArray()
        freed = FlatArray()
        live = FlatArray()
        shift = recordsPerPage.trailingZeroBitCount
        used = 0
        opened = 0
    }

    deinit {
        for i in 0..<pages.count { pages[i].deallocate() }
    }

    /// Records now in the table.
    @inlinable public var count: Int { used }
    /// High water: every index ever handed out is below it.
    @inlinable public var slots: Int { opened }

    public var bytesReserved: Int {
        pages.count * (MemoryLayout<Record>.stride << shift) + pages.bytesReserved + freed.bytesReserved
            + live.bytesReserved
    }

    /// Stores `record` and returns its index. O(1) amortised.
    @inlinable
    public mutating func insert(_ record: Record) -> Int {
        let i = freed.isEmpty ? openSlot() : Int(freed.removeLast())
        live[i >> 6] |= 1 << UInt64(i & 63)
        used += 1
        pointer(i).initialize(to: record)
        return i
    }

    /// Gives the slot back; its index will be handed out again.
    @inlinable
    public mutating func remove(_ i: Int) {
        precondition(isLive(i), "only a live record can be removed")
        live[i >> 6] &= ~(1 << UInt64(i & 63))
        freed.append(UInt32(i))
        used -= 1
    }

    /// Forgets every record; pages stay reserved and indices start at 0 again.
    public mutating func removeAll() {
        freed.removeAll()
        live.removeAll()
        used = 0
        opened = 0
    }

    @inlinable
    public func isLive(_ i: Int) -> Bool {
        i >= 0 && i < slots && live[i >> 6] & (1 << UInt64(i & 63)) != 0
    }

    /// The record's memory, stable until the record is removed.
    @inlinable
    public func pointer(_ i: Int) -> UnsafeMutablePointer<Record> {
        precondition(i >= 0 && i < slots, "index outside the table")
        return pages.pointer[i >> shift] + (i & ((1 << shift) - 1))
    }

    @inlinable
    public subscript(i: Int) -> Record {
        unsafeAddress { UnsafePointer(pointer(i)) }
        unsafeMutableAddress { pointer(i) }
    }

    @usableFromInline
    mutating func openSlot() -> Int {
        precondition(slots < Int(UInt32.max), "a table holds 2^32 records")
        if slots >> shift == pages.count { pages.append(.allocate(capacity: 1 << shift)) }
        if slots >> 6 == live.count { live.append(0) }
        opened += 1
        return slots - 1
    }
}
