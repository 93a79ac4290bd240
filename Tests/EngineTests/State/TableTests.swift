import Events
import Models
import Testing

@testable import Engine

/// Tables against dictionaries, rings against arrays.
@Suite struct TableTests {
    /// Keys with few hashes, so that they stand in each other's way.
    static func hash(_ key: [UInt8], _ spread: UInt64) -> UInt64 {
        let mixed = SplitMix64.mix(key.reduce(7) { $0 &* 31 &+ UInt64($1) })
        let few = mixed % spread
        return few << 32 | few &* 131 & 0xFFFF_FFFF
    }

    @Test(arguments: [3, 50, 1_000, 1 << 40] as [UInt64])
    func `a key table is a dictionary, removals and all`(spread: UInt64) {
        var random = SeededRandom(seed: spread)
        var table = KeyTable()
        var twin: [[UInt8]: Int] = [:]
        for round in 0..<12_000 {
            // Grows for a while, then shrinks.
            let key = Array("key-\(random.nextIndex(below: round < 6_000 ? 4_000 : 500))".utf8)
            let hash = Self.hash(key, spread)
            key.withUnsafeBytes { raw in
                let found = table.find(Bytes(raw), hash: hash)
                if found != twin[key] {
                    Issue.record("\(String(decoding: key, as: UTF8.self)) in \(String(describing: found))")
                }
                if let slot = found, random.nextIndex(below: 3) == 0 {
                    table.remove(slot)
                    twin[key] = nil
                } else if found == nil {
                    twin[key] = table.insert(Bytes(raw), hash: hash)
                }
            }
            if round % 1_000 == 999 { Self.compare(table, twin, spread) }
        }
        #expect(twin.count > 100)
    }

    static func compare(_ table: borrowing KeyTable, _ twin: [[UInt8]: Int], _ spread: UInt64) {
        #expect(table.count == twin.count && Set(twin.values).count == twin.count)
        for (key, slot) in twin {
            let found = key.withUnsafeBytes { table.find(Bytes($0), hash: hash(key, spread)) }
            if found != slot || table.bytes(slot).array != key || table.hash(slot) != hash(key, spread)
                || !table.isLive(slot)
            {
                Issue.record("\(String(decoding: key, as: UTF8.self)) is lost")
            }
        }
        for slot in 0..<table.slots where table.isLive(slot) != twin.values.contains(slot) {
            Issue.record("slot \(slot)")
        }
    }

    @Test func `keys of every length come back`() {
        var table = KeyTable()
        let keys = (0...512).map { length in (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) } }
        for key in keys {
            key.withUnsafeBytes { #expect(table.insert(Bytes($0), hash: Hash.of(Bytes($0))) == key.count) }
        }
        for key in keys {
            key.withUnsafeBytes { #expect(table.find(Bytes($0), hash: Hash.of(Bytes($0))) == key.count) }
        }
        #expect(keys.indices.allSatisfy { table.bytes($0).array == keys[$0] })
    }

    @Test func `names are numbers for good`() {
        let names = Names(seed: 9)
        var twin: [String: Name] = [:]
        var random = SeededRandom(seed: 2)
        for _ in 0..<20_000 {
            let text = "name-\(random.nextSkewed(below: 5_000))"
            let name = Array(text.utf8).withUnsafeBytes { names.intern(Bytes($0)) }
            if let known = twin[text] { #expect(name == known) } else { twin[text] = name }
        }
        #expect(names.count == twin.count && Set(twin.values).count == twin.count && !twin.values.contains(.none))
        for (text, name) in twin {
            #expect(names.text(name).text == text)
            #expect(Array(text.utf8).withUnsafeBytes { names.find(Bytes($0)) } == name)
        }
        #expect(
            names.find(Bytes("unheard")) == nil && names.intern(.none) == .none && names.text(.none).isEmpty
                && names.refused == 0
        )
    }

    @Test func `names beyond the limit are refused and counted`() {
        let names = Names(limit: 2)
        #expect(names.intern(Bytes("a")) != .none && names.intern(Bytes("b")) != .none)
        #expect(names.intern(Bytes("c")) == .none && names.intern(Bytes("a")) != .none)
        #expect(names.count == 2 && names.refused == 1)
        let long = [UInt8](repeating: 1, count: 513)
        long.withUnsafeBytes { #expect(Names().intern(Bytes($0)) == .none) }
        long.dropLast().withUnsafeBytes { #expect(Names().intern(Bytes($0)) != .none) }
    }

    @Test func `a name map is a dictionary`() {
        var map = NameMap()
        var twin: [UInt32: Int] = [:]
        var random = SeededRandom(seed: 3)
        for slot in 0..<10_000 {
            let name = Name(raw: slot % 3 == 0 ? UInt32(slot + 1) : UInt32(truncatingIfNeeded: random.next() >> 36) + 1)
            if twin[name.raw] == nil {
                twin[name.raw] = slot
                map.insert(name, slot)
            }
            let other = Name(raw: UInt32(random.nextIndex(below: 30_000)))
            if map[other] != twin[other.raw] { Issue.record("\(other)") }
        }
        #expect(map.count == twin.count && twin.allSatisfy { map[Name(raw: $0.key)] == $0.value })
    }

    @Test(arguments: [1, 2, 7, 16, 20, 64])
    func `a ring is the end of an array`(bound: Int) {
        Self.check(bound) { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 }
        Self.check(bound) { UInt32(truncatingIfNeeded: $0 &* 7_919) }
        Self.check(bound) { UInt8(truncatingIfNeeded: $0) }
    }

    static func check<Element: BitwiseCopyable & Equatable & Comparable>(_ bound: Int, _ element: (Int) -> Element) {
        var random = SeededRandom(seed: UInt64(bound))
        var arena = Arena(chunkWords: 256)
        var ring = Ring<Element>()
        var neighbour = Ring<Element>()
        var twin: [Element] = []
        for step in 0..<2_000 {
            if random.nextIndex(below: 3 * bound + 10) == 0 {
                if random.nextIndex(below: 2) == 0 { ring.removeAll() } else { ring.free(in: &arena) }
                twin = []
            }
            ring.push(element(step), bound: bound, in: &arena)
            neighbour.push(element(step &+ 1), bound: bound, in: &arena)
            twin = Array((twin + [element(step)]).suffix(bound))
            let found = (0..<ring.count).map { ring.newest($0, in: arena) }
            if found != twin.reversed() { Issue.record("step \(step): \(found)") }
            if ring.storage(in: arena).sorted() != twin.sorted() { Issue.record("storage at step \(step)") }
        }
        #expect(neighbour.count == bound && neighbour.newest(0, in: arena) == element(2_000))
    }

    @Test func `a ring starts small`() {
        var arena = Arena()
        var ring = Ring<UInt64>()
        #expect(ring.count == 0 && ring.storage(in: arena).isEmpty)
        ring.push(1, bound: 20, in: &arena)
        #expect(arena.bytesUsed == 8)
        for value in 2...100 as ClosedRange<UInt64> { ring.push(value, bound: 20, in: &arena) }
        #expect(arena.bytesUsed == 192, "twenty words take a block of twenty-four")
        ring.free(in: &arena)
        #expect(arena.bytesUsed == 0 && MemoryLayout<Ring<UInt64>>.stride == 8)
    }
}

extension SeededRandom {
    /// Small numbers more often.
    mutating func nextSkewed(below count: Int) -> Int {
        let u = nextDouble()
        return Int(Double(count) * u * u)
    }
}
