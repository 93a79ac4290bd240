/// Learns from rated reviews what words mean in this shop, and scores those without a rating.
///
/// Logistic regression over 2^18 hashed n-grams (`TextFeatures`), trained online by AdaGrad (Duchi, Hazan, Singer
/// 2011):
///
///     logit = w0 + Σ w·x, x = ±1/√count       g = (p - y)·x;  n += g²;  w = clip(w - g / √(n + .01), ±10)
///
/// It starts from the lexicon's weights with n = 0, so the first review is answered sensibly and the first ratings may
/// overrule the lexicon. Score before learning: a rating must not reach the prediction made for it.
///
/// 2 MB of weights, 200 KB of scratch; no allocation per review.
public final class SentimentModel {
    /// A weight and its sum of squared gradients.
    struct Weight: BitwiseCopyable, Equatable {
        var value: Float
        var moment: Float
    }

    static var buckets: Int { 1 << 18 }
    /// After the buckets: the intercept and the lexicon's own verdict on the text as an input.
    static var intercept: Int { buckets }
    static var lexicon: Int { buckets + 1 }
    static var weightCount: Int { buckets + 2 }
    static var limit: Float { 10 }
    static var rate: Double { 1 }
    static var damping: Double { 0.01 }

    let weights: UnsafeMutablePointer<Weight>
    /// One bit a bucket: whose weight the lexicon gave.
    let isPrior: UnsafeMutablePointer<UInt64>
    /// One bit a chunk: changed since it was last called clean.
    var changed = InlineArray<4, UInt64>(repeating: 0)
    var features = TextFeatures()
    /// The lexicon's polarity of the text whose features these are.
    var verdict: Double = 0

    /// A model that knows the lexicon only.
    public convenience init() {
        self.init(lexicalWeights: SentimentModel.lexicalWeights)
    }

    convenience init(prior: SentimentPrior) {
        self.init(lexicalWeights: [])
        prior.seed(self)
    }

    private init(lexicalWeights: [(index: Int, value: Float)]) {
        weights = .allocate(capacity: SentimentModel.weightCount)
        weights.initialize(repeating: Weight(value: 0, moment: 0), count: SentimentModel.weightCount)
        isPrior = .allocate(capacity: SentimentModel.buckets / 64)
        isPrior.initialize(repeating: 0, count: SentimentModel.buckets / 64)
        for (index, value) in lexicalWeights {
            weights[index].value = value
            if index < SentimentModel.buckets { isPrior[index >> 6] |= 1 << UInt64(index & 63) }
        }
    }

    /// What the prior gives: found once, because walking through the lexicon takes longer than a restore's other parts.
    private static let lexicalWeights: [(index: Int, value: Float)] = {
        let seeded = SentimentModel(prior: SentimentPrior())
        let given = (0..<weightCount).filter { index in
            index >= buckets || seeded.isPrior[index >> 6] >> UInt64(index & 63) & 1 == 1
        }
        return given.map { ($0, seeded.weights[$0].value) }
    }()

    deinit {
        weights.deallocate()
        isPrior.deallocate()
    }

    public var bytesReserved: Int {
        SentimentModel.weightCount * MemoryLayout<Weight>.stride + SentimentModel.buckets / 8 + 200_000
    }

    /// What the model makes of `text` (UTF-8; broken bytes are passed over).
    public func score(_ text: UnsafeBufferPointer<UInt8>) -> Sentiment {
        read(text)
        return sentiment(logit: logit())
    }

    /// Learns what `text` was rated: 0 negative … 1 positive (see `target(stars:)`).
    public func learn(_ text: UnsafeBufferPointer<UInt8>, target: Double) {
        read(text)
        learn(target: target, logit: logit())
    }

    /// Scores, then learns, reading the text once. The score does not know the target.
    public func scoreAndLearn(_ text: UnsafeBufferPointer<UInt8>, target: Double) -> Sentiment {
        read(text)
        let logit = logit()
        let answer = sentiment(logit: logit)
        learn(target: target, logit: logit)
        return answer
    }

    /// 1 above three stars, 0 below, ½ at three.
    public static func target(stars: Double) -> Double { stars > 3 ? 1 : stars < 3 ? 0 : 0.5 }
}

// One text

extension SentimentModel {
    private func read(_ text: UnsafeBufferPointer<UInt8>) {
        features.extract(text)
        verdict = Double(LexiconScan.polarity(of: features, by: Lexicon.shared))
    }

    private func logit() -> Double {
        var sum = 0.0
        for i in 0..<features.count {
            let feature = features[i]
            sum += Double(weights[feature.bucket].value * feature.sign)
        }
        let dense = Double(weights[SentimentModel.lexicon].value) * verdict
        let all = Double(weights[SentimentModel.intercept].value) + dense + sum * features.scale
        return Elementary.clamp(all, -30, 30)
    }

    private func sentiment(logit: Double) -> Sentiment {
        let p = Elementary.logistic(logit)
        return Sentiment(
            polarity: 2 * p - 1,
            label: PolarityLabel(probability: p),
            evidence: evidence(for: logit)
        )
    }

    private func learn(target: Double, logit: Double) {
        let error = Elementary.logistic(logit) - Elementary.clamp(target, 0, 1)
        let scale = features.scale
        for i in 0..<features.count {
            let feature = features[i]
            move(feature.bucket, by: error * scale * Double(feature.sign))
            markChanged(bucket: feature.bucket)
        }
        move(SentimentModel.intercept, by: error)
        move(SentimentModel.lexicon, by: error * verdict)
    }

    /// One AdaGrad step against gradient `g`.
    @inline(__always)
    private func move(_ i: Int, by g: Double) {
        let moment = Double(weights[i].moment) + g * g
        let value = Float(
            Double(weights[i].value) - SentimentModel.rate * g / (moment + SentimentModel.damping).squareRoot()
        )
        weights[i] = Weight(value: min(SentimentModel.limit, max(-SentimentModel.limit, value)), moment: Float(moment))
    }
}
