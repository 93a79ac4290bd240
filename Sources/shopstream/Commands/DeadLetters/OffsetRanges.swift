/// Offsets as the fewest ranges, in order. Bound: as many ranges as there are gaps.
struct OffsetRanges: Equatable {
    private(set) var ranges: [ClosedRange<Int64>] = []

    init() {}

    /// `12-15,18`; nil for anything else.
    init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
            guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1], 0 <= low,
                low <= high
            else { return nil }
            insert(low...high)
        }
    }

    var text: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }

    var isEmpty: Bool { ranges.isEmpty }

    var count: Int64 { ranges.reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 } }

    /// O(log n)
    func contains(_ offset: Int64) -> Bool {
        let at = firstRange { $0.upperBound >= offset }
        return at < ranges.count && ranges[at].contains(offset)
    }

    mutating func insert(_ offset: Int64) { insert(offset...offset) }

    /// O(log n) at the end, O(n) elsewhere.
    mutating func insert(_ range: ClosedRange<Int64>) {
        let first = firstRange { $0.upperBound >= range.lowerBound - 1 }
        var last = first
        var merged = range
        while last < ranges.count, ranges[last].lowerBound - 1 <= range.upperBound {
            merged = min(merged.lowerBound, ranges[last].lowerBound)...max(merged.upperBound, ranges[last].upperBound)
            last += 1
        }
        ranges.replaceSubrange(first..<last, with: [merged])
    }

    private func firstRange(where isBehind: (ClosedRange<Int64>) -> Bool) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(ranges[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
