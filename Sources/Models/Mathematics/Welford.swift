/// Welford's recurrence (1962): mean and Σ (x - mean)² in one pass, without the cancellation of Σx² - (Σx)²/n.
@usableFromInline
enum Welford {
    /// - Parameter count: how many there are with `x` included.
    @inlinable
    static func add(_ x: Double, to mean: inout Float, _ squares: inout Float, count: UInt32) {
        let before = x - Double(mean)
        let after = Double(mean) + before / Double(count)
        squares = Float(Double(squares) + before * (x - after))
        mean = Float(after)
    }
}
