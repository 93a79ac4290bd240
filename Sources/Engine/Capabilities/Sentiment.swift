import Events
import Models

/// Owns the shop-wide sentiment model: judges each review, then learns from its stars, in log order.
///
/// The verdict goes on to the review's product and category as signals of their own.
final class SentimentOwner {
    let model = SentimentModel()
    private var words = ByteBuffer(capacity: 256)
    /// Reviews judged, and those that carried stars.
    var judged: UInt64 = 0
    var learned: UInt64 = 0
    /// Bookkeeping: changed since the last checkpoint.
    var isChanged = false

    func judge(_ signal: SignalFields, into effects: Effects) {
        let text = signal.text.buffer
        let rating = Double(signal.weight)
        judged += 1
        isChanged = true
        let verdict: Sentiment
        if rating.isNaN {
            verdict = model.score(text)
        } else {
            learned += 1
            verdict = model.scoreAndLearn(text, target: SentimentModel.target(stars: 1 + 4 * rating))
        }
        guard !effects.isMuted else { return }
        // Stars without words are their own verdict.
        let polarity = signal.text.isEmpty && !rating.isNaN ? rating * 2 - 1 : verdict.polarity
        collect(verdict.evidence, of: signal.text)
        var outgoing = SignalFields(
            .judged,
            time: signal.time,
            subject: signal.object,
            text: words.bytes(),
            weight: Float(polarity),
            cause: signal.cause
        )
        outgoing.mark = signal.mark
        effects.signals.emit(outgoing, unless: false)
        guard !signal.category.isEmpty else { return }
        outgoing.kind = .judgedCategory
        outgoing.subject = signal.category
        effects.signals.emit(outgoing, unless: false)
    }

    /// The words that decided, a line each.
    private func collect(_ evidence: Evidence, of text: Bytes) {
        words.removeAll()
        for index in 0..<evidence.count {
            if index > 0 { words.append(0x0A) }
            let range = evidence[index].range
            words.append(Bytes(start: text.start! + range.lowerBound, count: range.count))
        }
    }
}

/// Counters of a product or category: by polarity, decayed mean, hour, day, and the moment its reviews turn.
extension ProductState {
    func count(_ signal: SignalFields, _ slot: Int?, into effects: Effects) {
        guard let slot else { return }
        let product = products.pointer(slot)
        markChanged(slot)
        let label = label(of: signal.weight)
        var shift: Shift?
        if !edits(slot, signal) {
            product.pointee.polarity.add(
                polarity: signal.weight,
                label: label,
                at: signal.time,
                halfLife: commons.sentiment
            )
            shift = product.pointee.shift.observe(Double(signal.weight))
            if let shift { product.pointee.trend = shift == .worse ? .worse : .better }
        }
        guard effects.speaks(at: signal.time) else { return }
        effects.outcomes.sentiments.append(update(slot, signal, label, isShift: shift != nil))
    }

    private func label(of polarity: Float) -> PolarityLabel {
        PolarityLabel(probability: (1 + Double(polarity)) / 2)
    }

    /// Puts an edited review in the place of the earlier one; false when none is known, and this one is from now on.
    private func edits(_ slot: Int, _ signal: SignalFields) -> Bool {
        let mark = signal.mark
        guard mark != 0 else { return false }
        let product = products.pointer(slot)
        guard let earlier = product.pointee.reviews.first(in: arena, where: { $0.mark == mark }) else {
            let fresh = ReviewMark(mark: mark, second: Landmark.seconds(of: signal.time), polarity: signal.weight)
            product.pointee.reviews.push(fresh, bound: Bounds.reviewMarks, in: &arena)
            return false
        }
        product.pointee.polarity.replace(
            earlier.pointee.polarity,
            label(of: earlier.pointee.polarity),
            by: signal.weight,
            label(of: signal.weight),
            at: Landmark.milliseconds(of: earlier.pointee.second),
            halfLife: commons.sentiment
        )
        earlier.pointee.polarity = signal.weight
        return true
    }

    private func update(
        _ slot: Int,
        _ signal: SignalFields,
        _ label: PolarityLabel,
        isShift: Bool
    ) -> SentimentUpdate {
        let product = products.pointer(slot)
        let counts = product.pointee.polarity
        let key = commons.names.text(product.pointee.name)
        return SentimentUpdate(
            id: OutcomeId(kind: 3 + product.pointee.subject.rawValue, key: key, cause: signal.cause),
            subject: product.pointee.subject,
            key: key,
            time: signal.time,
            negative: counts.negative,
            neutral: counts.neutral,
            positive: counts.positive,
            mean: counts.recent.mean ?? 0,
            hour: window(counts.hour, PolarityCounts.hourLength),
            day: window(counts.day, PolarityCounts.dayLength),
            trend: product.pointee.trend,
            isShift: isShift,
            latest: Double(signal.weight),
            label: Events.Polarity(rawValue: label.rawValue) ?? .neutral,
            evidence: signal.text
        )
    }

    private func window(_ window: TumblingWindow, _ length: Int64) -> SentimentWindow {
        SentimentWindow(start: Int64(window.index) * length, reviews: window.count, mean: window.mean ?? 0)
    }
}
