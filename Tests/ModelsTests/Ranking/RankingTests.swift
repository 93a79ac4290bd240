import Models
import Testing

@Suite struct TopSelectionTests {
    static func contents(_ top: borrowing TopSelection<Int>) -> [Int] {
        var found: [Int] = []
        for i in 0..<top.count { found.append(top[i].payload) }
        return found
    }

    @Test(arguments: [1, 2, 5, 20, 300])
    func `is the head of a stable descending sort`(limit: Int) {
        var random = SeededRandom(seed: UInt64(limit))
        // coarse scores, so that ties abound
        let scores = (0..<250).map { _ in Float(random.nextIndex(below: 30)) }
        var top = TopSelection<Int>(limit: limit)
        for (i, score) in scores.enumerated() { top.offer(score: score, payload: i) }
        let sorted = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        #expect(Self.contents(top) == Array(sorted.prefix(limit)))
    }

    @Test func `equal scores stay in the order offered, and the last of them fall out`() {
        var top = TopSelection<Int>(limit: 3)
        for i in 0..<5 { top.offer(score: 1, payload: i) }
        #expect(Self.contents(top) == [0, 1, 2])
        top.offer(score: 2, payload: 9)
        #expect(Self.contents(top) == [9, 0, 1])
    }

    @Test func `what is not a number is never kept, infinities are`() {
        var top = TopSelection<Int>(limit: 3)
        top.offer(score: .nan, payload: 1)
        top.offer(score: -.infinity, payload: 2)
        top.offer(score: .infinity, payload: 3)
        #expect(Self.contents(top) == [3, 2])
    }

    @Test func `emptied, it answers the next question alone`() {
        var top = TopSelection<Int>(limit: 2)
        top.offer(score: 9, payload: 1)
        top.removeAll()
        top.offer(score: 1, payload: 2)
        #expect(Self.contents(top) == [2])
    }

    @Test func `works in the caller's memory`() {
        withUnsafeTemporaryAllocation(of: TopSelection<Int>.Entry.self, capacity: 2) { buffer in
            guard let memory = buffer.baseAddress else { return }
            var top = TopSelection<Int>(limit: 2, in: memory)
            for i in 0..<10 { top.offer(score: Float(i), payload: i) }
            #expect(Self.contents(top) == [9, 8])
            #expect(memory[0].payload == 9)
        }
    }
}

@Suite struct BackOffTests {
    let backOff = BackOff(productStrength: 5, categoryStrength: 20)

    @Test(arguments: [0, 0.1, 5, 20, 1e9], [0, 1, 20, 1e9])
    func `weights are in 0 to 1 and sum to 1`(product: Double, category: Double) {
        let weights = backOff.weights(productTotal: product, categoryTotal: category)
        #expect(near(weights.product + weights.category + weights.popular, 1))
        #expect([weights.product, weights.category, weights.popular].allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    @Test func `no evidence leaves popularity, evidence equal to the strength one half`() {
        #expect(backOff.weights(productTotal: 0, categoryTotal: 0) == .init(product: 0, category: 0, popular: 1))
        let half = backOff.weights(productTotal: 5, categoryTotal: 20)
        #expect(half == .init(product: 0.5, category: 0.25, popular: 0.25))
        #expect(near(half.mix(product: 0.4, category: 0.2, popular: 0.1), 0.275))
    }

    @Test func `more evidence never lowers the product's own weight`() {
        var last = -1.0
        for total in stride(from: 0.0, to: 100, by: 0.5) {
            let own = backOff.weights(productTotal: total, categoryTotal: 3).product
            #expect(own > last)
            last = own
        }
    }

    @Test func `mixing distributions gives a distribution`() {
        let weights = backOff.weights(productTotal: 3, categoryTotal: 8)
        let p = [0.7, 0.2, 0.1]
        let c = [0.1, 0.1, 0.8]
        let q = [0.3, 0.3, 0.4]
        let mixed = (0..<3).map { weights.mix(product: p[$0], category: c[$0], popular: q[$0]) }
        #expect(near(mixed.reduce(0, +), 1))
        #expect((0..<3).allSatisfy { mixed[$0] >= min(p[$0], c[$0], q[$0]) && mixed[$0] <= max(p[$0], c[$0], q[$0]) })
    }
}
