/// Heavy hitters with exponential decay: the row behind Markov chains, affinities and popularity.
///
/// Space-Saving (Metwally, Agrawal, El Abbadi 2005) over forward-decayed weights (see `HalfLife`). When the row is
/// full, the lightest entry makes room and its weight stays in the newcomer's, so that for every key, in raw weights,
///
///     true ≤ stored ≤ true + evicted,     evicted ≤ total / capacity
///
/// As all weights of a row decay alike, these hold at any time. Sums are Floats: each addition rounds to 1e-7 of its
/// result, and one below that share of it is lost.
///
/// The row is 20 bytes and its entries one block of the arena: capacity × key, then capacity × weight, so that the scan
/// over keys and the one over weights each read one run of memory. Order is position order everywhere; the value of a
/// key decides nothing, because keys are dense numbers that differ between processes.
@frozen
public struct DecayedTop<Key: BitwiseCopyable & Equatable>: BitwiseCopyable {
    /// What all rows of a kind have in common; passed in, not stored.
    @frozen
    public struct Shape: BitwiseCopyable, Sendable {
        /// Entries at most, 1…256.
        public var capacity: Int
        public var halfLife: HalfLife

        @inlinable
        public init(capacity: Int, halfLife: HalfLife) {
            precondition(capacity > 0 && capacity <= Arena.largestBlock, "a row has 1 to 256 entries")
            self.capacity = capacity
            self.halfLife = halfLife
        }
    }

    @usableFromInline var block: Arena.Block
    @usableFromInline var size: UInt16
    /// Seconds since 1970 that the raw weights are relative to.
    public var landmark: UInt32
    /// Every weight ever added, also those of evicted keys, relative to the landmark.
    public var rawTotal: Float
    /// Largest raw weight ever evicted: the bound of every entry's overestimate.
    public var evicted: Float

    @inlinable
    public init() { self.init(landmark: 0, rawTotal: 0, evicted: 0) }

    /// An empty row with the given sums, to be filled by `restore`.
    @inlinable
    public init(landmark: UInt32, rawTotal: Float, evicted: Float) {
        block = .none
        size = 0
        self.landmark = landmark
        self.rawTotal = rawTotal
        self.evicted = evicted
    }

    @inlinable public var count: Int { Int(size) }
    /// Words of the arena that it holds.
    public var words: Int { Int(block.words) }
}

extension DecayedTop: Sendable where Key: Sendable {}

// Learning

extension DecayedTop {
    /// Adds `weight` (> 0; anything else is ignored) to `key` as of `time`.
    ///
    /// - Complexity: one pass over the keys; a full row and a new key add two over the weights.
    @inlinable
    public mutating func add(
        _ key: Key,
        _ weight: Float,
        at time: Int64,
        shape: Shape,
        in arena: inout Arena
    ) {
        guard weight > 0, weight < .infinity else { return }
        let raw = rawWeight(of: weight, at: Landmark.clamped(time), shape: shape, in: arena)
        rawTotal += raw
        if let i = position(of: key, in: arena) {
            weights(in: arena)[i] += raw
        } else if count < shape.capacity {
            append(key, raw, in: &arena)
        } else {
            replaceLightest(by: key, raw, in: arena)
        }
    }

    /// Takes `key` out, together with its stored weight, and closes the gap; false when it is not there. What was
    /// evicted earlier stays forgotten, so a key that returns into the gap may be stored too light, by up to `evicted`.
    @inlinable
    @discardableResult
    public mutating func remove(_ key: Key, in arena: borrowing Arena) -> Bool {
        guard let i = position(of: key, in: arena) else { return false }
        let keys = keys(in: arena)
        let weights = weights(in: arena)
        rawTotal = max(0, rawTotal - weights[i])
        size -= 1
        (keys + i).update(from: keys + i + 1, count: count - i)
        (weights + i).update(from: weights + i + 1, count: count - i)
        return true
    }

    /// Empties the row and gives its block back.
    @inlinable
    public mutating func free(in arena: inout Arena) {
        arena.free(&block)
        self = DecayedTop()
    }

    /// Puts back an entry as `entry(_:in:)` told it; call in position order.
    @inlinable
    public mutating func restore(key: Key, rawWeight: Float, shape: Shape, in arena: inout Arena) {
        precondition(count < shape.capacity, "a row holds no more entries than its shape says")
        append(key, rawWeight, in: &arena)
    }
}

// Asking

extension DecayedTop {
    /// What raw weights are multiplied by to be weights as of `time`.
    @inlinable
    public func scale(at time: Int64, shape: Shape) -> Double {
        1 / shape.halfLife.growth(from: Landmark.milliseconds(of: landmark), to: Landmark.clamped(time))
    }

    /// All weight ever added, decayed.
    @inlinable
    public func total(at time: Int64, shape: Shape) -> Double {
        rawTotal == 0 ? 0 : Double(rawTotal) * scale(at: time, shape: shape)
    }

    /// Decayed weight of `key`; 0 when the row does not hold it.
    @inlinable
    public func weight(of key: Key, at time: Int64, shape: Shape, in arena: borrowing Arena) -> Double {
        guard let i = position(of: key, in: arena) else { return 0 }
        return Double(weights(in: arena)[i]) * scale(at: time, shape: shape)
    }

    /// Share of `key` in all the weight ever added, in 0…1. Decay cancels out, so no time is asked for.
    @inlinable
    public func probability(of key: Key, in arena: borrowing Arena) -> Double {
        guard rawTotal > 0, let i = position(of: key, in: arena) else { return 0 }
        return min(1, Double(weights(in: arena)[i]) / Double(rawTotal))
    }

    /// The `i`-th entry in position order, weight relative to the landmark.
    @inlinable
    public func entry(_ i: Int, in arena: borrowing Arena) -> (key: Key, weight: Float) {
        precondition(i >= 0 && i < count, "no such entry")
        return (keys(in: arena)[i], weights(in: arena)[i])
    }

    /// Position of `key`, nil when the row does not hold it.
    ///
    /// Keys are compared by their bits, without leaving early, so that the loop becomes vector instructions: as keys
    /// are distinct, at most one term of the sum is not 0.
    @inlinable
    public func position(of key: Key, in arena: borrowing Arena) -> Int? {
        guard size > 0 else { return nil }
        let keys = arena.pointer(block, as: UInt32.self)
        let wanted = unsafeBitCast(key, to: UInt32.self)
        var found: UInt32 = 0
        for i in 0..<UInt32(size) { found |= keys[Int(i)] == wanted ? i &+ 1 : 0 }
        return found == 0 ? nil : Int(found) - 1
    }
}

// Memory

extension DecayedTop {
    @inlinable
    func keys(in arena: borrowing Arena) -> UnsafeMutablePointer<Key> { arena.pointer(block, as: Key.self) }

    @inlinable
    func weights(in arena: borrowing Arena) -> UnsafeMutablePointer<Float> {
        (arena.rawPointer(block) + 4 * Int(block.words)).assumingMemoryBound(to: Float.self)
    }

    @inlinable
    mutating func append(_ key: Key, _ raw: Float, in arena: inout Arena) {
        if size == block.words { widen(in: &arena) }
        keys(in: arena)[count] = key
        weights(in: arena)[count] = raw
        size += 1
    }

    /// 4 → 8 → 16 … entries; an entry is one word, so the weights begin in the middle of the block.
    @inlinable
    mutating func widen(in arena: inout Arena) {
        precondition(MemoryLayout<Key>.size == 4, "a key is 4 bytes")
        var larger = arena.allocate(words: max(4, min(2 * count, Arena.largestBlock)))
        swap(&block, &larger)
        guard size > 0 else { return }
        keys(in: arena).update(from: arena.pointer(larger, as: Key.self), count: count)
        let old = arena.pointer(larger, as: Float.self) + Int(larger.words)
        weights(in: arena).update(from: old, count: count)
        arena.free(&larger)
    }
}

// Space-Saving

extension DecayedTop {
    /// Beyond this growth since the landmark everything is rescaled: 2^40 leaves Float's range ample room both ways.
    @usableFromInline static var largestGrowth: Double { 0x1p40 }

    @inlinable
    mutating func rawWeight(
        of weight: Float,
        at time: Int64,
        shape: Shape,
        in arena: borrowing Arena
    ) -> Float {
        if rawTotal == 0, size == 0 { landmark = Landmark.seconds(of: time) }
        var growth = shape.halfLife.growth(from: Landmark.milliseconds(of: landmark), to: time)
        if growth > Self.largestGrowth {
            rescale(to: Landmark.seconds(of: time), shape: shape, in: arena)
            growth = shape.halfLife.growth(from: Landmark.milliseconds(of: landmark), to: time)
        }
        return Float(Double(weight) * growth)
    }

    /// Moves the landmark; no decayed weight changes by it, beyond rounding.
    @usableFromInline
    mutating func rescale(to second: UInt32, shape: Shape, in arena: borrowing Arena) {
        let factor = Float(scale(at: Landmark.milliseconds(of: second), shape: shape))
        landmark = second
        rawTotal *= factor
        evicted *= factor
        guard size > 0 else { return }
        let weights = weights(in: arena)
        for i in 0..<count { weights[i] *= factor }
    }

    @inlinable
    mutating func replaceLightest(by key: Key, _ raw: Float, in arena: borrowing Arena) {
        let i = lightest(in: arena)
        let weights = weights(in: arena)
        evicted = max(evicted, weights[i])
        keys(in: arena)[i] = key
        weights[i] += raw
    }

    /// Position of the lightest entry, the last among equals.
    ///
    /// Weights are never negative, so their bits order as integers, whose minimum the compiler can vectorise.
    @inlinable
    func lightest(in arena: borrowing Arena) -> Int {
        let bits = UnsafeMutableRawPointer(weights(in: arena)).assumingMemoryBound(to: Int32.self)
        var least = bits[0]
        for i in 1..<count { least = min(least, bits[i]) }
        var last: Int32 = 0
        for i in 0..<Int32(size) { last = max(last, bits[Int(i)] == least ? i : 0) }
        return Int(last)
    }
}
