import Testing

@testable import Models

@Suite struct AdamTests {
    @Test func `the first step is one rate uphill, however steep`() {
        var adam = Adam4(start: SIMD4(0, 1, 2, 3))
        adam.climb(SIMD4(1e-3, -7, 400, 0))
        let moved = adam.position - SIMD4(0, 1, 2, 3)
        #expect(near(moved[0], 0.05, within: 1e-5) && near(moved[1], -0.05) && near(moved[2], 0.05))
        #expect(moved[3] == 0)
    }

    /// By hand: means (.1·4 · .9 + .1·2) / .19, squares (.01·16 · .99 + .01·4) / .0199.
    @Test func `the second step is that of the published recurrences`() {
        var adam = Adam4(start: SIMD4())
        adam.climb(SIMD4(repeating: 4))
        adam.climb(SIMD4(repeating: 2))
        let second = 0.05 * (0.56 / 0.19) / (0.1984 / 0.0199).squareRoot()
        #expect(near(adam.position[2], 0.05 + second, within: 1e-6))
    }

    @Test func `stays within its bounds`() {
        var adam = Adam4(start: SIMD4())
        for _ in 0..<2000 { adam.climb(SIMD4(1, -1, 1, -1)) }
        #expect(adam.position == SIMD4(8, -5, 8, -5))
    }
}
