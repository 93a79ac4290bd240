/// Names that are nearly the one that was written.
public enum NearestName {
    /// The name nearest to a mistyped one, if it is near.
    public static func to(_ name: String, among names: some Sequence<String>) -> String? {
        let ranked = names.map { (EditDistance.between(name.lowercased(), $0.lowercased()), $0) }.min { $0 < $1 }
        return ranked.flatMap { $0.0 <= max(2, name.count / 4) ? $0.1 : nil }
    }

    /// The end of a sentence: `; did you mean lines?`, or nothing.
    public static func hint(_ name: String, among names: some Sequence<String>) -> String {
        to(name, among: names).map { "; did you mean \($0)?" } ?? ""
    }
}

/// Levenshtein's: insertions, deletions and replacements from one word to another. O(n m)
enum EditDistance {
    static func between(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var previous = Array(0...right.count)
        for (row, byte) in left.utf8.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let replaced = previous[column] + (byte == other ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
