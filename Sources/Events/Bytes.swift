public import Glibc

/// A run of bytes that somebody else owns: a field of a record, an interned name, a slice of a buffer.
///
/// Nothing is copied and nothing is counted, so a `Bytes` is valid only as long as its owner keeps the memory in place:
/// fields of a ``Fact`` until the next decode, names until their table drops them.
@frozen
public struct Bytes: BitwiseCopyable {
    public let start: UnsafePointer<UInt8>?
    public let count: Int

    @inlinable
    public init(start: UnsafePointer<UInt8>?, count: Int) {
        self.start = start
        self.count = count
    }

    @inlinable
    public init(_ buffer: UnsafeRawBufferPointer) {
        self.init(start: buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), count: buffer.count)
    }

    @inlinable
    public init(_ literal: StaticString) {
        self.init(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// Nothing there: a missing field, or a record without key or value.
    @inlinable public static var none: Bytes { Bytes(start: nil, count: 0) }

    @inlinable public var isEmpty: Bool { count == 0 }
    @inlinable public var isMissing: Bool { start == nil }

    @inlinable
    public subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return start.unsafelyUnwrapped[index]
    }

    @inlinable
    public var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    @inlinable
    public var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    @inlinable
    public static func == (left: Bytes, right: Bytes) -> Bool {
        left.count == right.count && (left.count == 0 || memcmp(left.start!, right.start!, left.count) == 0)
    }

    /// Lexicographic by byte, the order of every tie that names decide. O(n)
    public func precedes(_ other: Bytes) -> Bool {
        let shared = min(count, other.count)
        let order = shared == 0 ? 0 : memcmp(start!, other.start!, shared)
        return order == 0 ? count < other.count : order < 0
    }

    @inlinable
    public func dropFirst(_ n: Int) -> Bytes {
        n >= count ? .none : Bytes(start: start! + n, count: count - n)
    }

    public var text: String { String(decoding: buffer, as: UTF8.self) }
    public var array: [UInt8] { Array(buffer) }
}
