import Events
import Glibc
import Models

/// Byte strings to dense numbers and back: open addressing over tags, the bytes in an arena that never moves.
///
/// A look-up costs one hash, usually one cache line of tags and one comparison. About 40 bytes a key beside the key
/// itself.
struct KeyTable: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var hash: UInt64
        var block: Arena.Block
        var count: UInt16
    }

    /// A key that is no longer found and whose bytes still stand.
    struct Retired: BitwiseCopyable {
        fileprivate let block: Arena.Block
        fileprivate let count: UInt16
    }

    private var entries = Paged<Entry>()
    private var arena = Arena()
    /// Upper half: tag of the hash; lower half: slot + 1, zero when free.
    private var cells: UnsafeMutablePointer<UInt64>
    private var mask: Int

    init(capacity: Int = 1_024) {
        var size = 1_024
        while size < capacity * 2 { size *= 2 }
        cells = .allocate(capacity: size)
        cells.initialize(repeating: 0, count: size)
        mask = size - 1
    }

    deinit { cells.deallocate() }

    var count: Int { entries.count }
    /// High water mark of slots; not all below it are live.
    var slots: Int { entries.slots }
    var bytesReserved: Int { entries.bytesReserved + arena.bytesReserved + (mask + 1) * 8 }

    /// Of an entry and its two cells, beside the key's bytes.
    static var bytesEach: Int { MemoryLayout<Entry>.stride + 2 * MemoryLayout<UInt64>.stride }
    /// Bytes of the keys that are there.
    var bytesUsed: Int { arena.bytesUsed }
    /// Bytes that the index takes more when it next doubles.
    var largestGrowth: Int { (mask + 1) * 8 }
    /// Bytes of one key, as they are kept.
    func blockBytes(_ slot: Int) -> Int { Int(entries[slot].block.words) * 8 }

    func isLive(_ slot: Int) -> Bool { entries.isLive(slot) }

    @inline(__always)
    func bytes(_ slot: Int) -> Bytes {
        let entry = entries[slot]
        guard entry.count > 0 else { return Bytes("") }
        return Bytes(start: arena.pointer(entry.block, as: UInt8.self), count: Int(entry.count))
    }

    @inline(__always)
    func hash(_ slot: Int) -> UInt64 { entries[slot].hash }

    @inline(__always)
    func find(_ key: Bytes, hash: UInt64) -> Int? {
        var cell = Int(truncatingIfNeeded: hash) & mask
        while cells[cell] != 0 {
            if cells[cell] >> 32 == hash >> 32 {
                let slot = Int(cells[cell] & 0xFFFF_FFFF) - 1
                if bytes(slot) == key { return slot }
            }
            cell = (cell + 1) & mask
        }
        return nil
    }

    /// Adds a key that ``find(_:hash:)`` did not find. O(1) amortised.
    mutating func insert(_ key: Bytes, hash: UInt64) -> Int {
        precondition(key.count <= Limits.identifier, "identifiers are bounded by the decoder")
        if (entries.count + 1) * 2 > mask { enlarge() }
        var entry = Entry(hash: hash, block: .none, count: UInt16(key.count))
        if key.count > 0 {
            entry.block = arena.allocate(words: (key.count + 7) / 8)
            memcpy(arena.pointer(entry.block, as: UInt8.self), key.start!, key.count)
        }
        let slot = entries.insert(entry)
        place(slot, hash)
        return slot
    }

    /// Forgets a key; its slot will be given to another.
    mutating func remove(_ slot: Int) { free(retire(slot)) }

    /// Forgets a key but keeps its bytes where they are until ``free(_:)``: somebody may still have to be told.
    /// Backward-shift deletion (Knuth, TAOCP 3, 6.4, algorithm R).
    mutating func retire(_ slot: Int) -> Retired {
        let entry = entries[slot]
        var hole = Int(truncatingIfNeeded: entry.hash) & mask
        while Int(cells[hole] & 0xFFFF_FFFF) - 1 != slot { hole = (hole + 1) & mask }
        var next = (hole + 1) & mask
        while cells[next] != 0 {
            let home = Int(truncatingIfNeeded: entries[Int(cells[next] & 0xFFFF_FFFF) - 1].hash) & mask
            if (next - home) & mask >= (next - hole) & mask {
                cells[hole] = cells[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        cells[hole] = 0
        entries.remove(slot)
        return Retired(block: entry.block, count: entry.count)
    }

    func bytes(_ key: Retired) -> Bytes {
        guard key.count > 0 else { return Bytes("") }
        return Bytes(start: arena.pointer(key.block, as: UInt8.self), count: Int(key.count))
    }

    mutating func free(_ key: Retired) {
        var block = key.block
        arena.free(&block)
    }

    private mutating func place(_ slot: Int, _ hash: UInt64) {
        var cell = Int(truncatingIfNeeded: hash) & mask
        while cells[cell] != 0 { cell = (cell + 1) & mask }
        cells[cell] = (hash & ~0xFFFF_FFFF) | UInt64(slot + 1)
    }

    private mutating func enlarge() {
        cells.deallocate()
        let size = (mask + 1) * 2
        cells = .allocate(capacity: size)
        cells.initialize(repeating: 0, count: size)
        mask = size - 1
        for slot in 0..<entries.slots where entries.isLive(slot) { place(slot, entries[slot].hash) }
    }
}
