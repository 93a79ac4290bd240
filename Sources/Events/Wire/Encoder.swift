/// Writes outcomes as Segment-shaped JSON: what a shop's tools already read. Appends to the caller's buffer, no
/// `String`.
///
/// The shapes are those of `Topics/schemas`; a test validates every one of them against its example.
public struct Encoder: Sendable {
    /// Stands in `context.library.version`.
    public let version: StaticString
    /// `{"categoryPreferences":{…}}` with a yes to every category that stands for something here.
    private let consent: [UInt8]

    public init(version: StaticString, categories: ConsentCategories = .usual) {
        self.version = version
        var out = ByteBuffer(capacity: 128)
        out.append("{\"categoryPreferences\":{")
        for (index, category) in categories.all.enumerated() {
            out.append(index > 0 ? ",\"" : "\"")
            Array(category.utf8).withUnsafeBytes { Escapes.encode(Bytes($0), into: &out) }
            out.append("\":true")
        }
        out.append("}}")
        consent = out.bytes().array
    }

    public func encode(
        _ recommendation: Recommendation,
        places: [RecommendedProduct],
        into out: inout ByteBuffer
    ) {
        opening("Products Recommended", "rec-", recommendation.id, recommendation.time, into: &out)
        closeContext(isConsented: recommendation.isConsented, into: &out)
        out.append(recommendation.isAnonymous ? ",\"anonymousId\":\"" : ",\"userId\":\"")
        Escapes.encode(recommendation.customer, into: &out)
        out.append("\",\"properties\":{\"list_id\":\"rec-")
        Encoder.append(recommendation.id, to: &out)
        out.append("\",\"model\":\"")
        out.append(recommendation.model)
        out.append("\",\"trigger\":\"")
        out.append(recommendation.trigger.name)
        out.append("\",\"trigger_product_id\":\"")
        Escapes.encode(recommendation.product, into: &out)
        out.append("\",\"products\":[")
        for index in recommendation.places {
            if index > recommendation.places.lowerBound { out.append(UInt8(ascii: ",")) }
            encode(places[index], position: index - recommendation.places.lowerBound + 1, into: &out)
        }
        out.append("],\"schema_version\":1}}")
    }

    private func encode(_ place: RecommendedProduct, position: Int, into out: inout ByteBuffer) {
        out.append("{\"product_id\":\"")
        Escapes.encode(place.product, into: &out)
        out.append("\",\"position\":")
        out.append(unsigned: UInt64(position))
        out.append(",\"score\":")
        out.append(decimal: Double(place.score), decimals: 4)
        out.append(",\"reason\":\"")
        out.append(place.reason.name)
        out.append(UInt8(ascii: "\""))
        if !place.evidence.isEmpty {
            out.append(",\"evidence_product_id\":\"")
            Escapes.encode(place.evidence, into: &out)
            out.append(UInt8(ascii: "\""))
        }
        if place.total > 0 {
            out.append(",\"evidence_count\":")
            out.append(decimal: Double(place.count), decimals: 2)
            out.append(",\"evidence_total\":")
            out.append(decimal: Double(place.total), decimals: 2)
        }
        out.append(UInt8(ascii: "}"))
    }

    public func encode(_ alert: ChurnAlert, into out: inout ByteBuffer) {
        opening(
            alert.isCleared ? "Churn Risk Cleared" : "Churn Risk Detected",
            "churn-",
            alert.id,
            alert.time,
            into: &out
        )
        closeContext(isConsented: alert.isConsented, into: &out)
        out.append(",\"originalTimestamp\":\"")
        out.append(time: alert.time)
        out.append("\",\"sentAt\":\"")
        out.append(time: alert.time)
        out.append("\",\"userId\":\"")
        Escapes.encode(alert.customer, into: &out)
        out.append("\",\"properties\":{\"churn_probability\":")
        out.append(decimal: alert.probability, decimals: 4)
        out.append(",\"risk_level\":\"")
        out.append(alert.level.name)
        out.append("\",\"previous_risk_level\":\"")
        out.append(alert.previous.name)
        out.append("\",\"days_since_last_order\":")
        out.append(decimal: Double(alert.time - alert.lastOrder) / Double(EventTime.day), decimals: 1)
        encodeHistory(alert, into: &out)
        encodeReasons(alert, into: &out)
        out.append(",\"suggested_measure\":\"")
        out.append(alert.measure.name)
        out.append("\",\"model_version\":\"mbg-nbd-1\",\"schema_version\":1}}")
    }

    private func encodeHistory(_ alert: ChurnAlert, into out: inout ByteBuffer) {
        out.append(",\"historic_number_of_orders\":")
        out.append(unsigned: UInt64(alert.orders))
        if alert.meanGap.isFinite {
            out.append(",\"average_days_between_orders\":")
            out.append(decimal: alert.meanGap, decimals: 1)
            out.append(",\"expected_date_of_next_order\":\"")
            out.append(date: alert.lastOrder + Int64(alert.meanGap * Double(EventTime.day)))
            out.append(UInt8(ascii: "\""))
        }
        if alert.averageOrderValue.isFinite {
            out.append(",\"average_order_value\":")
            out.append(decimal: alert.averageOrderValue, decimals: 2)
            out.append(",\"value\":")
            out.append(decimal: alert.averageOrderValue, decimals: 2)
        }
        if alert.currency != .none {
            out.append(",\"currency\":\"")
            let (a, b, c) = alert.currency.letters
            out.append(a)
            out.append(b)
            out.append(c)
            out.append(UInt8(ascii: "\""))
        }
        if alert.sentiment.isFinite {
            out.append(",\"sentiment_score\":")
            out.append(decimal: alert.sentiment, decimals: 2)
        }
    }

    private func encodeReasons(_ alert: ChurnAlert, into out: inout ByteBuffer) {
        out.append(",\"primary_reason\":\"")
        out.append((alert.reasons.first ?? .inactivity).name)
        out.append("\",\"reasons\":[")
        for (index, reason) in alert.reasons.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out.append(UInt8(ascii: "\""))
            out.append(reason.name)
            out.append(UInt8(ascii: "\""))
        }
        out.append(UInt8(ascii: "]"))
    }

    public func encode(_ update: SentimentUpdate, into out: inout ByteBuffer) {
        opening(
            update.isShift ? "Product Sentiment Shifted" : "Product Sentiment Updated",
            "sentiment-",
            update.id,
            update.time,
            into: &out
        )
        closeContext(isConsented: false, into: &out)
        out.append(",\"properties\":{")
        Encoder.append(update.subject, update.key, to: &out)
        out.append(",\"reviews\":")
        out.append(unsigned: UInt64(update.negative) + UInt64(update.neutral) + UInt64(update.positive))
        out.append(",\"positive\":")
        out.append(unsigned: UInt64(update.positive))
        out.append(",\"neutral\":")
        out.append(unsigned: UInt64(update.neutral))
        out.append(",\"negative\":")
        out.append(unsigned: UInt64(update.negative))
        out.append(",\"mean_polarity\":")
        out.append(decimal: update.mean, decimals: 4)
        encode(update.hour, ",\"hour\":", into: &out)
        encode(update.day, ",\"day\":", into: &out)
        out.append(",\"trend\":\"")
        out.append(update.trend.name)
        out.append("\",\"latest_polarity\":")
        out.append(decimal: update.latest, decimals: 4)
        out.append(",\"latest_label\":\"")
        out.append(update.label.name)
        out.append("\",\"evidence\":[")
        encodeLines(update.evidence, into: &out)
        out.append("],\"schema_version\":1}}")
    }

    private func encode(_ window: SentimentWindow, _ name: StaticString, into out: inout ByteBuffer) {
        out.append(name)
        out.append("{\"start\":\"")
        out.append(time: window.start)
        out.append("\",\"reviews\":")
        out.append(unsigned: UInt64(window.reviews))
        out.append(",\"mean_polarity\":")
        out.append(decimal: window.mean, decimals: 4)
        out.append(UInt8(ascii: "}"))
    }

    private func encodeLines(_ text: Bytes, into out: inout ByteBuffer) {
        var start = 0
        var isFirst = true
        for end in 0...text.count where end == text.count || text[end] == 0x0A {
            if end > start {
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                out.append(UInt8(ascii: "\""))
                Escapes.encode(Bytes(start: text.start! + start, count: end - start), into: &out)
                out.append(UInt8(ascii: "\""))
            }
            start = end + 1
        }
    }

    public func encode(_ projection: Neighbours, entries: [Neighbour], into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "{"))
        Encoder.append(projection.subject, projection.key, to: &out)
        if !projection.category.isEmpty {
            out.append(",\"category\":\"")
            Escapes.encode(projection.category, into: &out)
            out.append(UInt8(ascii: "\""))
        }
        out.append(",\"as_of\":\"")
        out.append(time: projection.time)
        out.append("\",\"popularity\":")
        out.append(decimal: Double(projection.popularity), decimals: 4)
        out.append(",\"views\":")
        out.append(unsigned: UInt64(projection.views))
        out.append(",\"orders\":")
        out.append(unsigned: UInt64(projection.orders))
        encode(projection.boughtAfter, ",\"bought_after", entries, into: &out)
        encode(projection.viewedAfter, ",\"viewed_after", entries, into: &out)
        encode(projection.boughtAfterView, ",\"bought_after_view", entries, into: &out)
        out.append(",\"schema_version\":1}")
    }

    private func encode(
        _ row: NeighbourRow,
        _ name: StaticString,
        _ entries: [Neighbour],
        into out: inout ByteBuffer
    ) {
        out.append(name)
        out.append("\":[")
        for index in row.entries {
            if index > row.entries.lowerBound { out.append(UInt8(ascii: ",")) }
            out.append("{\"product_id\":\"")
            Escapes.encode(entries[index].product, into: &out)
            out.append("\",\"weight\":")
            out.append(decimal: Double(entries[index].weight), decimals: 4)
            out.append(UInt8(ascii: "}"))
        }
        out.append(UInt8(ascii: "]"))
        out.append(name)
        out.append("_total\":")
        out.append(decimal: Double(row.total), decimals: 4)
    }

    private func closeContext(isConsented: Bool, into out: inout ByteBuffer) {
        if isConsented {
            out.append(",\"consent\":")
            out.append(consent)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// The envelope up to the end of the context.
    private func opening(
        _ event: StaticString,
        _ prefix: StaticString,
        _ id: OutcomeId,
        _ time: EventTime,
        into out: inout ByteBuffer
    ) {
        out.append("{\"type\":\"track\",\"event\":\"")
        out.append(event)
        out.append("\",\"messageId\":\"")
        out.append(prefix)
        Encoder.append(id, to: &out)
        out.append("\",\"timestamp\":\"")
        out.append(time: time)
        out.append("\",\"receivedAt\":\"")
        out.append(time: time)
        out.append("\",\"context\":{\"library\":{\"name\":\"shopstream\",\"version\":\"")
        out.append(version)
        out.append("\"}")
    }

    private static func append(_ subject: Subject, _ key: Bytes, to out: inout ByteBuffer) {
        out.append(subject == .product ? "\"product_id\":\"" : "\"category\":\"")
        Escapes.encode(key, into: &out)
        out.append(UInt8(ascii: "\""))
    }

    /// 32 hexadecimal digits.
    private static func append(_ id: OutcomeId, to out: inout ByteBuffer) {
        out.extend(by: 32) { target in
            Encoder.write(hexadecimal: id.high, to: target)
            Encoder.write(hexadecimal: id.low, to: target + 16)
        }
    }

    /// 16 digits, two words of eight: each nibble gets a byte of its own, then all eight become digits at once.
    @inline(__always)
    private static func write(hexadecimal value: UInt64, to target: UnsafeMutablePointer<UInt8>) {
        let raw = UnsafeMutableRawPointer(target)
        raw.storeBytes(of: digits(ofUpperHalf: value).bigEndian, as: UInt64.self)
        raw.storeBytes(of: digits(ofUpperHalf: value << 32).bigEndian, toByteOffset: 8, as: UInt64.self)
    }

    @inline(__always)
    private static func digits(ofUpperHalf value: UInt64) -> UInt64 {
        var spread = value >> 32
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        spread = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0F
        // A nibble of ten or more carries into bit 4 when six is added: those get 39 more, from '9' on to 'a'.
        let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return spread &+ 0x3030_3030_3030_3030 &+ letters &* 39
    }
}

extension Encoder {
    /// Parameters of the purchase model, for `shopstream.models.v1`.
    public func encode(_ population: PopulationParameters, into out: inout ByteBuffer) {
        out.append("{\"model\":\"churn\",\"r\":")
        out.append(decimal: population.r, decimals: 9)
        out.append(",\"alpha\":")
        out.append(decimal: population.alpha, decimals: 9)
        out.append(",\"a\":")
        out.append(decimal: population.a, decimals: 9)
        out.append(",\"b\":")
        out.append(decimal: population.b, decimals: 9)
        out.append(",\"schema_version\":1}")
    }
}
