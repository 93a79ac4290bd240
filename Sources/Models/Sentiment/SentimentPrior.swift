/// What a model believes at birth: weights made from the lexicon.
struct SentimentPrior {
    /// Weight of an opinion of strength 1. A text of c features divides it by √c.
    var wordScale: Float = 2
    /// Weight of the lexicon's verdict on the whole text.
    var verdictScale: Float = 2.5
    var intercept: Float = 0.2

    func seed(_ model: SentimentModel) {
        model.weights[SentimentModel.intercept].value = intercept
        model.weights[SentimentModel.lexicon].value = verdictScale
        Lexicon.forEachOpinion { phrase, strength in seed(phrase, strength * wordScale, model) }
    }

    private func seed(_ phrase: Substring, _ weight: Float, _ model: SentimentModel) {
        guard let first = phrase.unicodeScalars.first else { return }
        switch TextScalars.kind(first.value) {
        case .symbol: set(TextHash.symbol(first.value), weight, model)
        case .ideograph: seedRun(phrase.unicodeScalars.map(\.value), weight, model)
        default: seedWords(phrase.split(separator: "_").map { TextHash.word($0) }, weight, model)
        }
    }

    /// A word says its strength, and about half the opposite behind a negator; a phrase says what its words do not yet.
    private func seedWords(_ words: [UInt64], _ weight: Float, _ model: SentimentModel) {
        if words.count == 1 {
            set(words[0], weight, model)
            set(TextHash.negated(words[0]), -0.6 * weight, model)
        } else if words.count == 2 {
            let said = words.reduce(0) { $0 + value($1, model) }
            set(TextHash.bigram(words[0], words[1]), weight - said, model)
        }
    }

    /// Up to three characters are one gram; longer runs share what is left over their trigrams.
    private func seedRun(_ run: [UInt32], _ weight: Float, _ model: SentimentModel) {
        let size = min(3, run.count)
        var said: Float = 0
        for shorter in 1..<max(size, 1) + (run.count > 3 ? 1 : 0) {
            for start in 0...run.count - shorter { said += value(gram(run, start, shorter), model) }
        }
        let places = run.count - size + 1
        for start in 0..<places {
            let hash = gram(run, start, size)
            set(hash, value(hash, model) + (weight - said) / Float(places), model)
        }
    }

    private func gram(_ run: [UInt32], _ start: Int, _ size: Int) -> UInt64 {
        run[start..<start + size].reduce(TextHash.start(TextHash.run)) { TextHash.step($0, $1) }
    }

    private func place(_ hash: UInt64) -> (bucket: Int, sign: Float) {
        let mixed = TextHash.mix(hash)
        return (Int(mixed >> 46), mixed & 1 == 0 ? 1 : -1)
    }

    private func value(_ hash: UInt64, _ model: SentimentModel) -> Float {
        let (bucket, sign) = place(hash)
        return model.weights[bucket].value * sign
    }

    private func set(_ hash: UInt64, _ weight: Float, _ model: SentimentModel) {
        let (bucket, sign) = place(hash)
        model.weights[bucket].value = weight * sign
        model.isPrior[bucket >> 6] |= 1 << UInt64(bucket & 63)
    }
}
