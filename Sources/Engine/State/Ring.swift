import Models

/// The last few values of something, in a block of the arena that grows with use up to a bound. 8 bytes.
struct Ring<Element: BitwiseCopyable>: BitwiseCopyable {
    private var block = Arena.Block.none
    /// Position of the oldest element; moves only once the ring has its full size.
    private var head: UInt8 = 0
    private var used: UInt8 = 0

    @inline(__always) var count: Int { Int(used) }
    /// Words of the arena that it holds.
    var words: Int { Int(block.words) }

    /// Adds the newest element; with `bound` elements there already, the oldest makes room. O(1)
    @inline(__always)
    mutating func push(_ element: Element, bound: Int, in arena: inout Arena) {
        if count < bound {
            reserve(count + 1, bound, in: &arena)
            arena.pointer(block, as: Element.self)[count] = element
            used += 1
        } else {
            arena.pointer(block, as: Element.self)[Int(head)] = element
            head = Int(head) + 1 == bound ? 0 : head + 1
        }
    }

    /// The `age`-th newest: 0 is the last one pushed.
    @inline(__always)
    func newest(_ age: Int, in arena: borrowing Arena) -> Element {
        assert(age < count)
        let index = Int(head) + count - 1 - age
        return arena.pointer(block, as: Element.self)[index < count ? index : index - count]
    }

    /// All elements in storage order, for searching.
    @inline(__always)
    func storage(in arena: borrowing Arena) -> UnsafeBufferPointer<Element> {
        guard used > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: arena.pointer(block, as: Element.self), count: count)
    }

    /// The element, for changing it in its place. O(count)
    func first(in arena: borrowing Arena, where isIt: (Element) -> Bool) -> UnsafeMutablePointer<Element>? {
        guard used > 0 else { return nil }
        let elements = arena.pointer(block, as: Element.self)
        return (0..<count).first { isIt(elements[$0]) }.map { elements + $0 }
    }

    /// Forgets the elements, keeps the block.
    mutating func removeAll() {
        head = 0
        used = 0
    }

    mutating func free(in arena: inout Arena) {
        arena.free(&block)
        removeAll()
    }

    private mutating func reserve(_ wanted: Int, _ bound: Int, in arena: inout Arena) {
        let words = (wanted * MemoryLayout<Element>.stride + 7) / 8
        guard words > Int(block.words) else { return }
        let most = (bound * MemoryLayout<Element>.stride + 7) / 8
        arena.grow(&block, toWords: min(max(words, Int(block.words) * 2), most))
    }
}
