import Models
import Testing

@Suite struct ShiftDetectorTests {
    typealias Polarities = (inout SeededRandom) -> Double

    static func bell(_ random: inout SeededRandom) -> Double {
        Elementary.clamp(0.4 + 0.4 * random.nextGaussian(), -1, 1)
    }

    static func twoValued(_ share: Double, _ random: inout SeededRandom) -> Double {
        random.nextDouble() < share ? 1 : -1
    }

    static func alarms(_ count: Int, seed: UInt64, _ next: Polarities) -> Int {
        var random = SeededRandom(seed: seed)
        var detector = ShiftDetector()
        return (0..<count).count { _ in detector.observe(next(&random)) != nil }
    }

    /// Observations from the turn to the alarm, nil when the alarm does not come in 300 or says the other direction.
    static func delay(seed: UInt64, before: (inout SeededRandom) -> Double, after: (inout SeededRandom) -> Double)
        -> Int?
    {
        var random = SeededRandom(seed: seed)
        var detector = ShiftDetector()
        for _ in 0..<100 { _ = detector.observe(before(&random)) }
        for i in 0..<300 {
            if let shift = detector.observe(after(&random)) { return shift == .worse ? i : nil }
        }
        return nil
    }

    @Test func `false alarms are as rare as documented`() {
        #expect(Self.alarms(300_000, seed: 1, Self.bell) <= 25, "documented: one in 30,000")
        #expect(Self.alarms(120_000, seed: 2) { Self.twoValued(0.8, &$0) } <= 70, "documented: one in 3,000")
    }

    @Test func `a fall of one and a half deviations is noticed within some nine observations`() {
        let delays = (0..<100).compactMap { seed in
            Self.delay(seed: seed, before: Self.bell, after: { Self.bell(&$0) - 0.6 })
        }
        #expect(delays.count >= 95)
        #expect(delays.sorted()[delays.count / 2] <= 12)
    }

    @Test func `praise dropping from four in five to one in two is noticed`() {
        let delays = (0..<100).compactMap { seed in
            Self.delay(
                seed: seed,
                before: { Self.twoValued(0.8, &$0) },
                after: { Self.twoValued(0.5, &$0) }
            )
        }
        #expect(delays.count >= 80)
        #expect(delays.sorted()[delays.count / 2] <= 40)
    }

    @Test func `mirrored opinions give mirrored alarms`() {
        var random = SeededRandom(seed: 6)
        var detector = ShiftDetector()
        var mirror = ShiftDetector()
        var alarms = 0
        for i in 0..<3000 {
            let polarity = Self.bell(&random) - (i / 200 % 2 == 0 ? 0 : 0.8)
            let one = detector.observe(polarity)
            let other = mirror.observe(-polarity)
            alarms += one == nil ? 0 : 1
            #expect((one == .worse) == (other == .better) && (one == .better) == (other == .worse))
        }
        #expect(alarms >= 5)
    }

    @Test func `starts anew after an alarm, and two outbursts are none`() {
        var detector = ShiftDetector()
        for i in 0..<60 { #expect(detector.observe(i % 2 == 0 ? 0.5 : 0.6) == nil) }
        for _ in 0..<2 { #expect(detector.observe(-1) == nil) }
        var shift: Shift?
        for _ in 0..<20 where shift == nil { shift = detector.observe(-1) }
        #expect(shift == .worse)
        #expect(detector == ShiftDetector())
        for _ in 0..<500 { #expect(detector.observe(-1) == nil, "the new normal") }
        #expect(MemoryLayout<ShiftDetector>.size == 20)
    }
}
