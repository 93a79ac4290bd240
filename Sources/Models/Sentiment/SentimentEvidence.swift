// Why: the n-grams that moved a verdict most.

extension SentimentModel {
    /// The places whose n-grams add most to `logit` in its direction. Contributions are shrunk by confidence,
    /// w·n / (n + .02), so that a bucket seen twice explains nothing; the lexicon's own words need no confidence.
    func evidence(for logit: Double) -> Evidence {
        var best = InlineArray<8, Evidence.Place>(repeating: Evidence.Place(start: 0, end: 0, contribution: 0))
        var kept = 0
        let direction: Float = logit < 0 ? -1 : 1
        let scale = Float(features.scale)
        for i in 0..<features.count {
            let feature = features[i]
            guard feature.canExplain else { continue }
            let contribution = confident(feature.bucket) * feature.sign * scale
            guard contribution * direction > 0 else { continue }
            let place = Evidence.Place(start: feature.start, end: feature.end, contribution: contribution)
            SentimentModel.insert(place, into: &best, count: &kept)
        }
        var evidence = Evidence()
        for i in 0..<kept { evidence.take(best[i]) }
        return evidence
    }

    private func confident(_ bucket: Int) -> Float {
        let weight = weights[bucket]
        if isPrior[bucket >> 6] & (1 << UInt64(bucket & 63)) != 0 { return weight.value }
        return weight.value * weight.moment / (weight.moment + 0.02)
    }

    /// Keeps the strongest, in order, the earlier among equals; one that overlaps a stronger one is dropped, and it
    /// drops weaker ones that it overlaps.
    private static func insert(
        _ place: Evidence.Place,
        into best: inout InlineArray<8, Evidence.Place>,
        count: inout Int
    ) {
        let strength = place.contribution.magnitude
        var i = count
        while i > 0, best[i - 1].contribution.magnitude < strength { i -= 1 }
        guard i < 8 else { return }
        for j in stride(from: min(count, 7), to: i, by: -1) { best[j] = best[j - 1] }
        best[i] = place
        count = min(count + 1, 8)
    }
}
