/// Adam (Kingma, Ba 2015) for four numbers, climbing, with the step schedule and bounds of the population estimator.
struct Adam4: BitwiseCopyable, Equatable {
    var position: SIMD4<Double>
    var mean: SIMD4<Double>
    var square: SIMD4<Double>
    var steps: UInt64

    init(start: SIMD4<Double>) {
        position = start
        mean = SIMD4()
        square = SIMD4()
        steps = 0
    }

    /// One step uphill along `slope`.
    mutating func climb(_ slope: SIMD4<Double>) {
        steps += 1
        let k = Double(steps)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        let rate = 0.05 * Elementary.clamp(300 / k, 0.1, 1)
        let direction = mean / (1 - Elementary.pow(0.9, k))
        let length = (square / (1 - Elementary.pow(0.99, k))).squareRoot() + 1e-8
        position = (position + rate * direction / length).clamped(
            lowerBound: SIMD4(repeating: -5),
            upperBound: SIMD4(repeating: 8)
        )
    }

    /// 13 words.
    func encode(_ emit: (UInt64) -> Void) {
        for i in 0..<4 { emit(position[i].bitPattern) }
        for i in 0..<4 { emit(mean[i].bitPattern) }
        for i in 0..<4 { emit(square[i].bitPattern) }
        emit(steps)
    }

    /// What `encode` told; nil when a number is none.
    init?(words: [UInt64], at start: Int) {
        self.init(start: SIMD4())
        guard (start..<start + 12).allSatisfy({ Double(bitPattern: words[$0]).isFinite }) else { return nil }
        for i in 0..<4 {
            position[i] = Double(bitPattern: words[start + i])
            mean[i] = Double(bitPattern: words[start + 4 + i])
            square[i] = Double(bitPattern: words[start + 8 + i])
        }
        steps = words[start + 12]
    }
}
