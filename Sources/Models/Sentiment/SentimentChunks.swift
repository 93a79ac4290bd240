// The model's state for a codec: 256 chunks of 1,024 buckets, so that a checkpoint writes only what changed, and two
// words.

extension SentimentModel {
    public static var chunkCount: Int { 256 }
    static var bucketsPerChunk: Int { buckets / chunkCount }
    /// Bytes of a chunk: 1,024 × (weight, sum of squared gradients), Float32 each in the byte order of the machine.
    public static var chunkSize: Int { bucketsPerChunk * MemoryLayout<Weight>.stride }

    /// Whether the chunk changed since it was last called clean, or since the model was born.
    public func isChanged(_ chunk: Int) -> Bool {
        precondition(chunk >= 0 && chunk < SentimentModel.chunkCount, "no such chunk")
        return changed[chunk >> 6] & (1 << UInt64(chunk & 63)) != 0
    }

    public func markClean(_ chunk: Int) {
        precondition(chunk >= 0 && chunk < SentimentModel.chunkCount, "no such chunk")
        changed[chunk >> 6] &= ~(1 << UInt64(chunk & 63))
    }

    /// The chunk's bytes in place, valid until the model next learns.
    public func chunkBytes(_ chunk: Int) -> UnsafeRawBufferPointer {
        precondition(chunk >= 0 && chunk < SentimentModel.chunkCount, "no such chunk")
        return UnsafeRawBufferPointer(
            start: weights + chunk * SentimentModel.bucketsPerChunk,
            count: SentimentModel.chunkSize
        )
    }

    /// Puts back what `chunkBytes` told; false, and nothing changed, when it cannot have. The chunk counts as clean.
    public func restoreChunk(_ chunk: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard chunk >= 0, chunk < SentimentModel.chunkCount, bytes.count == SentimentModel.chunkSize else {
            return false
        }
        for i in 0..<SentimentModel.bucketsPerChunk {
            let weight = bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Weight>.stride, as: Weight.self)
            guard SentimentModel.isPossible(weight) else { return false }
        }
        UnsafeMutableRawPointer(weights + chunk * SentimentModel.bucketsPerChunk)
            .copyMemory(from: bytes.baseAddress!, byteCount: SentimentModel.chunkSize)
        markClean(chunk)
        return true
    }

    /// A number that differs when texts give other features, so that weights learned by them mean something else.
    public static func fingerprint() -> UInt64 {
        var features = TextFeatures()
        let text = "Not good at all! It broke after 3 days… waste of money, 质量太差了，很失望 😡 but fast délivery"
        var bytes = Array(text.utf8)
        bytes.withUnsafeMutableBufferPointer { features.extract(UnsafeBufferPointer($0)) }
        var sum = UInt64(SentimentModel.buckets)
        for i in 0..<features.count {
            sum = SplitMix64.mix(sum ^ UInt64(features[i].bucket) << 1 ^ (features[i].sign > 0 ? 0 : 1))
        }
        return sum
    }

    /// The two weights outside the buckets: intercept, lexicon. Each is value bits << 32 | moment bits.
    public var parameters: (UInt64, UInt64) {
        (packed(SentimentModel.intercept), packed(SentimentModel.lexicon))
    }

    /// Puts back what `parameters` told; false, and nothing changed, when it cannot have.
    public func restoreParameters(_ words: (UInt64, UInt64)) -> Bool {
        let intercept = SentimentModel.unpacked(words.0)
        let lexicon = SentimentModel.unpacked(words.1)
        guard SentimentModel.isPossible(intercept), SentimentModel.isPossible(lexicon) else { return false }
        weights[SentimentModel.intercept] = intercept
        weights[SentimentModel.lexicon] = lexicon
        return true
    }

    @inline(__always)
    func markChanged(bucket: Int) {
        let chunk = bucket / SentimentModel.bucketsPerChunk
        changed[chunk >> 6] |= 1 << UInt64(chunk & 63)
    }

    private func packed(_ i: Int) -> UInt64 {
        UInt64(weights[i].value.bitPattern) << 32 | UInt64(weights[i].moment.bitPattern)
    }

    private static func unpacked(_ word: UInt64) -> Weight {
        Weight(
            value: Float(bitPattern: UInt32(truncatingIfNeeded: word >> 32)),
            moment: Float(bitPattern: UInt32(truncatingIfNeeded: word))
        )
    }

    private static func isPossible(_ weight: Weight) -> Bool {
        weight.value.magnitude <= limit && weight.moment >= 0 && weight.moment.isFinite
    }
}
