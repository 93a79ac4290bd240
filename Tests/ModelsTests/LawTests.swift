import Models
import Testing

/// What every small model promises, whatever it models.
@Suite struct LawTests {
    /// A model as its laws see it: where it starts, how it learns one observation, what it answers.
    struct Law<Model: Equatable> {
        var start: Model
        var learn: (inout Model, Double, Int64) -> Void
        var answers: (Model) -> [Double]
    }

    static let halfLife = HalfLife(days: 5)

    static func check<Model: Equatable>(_ law: Law<Model>) {
        let one = run(law, seed: 1)
        #expect(run(law, seed: 1) == one, "the same observations give the same model")
        #expect(run(law, seed: 2) != one, "other observations give another model")
        #expect(law.answers(one).allSatisfy { $0.isFinite })
        var copy = one
        law.learn(&copy, 0.5, someday)
        #expect(one == run(law, seed: 1), "what a copy learns stays in the copy")
        #expect(copy != one)
        var asked = one
        for _ in 0..<3 { #expect(law.answers(asked) == law.answers(one), "asking changes nothing") }
        law.learn(&asked, 0.25, someday + 300 * day)
        #expect(law.answers(asked).allSatisfy { $0.isFinite })
    }

    /// Three hundred observations in -1…1 over some 60 days, some of them late.
    static func run<Model>(_ law: Law<Model>, seed: UInt64) -> Model {
        var random = SeededRandom(seed: seed)
        var model = law.start
        for step in 0..<300 as Range<Int64> {
            let late = Int64(random.nextIndex(below: Int(3 * day)))
            law.learn(&model, 2 * random.nextDouble() - 1, someday + step * day / 5 - late)
        }
        return model
    }

    @Test func `decayed count`() {
        Self.check(
            Law(
                start: DecayedCount(),
                learn: { $0.add(Float(abs($1)), at: $2, halfLife: Self.halfLife) },
                answers: { [$0.value(at: someday + 70 * day, halfLife: Self.halfLife)] }
            )
        )
    }

    @Test func `decayed mean`() {
        Self.check(
            Law(
                start: DecayedMean(),
                learn: { $0.add(Float($1), at: $2, halfLife: Self.halfLife) },
                answers: { [$0.mean ?? 0, $0.weight(at: someday + 70 * day, halfLife: Self.halfLife)] }
            )
        )
    }

    @Test func `gap statistics`() {
        Self.check(
            Law(
                start: GapStatistics(),
                learn: { model, x, _ in model.add(days: 20 * abs(x)) },
                answers: { [$0.variance, $0.logVariance, $0.upperQuantile ?? 0, $0.rhythm(towards: .prior).deviation] }
            )
        )
    }

    @Test func `polarity counts`() {
        Self.check(
            Law(
                start: PolarityCounts(),
                learn: {
                    let label = PolarityLabel(probability: ($1 + 1) / 2)
                    $0.add(polarity: Float($1), label: label, at: $2, halfLife: Self.halfLife)
                },
                answers: { [$0.positiveShare(), $0.recent.mean ?? 0, $0.day.mean ?? 0, $0.hour.mean ?? 0] }
            )
        )
    }

    @Test func `tumbling window`() {
        Self.check(
            Law(
                start: TumblingWindow(),
                learn: { $0.add(Float($1), at: $2 + 400 * day, length: 90 * day) },
                answers: { [$0.mean ?? 0, $0.previousMean ?? 0] }
            )
        )
    }

    @Test func `shift detector`() {
        Self.check(
            Law(
                start: ShiftDetector(),
                learn: { model, x, _ in _ = model.observe(x) },
                answers: { [Double($0.mean), Double($0.squares), Double($0.rise), Double($0.fall)] }
            )
        )
    }
}
