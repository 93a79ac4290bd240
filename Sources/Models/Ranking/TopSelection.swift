/// The best `limit` of a stream of scored payloads, in descending order; equal scores stay in the order they were
/// offered.
///
/// Allocates once, or works in a caller's buffer; `removeAll` makes it ready for the next question. Insertion into a
/// sorted run: a candidate below the worst kept costs one comparison, one above it O(log limit) comparisons and a move
/// of what follows. Round scores before offering them where ties must be ties.
@frozen
public struct TopSelection<Payload: BitwiseCopyable>: ~Copyable {
    @frozen
    public struct Entry: BitwiseCopyable {
        public var score: Float
        public var payload: Payload

        @inlinable
        public init(score: Float, payload: Payload) {
            self.score = score
            self.payload = payload
        }
    }

    @usableFromInline let entries: UnsafeMutablePointer<Entry>
    @usableFromInline let ownsEntries: Bool
    public let limit: Int
    @usableFromInline var used: Int

    /// Keeps its own buffer of `limit` entries.
    @inlinable
    public init(limit: Int) {
        precondition(limit > 0, "a selection keeps at least one")
        entries = .allocate(capacity: limit)
        ownsEntries = true
        self.limit = limit
        used = 0
    }

    /// Works in `buffer`, which must outlive it.
    @inlinable
    public init(limit: Int, in buffer: UnsafeMutablePointer<Entry>) {
        precondition(limit > 0, "a selection keeps at least one")
        entries = buffer
        ownsEntries = false
        self.limit = limit
        used = 0
    }

    deinit {
        if ownsEntries { entries.deallocate() }
    }

    @inlinable public var count: Int { used }

    @inlinable
    public mutating func removeAll() { used = 0 }

    /// Keeps the payload if it is among the best so far. A score that is not a number is never kept.
    @inlinable
    public mutating func offer(score: Float, payload: Payload) {
        guard score == score else { return }
        if count == limit {
            guard score > entries[count - 1].score else { return }
            used -= 1
        }
        let i = place(of: score)
        (entries + i + 1).update(from: entries + i, count: count - i)
        entries[i] = Entry(score: score, payload: payload)
        used += 1
    }

    /// The `i`-th best.
    @inlinable
    public subscript(i: Int) -> Entry {
        precondition(i >= 0 && i < count, "no such entry")
        return entries[i]
    }

    /// First position whose score is below `score`: behind every equal one.
    @inlinable
    func place(of score: Float) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].score >= score { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
