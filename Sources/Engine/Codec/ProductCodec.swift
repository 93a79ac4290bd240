public import Events
import Models

/// Checkpoint and restore of one partition's products, categories and models.
extension ProductState {
    /// Appends key and value of the `index`-th changed product; answers where the value starts.
    public func encodeChange(_ index: Int, into out: inout ByteBuffer) -> Int {
        let product = products.pointer(Int(changed[index]))
        out.append(product.pointee.subject == .product ? StateKey.product : StateKey.category)
        out.append(commons.names.text(product.pointee.name))
        let start = out.count
        encode(product, into: &out)
        return start
    }

    public func encodePartition(into out: inout ByteBuffer) -> Int {
        out.append(StateKey.partition)
        let start = out.count
        out.append(StateCodec.version)
        out.append(zigzag: newest)
        return start
    }

    /// Appends the next changed part of a model that this partition owns and calls it saved; answers where key and
    /// value start, nil when all is saved.
    public func encodeNextModel(into out: inout ByteBuffer) -> (key: Int, value: Int)? {
        if let owner = sentimentOwner,
            let chunk = (0..<SentimentModel.chunkCount).first(where: { owner.model.isChanged($0) })
        {
            let key = out.count
            out.append(StateKey.sentiment)
            out.append(unsigned: UInt64(chunk))
            let value = out.count
            owner.encode(chunk, into: &out)
            owner.model.markClean(chunk)
            modelParts.insert(chunk)
            return (key, value)
        }
        if let owner = sentimentOwner, owner.isChanged {
            let key = out.count
            out.append(StateKey.sentiment)
            out.append(StateKey.whole)
            let value = out.count
            owner.encode(into: &out)
            owner.isChanged = false
            modelParts.insert(ModelPart.sentiment)
            return (key, value)
        }
        guard let owner = churnOwner, owner.isChanged else { return nil }
        let key = out.count
        out.append(StateKey.churn)
        let value = out.count
        owner.encode(into: &out)
        owner.isChanged = false
        modelParts.insert(ModelPart.churn)
        return (key, value)
    }

    public func clearChanges() {
        for index in 0..<changed.count { products.pointer(Int(changed[index])).pointee.isChanged = false }
        changed.removeAll()
    }

    public func restore(key: Bytes, value: Bytes) throws(StateFault) {
        guard !value.isMissing else { return }
        var reader = try StateCodec.open(value)
        if let id = StateKey.suffix(key, after: StateKey.product) {
            decode(&reader, id, .product)
        } else if let id = StateKey.suffix(key, after: StateKey.category) {
            decode(&reader, id, .category)
        } else if let chunk = StateKey.suffix(key, after: StateKey.sentiment) {
            guard sentimentOwner?.restore(chunk, &reader) == true else { throw .malformed("sentiment weights") }
            modelParts.insert(Int(chunk.text) ?? ModelPart.sentiment)
        } else if key == Bytes(StateKey.churn) {
            guard churnOwner?.restore(&reader) == true else { throw .malformed("churn population") }
            modelParts.insert(ModelPart.churn)
        } else if key == Bytes(StateKey.partition) {
            newest = reader.zigzag()
        } else {
            return
        }
        if reader.failed || !reader.isAtEnd { throw .malformed("product record") }
    }

    public func finishRestore() {}

    func encode(_ product: UnsafePointer<Product>, into out: inout ByteBuffer) {
        let names = commons.names
        out.append(StateCodec.version)
        out.append(prefixed: names.text(product.pointee.category))
        for count in [product.pointee.views, product.pointee.adds, product.pointee.orders, product.pointee.returns] {
            out.append(varint: UInt64(count))
        }
        out.append(product.pointee.popularity)
        out.append(product.pointee.boughtAfter, names, in: arena)
        out.append(product.pointee.viewedAfter, names, in: arena)
        out.append(product.pointee.boughtAfterView, names, in: arena)
        encode(product.pointee.polarity, product.pointee.shift, into: &out)
        out.append(product.pointee.trend.rawValue)
        out.append(varint: UInt64(product.pointee.units))
        out.append(varint: UInt64(product.pointee.links))
        encodeMarks(product, into: &out)
        out.append(float: product.pointee.published)
    }

    /// Since version 2; oldest first.
    private func encodeMarks(_ product: UnsafePointer<Product>, into out: inout ByteBuffer) {
        out.append(varint: UInt64(product.pointee.reviews.count))
        for age in (0..<product.pointee.reviews.count).reversed() {
            let review = product.pointee.reviews.newest(age, in: arena)
            out.append(littleEndian: review.mark)
            out.append(littleEndian: review.second)
            out.append(float: review.polarity)
        }
    }

    private func decodeMarks(_ reader: inout ByteReader, _ product: UnsafeMutablePointer<Product>) {
        for _ in 0..<reader.bounded(Bounds.reviewMarks) {
            let review = ReviewMark(
                mark: reader.littleEndian(UInt32.self),
                second: reader.littleEndian(UInt32.self),
                polarity: reader.float()
            )
            product.pointee.reviews.push(review, bound: Bounds.reviewMarks, in: &arena)
            // The mean's landmark is never behind a review: the difference that an edit makes would grow without end.
            let isKnown = review.second <= product.pointee.polarity.recent.landmark
            if !isKnown || !(-1...1).contains(review.polarity) { reader.fail() }
        }
    }

    private func encode(_ counts: PolarityCounts, _ shift: ShiftDetector, into out: inout ByteBuffer) {
        for count in [counts.negative, counts.neutral, counts.positive] { out.append(varint: UInt64(count)) }
        out.append(float: counts.recent.rawSum)
        out.append(float: counts.recent.rawWeight)
        out.append(littleEndian: counts.recent.landmark)
        out.append(counts.hour)
        out.append(counts.day)
        out.append(varint: UInt64(shift.count))
        for value in [shift.mean, shift.squares, shift.rise, shift.fall] { out.append(float: value) }
    }

    private func decode(_ reader: inout ByteReader, _ id: Bytes, _ subject: Subject) {
        guard let slot = slot(id, subject) else {
            _ = reader.take(reader.remaining)
            return
        }
        let product = products.pointer(slot)
        product.pointee.boughtAfter.free(in: &arena)
        product.pointee.viewedAfter.free(in: &arena)
        product.pointee.boughtAfterView.free(in: &arena)
        product.pointee.reviews.free(in: &arena)
        let names = commons.names
        product.pointee.category = names.intern(reader.prefixed())
        product.pointee.views = reader.count32()
        product.pointee.adds = reader.count32()
        product.pointee.orders = reader.count32()
        product.pointee.returns = reader.count32()
        product.pointee.popularity = reader.decayedCount()
        product.pointee.boughtAfter = reader.row(commons.chain, names, in: &arena)
        product.pointee.viewedAfter = reader.row(commons.chain, names, in: &arena)
        product.pointee.boughtAfterView = reader.row(commons.chain, names, in: &arena)
        decodeReviews(&reader, product)
        product.pointee.trend = Trend(rawValue: reader.byte()) ?? .steady
        if reader.stateVersion >= 2 {
            product.pointee.units = reader.count32()
            product.pointee.links = reader.count32()
            decodeMarks(&reader, product)
        }
        product.pointee.published = reader.float()
    }

    private func decodeReviews(_ reader: inout ByteReader, _ product: UnsafeMutablePointer<Product>) {
        product.pointee.polarity.negative = reader.count32()
        product.pointee.polarity.neutral = reader.count32()
        product.pointee.polarity.positive = reader.count32()
        product.pointee.polarity.recent = DecayedMean(
            rawSum: reader.sum(),
            rawWeight: reader.mass(),
            landmark: reader.littleEndian(UInt32.self)
        )
        product.pointee.polarity.hour = reader.window()
        product.pointee.polarity.day = reader.window()
        product.pointee.shift.count = reader.count32()
        product.pointee.shift.mean = reader.sum(upTo: 1)
        product.pointee.shift.squares = reader.sum()
        product.pointee.shift.rise = reader.sum(upTo: 1e3)
        product.pointee.shift.fall = reader.sum(upTo: 1e3)
    }
}

/// Numbers of the models' records: the chunks of the sentiment model first.
private enum ModelPart {
    static let sentiment = SentimentModel.chunkCount
    static let churn = SentimentModel.chunkCount + 1
}

extension SentimentOwner {
    /// A chunk of weights.
    func encode(_ chunk: Int, into out: inout ByteBuffer) {
        out.append(StateCodec.version)
        out.append(Bytes(model.chunkBytes(chunk)))
    }

    /// Counters, and the weights that are in no chunk.
    func encode(into out: inout ByteBuffer) {
        out.append(StateCodec.version)
        out.append(littleEndian: judged)
        out.append(littleEndian: learned)
        out.append(littleEndian: model.parameters.0)
        out.append(littleEndian: model.parameters.1)
    }

    func restore(_ part: Bytes, _ reader: inout ByteReader) -> Bool {
        if part == Bytes(StateKey.whole) {
            judged = reader.littleEndian(UInt64.self)
            learned = reader.littleEndian(UInt64.self)
            let parameters = (reader.littleEndian(UInt64.self), reader.littleEndian(UInt64.self))
            return !reader.failed && model.restoreParameters(parameters)
        }
        guard let number = Int(part.text), number >= 0, number < SentimentModel.chunkCount else { return false }
        let weights = reader.take(SentimentModel.chunkSize)
        return !reader.failed && model.restoreChunk(number, weights.raw)
    }
}

extension ChurnOwner {
    func encode(into out: inout ByteBuffer) {
        out.append(StateCodec.version)
        out.append(zigzag: week)
        estimator.encode { out.append(littleEndian: $0) }
    }

    func restore(_ reader: inout ByteReader) -> Bool {
        week = reader.zigzag()
        guard !reader.failed, reader.remaining % 8 == 0 else { return false }
        var words: [UInt64] = []
        while reader.remaining > 0 { words.append(reader.littleEndian(UInt64.self)) }
        guard let estimator = PopulationEstimator(words: words) else { return false }
        self.estimator = estimator
        return true
    }
}

extension ProductState {
    /// Appends the record of whatever stands in `slot`, changed or not; answers where the value starts, 0 for an empty
    /// slot, nil behind the last one. For whole copies of the state.
    public func encode(everyone slot: Int, into out: inout ByteBuffer) -> Int? {
        guard slot < products.slots else { return nil }
        guard products.isLive(slot) else { return 0 }
        let product = products.pointer(slot)
        out.append(product.pointee.subject == .product ? StateKey.product : StateKey.category)
        out.append(commons.names.text(product.pointee.name))
        let start = out.count
        encode(product, into: &out)
        return start
    }
}
