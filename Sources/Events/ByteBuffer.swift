import Glibc

/// An append-only buffer of bytes, reused from batch to batch: what is encoded goes here and leaves without a copy.
public struct ByteBuffer: ~Copyable {
    public private(set) var base: UnsafeMutablePointer<UInt8>
    public private(set) var count = 0
    public private(set) var capacity: Int

    public init(capacity: Int = 4_096) {
        self.capacity = max(capacity, 64)
        base = UnsafeMutablePointer<UInt8>.allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    public mutating func removeAll() { count = 0 }

    /// Drops everything after `count` bytes.
    public mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    public func bytes(from start: Int = 0) -> Bytes { Bytes(start: base + start, count: count - start) }
    public func bytes(_ range: Range<Int>) -> Bytes { Bytes(start: base + range.lowerBound, count: range.count) }

    /// Makes room for `extra` more bytes: amortised O(1), no allocation once the buffer has its working size.
    @inline(__always)
    public mutating func reserve(_ extra: Int) {
        if count + extra > capacity { enlarge(extra) }
    }

    @inline(never)
    private mutating func enlarge(_ extra: Int) {
        capacity = max(capacity * 2, count + extra)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        memcpy(larger, base, count)
        base.deallocate()
        base = larger
    }

    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    /// Lets `write` fill the next `extra` bytes.
    @inline(__always)
    mutating func extend(by extra: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) {
        reserve(extra)
        write(base + count)
        count += extra
    }

    @inline(__always)
    public mutating func append(_ bytes: Bytes) {
        guard let start = bytes.start else { return }
        reserve(bytes.count)
        memcpy(base + count, start, bytes.count)
        count += bytes.count
    }

    @inline(__always)
    public mutating func append(_ literal: StaticString) { append(Bytes(literal)) }

    /// Literals are to take ``append(_:)-(StaticString)``: no `String` is made of them.
    @_disfavoredOverload
    public mutating func append(_ text: String) {
        var copy = text
        copy.withUTF8 { append(Bytes(UnsafeRawBufferPointer($0))) }
    }

    public mutating func append(_ array: [UInt8]) {
        array.withUnsafeBytes { append(Bytes($0)) }
    }

    /// A fixed-width integer, least significant byte first.
    @inline(__always)
    public mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        reserve(MemoryLayout<Value>.size)
        UnsafeMutableRawPointer(base + count).storeBytes(of: value.littleEndian, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    /// An unsigned LEB128 number: seven bits a byte, small numbers short.
    @inline(__always)
    public mutating func append(varint value: UInt64) {
        reserve(10)
        var rest = value
        while rest >= 0x80 {
            base[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count += 1
            rest >>= 7
        }
        base[count] = UInt8(truncatingIfNeeded: rest)
        count += 1
    }

    /// A signed number, zigzag-coded so that small negatives stay short.
    @inline(__always)
    public mutating func append(zigzag value: Int64) { append(varint: UInt64(bitPattern: value << 1 ^ value >> 63)) }

    /// Length, then bytes.
    @inline(__always)
    public mutating func append(prefixed bytes: Bytes) {
        append(varint: UInt64(bytes.count))
        append(bytes)
    }

    /// Overwrites four bytes written earlier, for a length that is known only afterwards.
    public mutating func patch(at offset: Int, littleEndian value: UInt32) {
        UnsafeMutableRawPointer(base + offset).storeBytes(of: value.littleEndian, as: UInt32.self)
    }
}

/// Reads what ``ByteBuffer`` wrote. Every read is checked; after the first that does not fit, `failed` is set and all
/// further reads answer zero, so a caller checks once at the end.
public struct ByteReader {
    public let bytes: Bytes
    public private(set) var at = 0
    public private(set) var failed = false

    public init(_ bytes: Bytes) { self.bytes = bytes }

    public var remaining: Int { bytes.count - at }
    public var isAtEnd: Bool { at >= bytes.count }

    public mutating func fail() {
        failed = true
        at = bytes.count
    }

    @inline(__always)
    public mutating func byte() -> UInt8 {
        guard at < bytes.count else {
            fail()
            return 0
        }
        at += 1
        return bytes[at - 1]
    }

    @inline(__always)
    public mutating func littleEndian<Value: FixedWidthInteger>(_ type: Value.Type) -> Value {
        guard remaining >= MemoryLayout<Value>.size else {
            fail()
            return 0
        }
        at += MemoryLayout<Value>.size
        let value = bytes.raw.loadUnaligned(fromByteOffset: at - MemoryLayout<Value>.size, as: Value.self)
        return Value(littleEndian: value)
    }

    @inline(__always)
    public mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count, shift < 64 {
            let next = bytes[at]
            at += 1
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        fail()
        return 0
    }

    @inline(__always)
    public mutating func zigzag() -> Int64 {
        let value = varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    @inline(__always)
    public mutating func prefixed() -> Bytes { take(Int(clamping: varint())) }

    @inline(__always)
    public mutating func take(_ count: Int) -> Bytes {
        guard count >= 0, count <= remaining else {
            fail()
            return .none
        }
        at += count
        return Bytes(start: bytes.start.map { $0 + (at - count) }, count: count)
    }

    @inline(__always) public mutating func float() -> Float { Float(bitPattern: littleEndian(UInt32.self)) }
    @inline(__always) public mutating func double() -> Double { Double(bitPattern: littleEndian(UInt64.self)) }
}
