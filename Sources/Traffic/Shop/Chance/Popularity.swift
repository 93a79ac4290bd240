/// Who is popular: a Zipf–Mandelbrot law over ranks, p(rank k) ~ 1 / (k + shift)^exponent, with the ranks dealt to
/// shuffled ids so that a number says nothing about its place.
struct Popularity: Sendable {
    /// Ids, most popular first.
    let ranking: [Int32]
    /// Probability by id.
    let shares: [Double]
    private let table: AliasTable

    init(count: Int, exponent: Double = 1.05, shift: Double, _ dice: inout Dice) {
        var ranking = (0..<Int32(count)).map { $0 }
        for place in stride(from: count - 1, to: 0, by: -1) { ranking.swapAt(place, dice.index(below: place + 1)) }
        var shares = [Double](repeating: 0, count: count)
        for (rank, id) in ranking.enumerated() { shares[Int(id)] = Portable.power(Double(rank + 1) + shift, -exponent) }
        let total = shares.reduce(0, +)
        self.ranking = ranking
        self.shares = shares.map { $0 / total }
        table = AliasTable(weights: shares)
    }

    @inline(__always)
    func draw(_ dice: inout Dice) -> Int32 { Int32(truncatingIfNeeded: table.draw(&dice)) }
}
