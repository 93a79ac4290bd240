/// Flat pool of small zeroed blocks of 8-byte words in size classes (1, 2, 3, 4, 6, 8, 12, 16 … 256 words), carved from
/// chunks that never move.
///
/// Two classes an octave, so that a block is never half again as large as what was asked for. A class takes a slab of
/// 256 words from the current chunk and hands out its pieces in order; freed blocks go to their class' list, last in
/// first out. Bytes lost: at most one partly used slab per class, and the end of a slab where the size does not divide
/// it. A handle counts words, so one arena holds up to 32 GB.
public struct Arena: ~Copyable {
    /// A place in the arena: 6 bytes, meaningless without it.
    @frozen
    public struct Block: BitwiseCopyable, Sendable, Equatable {
        /// Index of the first word.
        public var handle: UInt32
        /// Capacity in words, that of a size class; 0 = no block.
        public var words: UInt16

        @inlinable
        public init(handle: UInt32, words: UInt16) {
            self.handle = handle
            self.words = words
        }

        @inlinable public static var none: Block { Block(handle: 0, words: 0) }
    }

    @inlinable public static var largestBlock: Int { 256 }
    @usableFromInline static var classes: Int { 16 }
    @usableFromInline static var nothing: UInt32 { .max }

    @usableFromInline var chunks: FlatArray<UnsafeMutablePointer<UInt64>>
    @usableFromInline let shift: UInt32
    @usableFromInline var nextSlab: UInt64
    /// Per class: head of the free list, next piece of the open slab, end of the open slab.
    @usableFromInline var freed: InlineArray<16, UInt32>
    @usableFromInline var cursor: InlineArray<16, UInt64>
    @usableFromInline var limit: InlineArray<16, UInt64>
    @usableFromInline var wordsUsed: Int

    /// - Parameter chunkWords: words per chunk, a power of two, at least 256.
    public init(chunkWords: Int = 1 << 15) {
        precondition(chunkWords >= Arena.largestBlock && chunkWords.nonzeroBitCount == 1, "a chunk is 2^k words")
        chunks = FlatArray()
        shift = UInt32(chunkWords.trailingZeroBitCount)
        nextSlab = 0
        freed = InlineArray(repeating: Arena.nothing)
        cursor = InlineArray(repeating: 0)
        limit = InlineArray(repeating: 0)
        wordsUsed = 0
    }

    deinit {
        for i in 0..<chunks.count { chunks[i].deallocate() }
    }

    /// Bytes taken from the system.
    public var bytesReserved: Int { chunks.count * (8 << Int(shift)) + chunks.bytesReserved }

    /// Bytes of the blocks now handed out.
    public var bytesUsed: Int { wordsUsed * 8 }

    /// A zeroed block of at least `words` words.
    ///
    /// - Complexity: O(words) to clear it, O(1) to find it.
    @inlinable
    public mutating func allocate(words: Int) -> Block {
        precondition(words > 0 && words <= Arena.largestBlock, "a block has 1 to 256 words")
        let size = Arena.sizeClass(words)
        let handle = freed[size] == Arena.nothing ? carve(size) : reuse(size)
        let capacity = Arena.capacity(of: size)
        wordsUsed += capacity
        word(handle).update(repeating: 0, count: capacity)
        return Block(handle: handle, words: UInt16(capacity))
    }

    /// Makes room for `words` words: copies, clears the rest and frees the old block; nothing to do when big enough.
    @inlinable
    public mutating func grow(_ block: inout Block, toWords words: Int) {
        guard words > Int(block.words) else { return }
        let larger = allocate(words: words)
        if block.words > 0 {
            word(larger.handle).update(from: word(block.handle), count: Int(block.words))
            free(&block)
        }
        block = larger
    }

    /// Gives the block back; `block` becomes `.none`.
    @inlinable
    public mutating func free(_ block: inout Block) {
        guard block.words > 0 else { return }
        let size = Arena.sizeClass(Int(block.words))
        word(block.handle).pointee = UInt64(freed[size])
        freed[size] = block.handle
        wordsUsed -= Int(block.words)
        block = .none
    }

    /// The block's memory, stable until it is freed.
    @inlinable
    public func pointer<T: BitwiseCopyable>(_ block: Block, as type: T.Type) -> UnsafeMutablePointer<T> {
        rawPointer(block).assumingMemoryBound(to: type)
    }

    /// The block's memory for callers who lay out more than one type in it.
    @inlinable
    public func rawPointer(_ block: Block) -> UnsafeMutableRawPointer {
        assert(block.words > 0, "no block, no memory")
        return UnsafeMutableRawPointer(word(block.handle))
    }

    /// 2^p words is class 2p - 1 (1 word: class 0), and ¾ of it the class before.
    @inlinable
    static func sizeClass(_ words: Int) -> Int {
        if words <= 2 { return words - 1 }
        let octave = Int.bitWidth - (words - 1).leadingZeroBitCount
        return words <= 3 << (octave - 2) ? 2 * octave - 2 : 2 * octave - 1
    }

    @inlinable
    static func capacity(of size: Int) -> Int {
        if size < 2 { return size + 1 }
        return size & 1 == 0 ? 3 << (size / 2 - 1) : 1 << ((size + 1) / 2)
    }

    @inlinable
    func word(_ handle: UInt32) -> UnsafeMutablePointer<UInt64> {
        chunks.pointer[Int(handle >> shift)] + Int(handle & ((1 << shift) &- 1))
    }

    @inlinable
    mutating func reuse(_ size: Int) -> UInt32 {
        let handle = freed[size]
        freed[size] = UInt32(truncatingIfNeeded: word(handle).pointee)
        return handle
    }

    @inlinable
    mutating func carve(_ size: Int) -> UInt32 {
        let capacity = UInt64(Arena.capacity(of: size))
        if cursor[size] + capacity > limit[size] { openSlab(size) }
        let handle = UInt32(truncatingIfNeeded: cursor[size])
        cursor[size] += capacity
        return handle
    }

    @usableFromInline
    mutating func openSlab(_ size: Int) {
        if nextSlab == UInt64(chunks.count) << UInt64(shift) { addChunk() }
        cursor[size] = nextSlab
        nextSlab += UInt64(Arena.largestBlock)
        limit[size] = nextSlab
    }

    private mutating func addChunk() {
        precondition(UInt64(chunks.count + 1) << UInt64(shift) < UInt64(Arena.nothing), "an arena holds 32 GB")
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8 << Int(shift), alignment: 64)
        chunks.append(memory.bindMemory(to: UInt64.self, capacity: 1 << Int(shift)))
    }
}
