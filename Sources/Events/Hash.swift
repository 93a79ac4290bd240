/// The house's own hashes. Swift's `Hasher` is seeded anew in every process, so it may never reach state or output.
public enum Hash {
    @inlinable
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// 64 bits of a byte string, in the manner of wyhash (Wang Yi, 2019): 16 bytes a round, folded 128-bit products.
    /// O(n), no allocation.
    @inlinable
    public static func of(_ bytes: Bytes, seed: UInt64 = 0) -> UInt64 {
        guard let start = bytes.start else { return of(Bytes(""), seed: seed) }
        let raw = UnsafeRawPointer(start)
        let count = bytes.count
        var state = seed ^ 0xA076_1D64_78BD_642F
        var at = 0
        while count - at > 16 {
            state = mix(word(raw, at) ^ 0xE703_7ED1_A0B4_28DB, word(raw, at + 8) ^ state)
            at += 16
        }
        let (a, b) = tail(raw + at, count - at)
        return mix(0xE703_7ED1_A0B4_28DB ^ UInt64(truncatingIfNeeded: count), mix(a ^ 0xE703_7ED1_A0B4_28DB, b ^ state))
    }

    /// Mixes numbers that identify something (a kind, a position) into one hash.
    @inlinable
    public static func combine(_ a: UInt64, _ b: UInt64) -> UInt64 {
        mix(a ^ 0xA076_1D64_78BD_642F, b ^ 0xE703_7ED1_A0B4_28DB)
    }

    @inlinable
    static func word(_ raw: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    @inlinable
    static func tail(_ raw: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
        if count >= 8 { return (word(raw, 0), word(raw, count - 8)) }
        if count >= 4 {
            let low = UInt64(raw.loadUnaligned(as: UInt32.self))
            let high = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return (low << 32 | high, 0)
        }
        var packed: UInt64 = 0
        for index in 0..<count {
            packed = packed << 8 | UInt64(raw.load(fromByteOffset: index, as: UInt8.self))
        }
        return (packed, 0)
    }

    /// Murmur2 as Kafka's Java client partitions by it (`org.apache.kafka.common.utils.Utils.murmur2`, seed
    /// 0x9747b28c), so that what we key lands where a Java producer would put it.
    public static func murmur2(_ key: Bytes) -> UInt32 {
        let m: UInt32 = 0x5bd1_e995
        var h: UInt32 = 0x9747_b28c ^ UInt32(truncatingIfNeeded: key.count)
        let words = key.count / 4
        for index in 0..<words {
            var k = UInt32(littleEndian: key.raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
            k = k &* m
            k ^= k >> 24
            h = (h &* m) ^ (k &* m)
        }
        let rest = key.count & 3
        if rest > 0 {
            for index in (0..<rest).reversed() { h ^= UInt32(key[words * 4 + index]) << (8 * UInt32(index)) }
            h = h &* m
        }
        h ^= h >> 13
        h = h &* m
        return h ^ h >> 15
    }

    /// The partition that a keyed record belongs to: `toPositive(murmur2(key)) % partitions`.
    @inlinable
    public static func partition(of key: Bytes, among partitions: Int32) -> Int32 {
        Int32(murmur2(key) & 0x7fff_ffff) % partitions
    }
}
