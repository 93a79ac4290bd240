/// A growable array of trivially copyable elements with one owner: no reference count, no copy on write.
///
/// Growing doubles the buffer, so elements move; use `Paged` where pointers must hold.
public struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<Element>
    @usableFromInline var capacity: Int
    @usableFromInline var used: Int

    @inlinable
    public init(capacity: Int = 0) {
        base = .allocate(capacity: max(capacity, 1))
        self.capacity = max(capacity, 1)
        used = 0
    }

    deinit { base.deallocate() }

    @inlinable public var count: Int { used }
    @inlinable public var isEmpty: Bool { count == 0 }
    @inlinable public var bytesReserved: Int { capacity * MemoryLayout<Element>.stride }

    /// Stable until the array grows.
    @inlinable public var pointer: UnsafeMutablePointer<Element> { base }

    @inlinable
    public subscript(i: Int) -> Element {
        unsafeAddress {
            precondition(i >= 0 && i < count, "index outside the array")
            return UnsafePointer(base + i)
        }
        unsafeMutableAddress {
            precondition(i >= 0 && i < count, "index outside the array")
            return base + i
        }
    }

    /// - Complexity: O(1) amortised.
    @inlinable
    public mutating func append(_ element: Element) {
        if count == capacity { reserve(max(8, count * 2)) }
        (base + count).initialize(to: element)
        used += 1
    }

    /// Puts `element` before the `i`-th. O(count - i).
    @inlinable
    public mutating func insert(_ element: Element, at i: Int) {
        precondition(i >= 0 && i <= count, "index outside the array")
        append(element)
        (base + i + 1).update(from: base + i, count: count - 1 - i)
        base[i] = element
    }

    @inlinable
    public mutating func removeLast() -> Element {
        precondition(count > 0, "nothing to remove")
        used -= 1
        return base[count]
    }

    /// Takes out the `i`-th and closes the gap, order kept. O(count - i).
    @inlinable
    public mutating func remove(at i: Int) {
        precondition(i >= 0 && i < count, "index outside the array")
        (base + i).update(from: base + i + 1, count: count - 1 - i)
        used -= 1
    }

    /// Forgets the elements and keeps the buffer.
    @inlinable
    public mutating func removeAll() { used = 0 }

    @inlinable
    public mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
        capacity = wanted
    }
}
