/// What follows what: each product's hidden successors, with .5, .25, .15 and .1 of the probability.
///
/// A chain step follows them with probability `followed`; otherwise the next product has nothing to do with the last.
struct Chains: Sendable {
    static let width = 4
    static let shares = [0.5, 0.25, 0.15, 0.1]

    let followed: Double
    private let successors: [Int32]

    /// - Parameter candidate: draws a possible successor of a product. Repeats and the product itself are drawn again,
    ///   and
    ///   after 50 attempts the neighbours by number stand in.
    init(products: Int, followed: Double, _ dice: inout Dice, candidate: (Int, inout Dice) -> Int32) {
        self.followed = followed
        var successors: [Int32] = []
        successors.reserveCapacity(products * Chains.width)
        for product in 0..<products {
            let first = successors.count
            var attempts = 0
            while successors.count < first + Chains.width {
                attempts += 1
                let next = attempts > 50 ? Int32((product + attempts) % products) : candidate(product, &dice)
                let isNew = next != Int32(product) && !successors[first...].contains(next)
                if isNew { successors.append(next) }
            }
        }
        self.successors = successors
    }

    func successors(of product: Int) -> ArraySlice<Int32> {
        successors[product * Chains.width..<(product + 1) * Chains.width]
    }

    /// The next product after `product`, when this step follows the chain.
    @inline(__always)
    func draw(after product: Int32, _ dice: inout Dice) -> Int32? {
        var rest = dice.unit()
        guard rest < followed else { return nil }
        rest /= followed
        let place = rest < 0.5 ? 0 : rest < 0.75 ? 1 : rest < 0.9 ? 2 : 3
        return successors[Int(product) * Chains.width + place]
    }
}
