import Testing

@testable import Engine

@Suite struct PriceBandTests {
    /// The sum of squares of equal logarithms is zero but for rounding, which may go below it.
    @Test func `equal prices have a range`() throws {
        for cents in 1...4_000 {
            var band = PriceBand()
            for _ in 0..<5 { band.add(Double(cents) / 100) }
            let range = try #require(band.range)
            #expect(range.lowerBound > 0 && range.upperBound <= Double(cents) / 100 * 1.01)
        }
    }
}
