/// Draws from any finite distribution in O(1): Walker's alias method (1977) in Vose's construction (1991).
///
/// Eight bytes an entry; one random word gives both the column and the coin.
struct AliasTable: Sendable {
    private struct Column {
        var threshold: UInt32
        var alias: Int32
    }

    private let columns: [Column]

    /// - Complexity: O(count of weights).
    init(weights: [Double]) {
        let scale = Double(weights.count) / weights.reduce(0, +)
        var shares = weights.map { $0 * scale }
        var columns = weights.indices.map { Column(threshold: .max, alias: Int32($0)) }
        var small = shares.indices.filter { shares[$0] < 1 }
        var large = shares.indices.filter { shares[$0] >= 1 }
        while let poor = small.popLast(), let rich = large.last {
            columns[poor] = Column(threshold: UInt32(shares[poor] * 0x1p32), alias: Int32(rich))
            shares[rich] -= 1 - shares[poor]
            if shares[rich] < 1 {
                large.removeLast()
                small.append(rich)
            }
        }
        self.columns = columns
    }

    @inline(__always)
    func draw(_ dice: inout Dice) -> Int {
        let (column, coin) = dice.next().multipliedFullWidth(by: UInt64(columns.count))
        let entry = columns[Int(truncatingIfNeeded: column)]
        return coin >> 32 <= UInt64(entry.threshold) ? Int(truncatingIfNeeded: column) : Int(entry.alias)
    }
}
