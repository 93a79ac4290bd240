/// Reads what feeds the replica: published rows, model parameters, the catalogue. Tolerant of unknown members; what
/// cannot be read is left out and counted by the caller.
public struct FeedDecoder: ~Copyable {
    /// Entries of the row read last; ``Neighbours`` refers to them.
    public private(set) var entries: [Neighbour] = []
    private var unescaped = ByteBuffer(capacity: 1 << 14)

    public init() {}

    /// A record of `insights.product-neighbours.v1`.
    public mutating func neighbours(_ value: Bytes) -> Neighbours? {
        entries.removeAll(keepingCapacity: true)
        var row = Neighbours.empty
        var time = EventTime.unknown
        let isRead = read(value) { (key, scanner, feed) throws(Malformed) in
            switch key {
            case _ where key == Bytes("product_id"): (row.subject, row.key) = (.product, try feed.text(&scanner))
            case _ where key == Bytes("category"):
                let text = try feed.text(&scanner)
                if row.key.isEmpty { (row.subject, row.key) = (.category, text) } else { row.category = text }
            case _ where key == Bytes("as_of"): time = TimeText.parse(try feed.text(&scanner)) ?? EventTime.unknown
            case _ where key == Bytes("popularity"): row.popularity = try feed.weight(&scanner)
            case _ where key == Bytes("views"): row.views = try feed.count(&scanner)
            case _ where key == Bytes("orders"): row.orders = try feed.count(&scanner)
            case _ where key == Bytes("bought_after"): row.boughtAfter.entries = try feed.row(&scanner)
            case _ where key == Bytes("bought_after_total"): row.boughtAfter.total = try feed.weight(&scanner)
            case _ where key == Bytes("viewed_after"): row.viewedAfter.entries = try feed.row(&scanner)
            case _ where key == Bytes("viewed_after_total"): row.viewedAfter.total = try feed.weight(&scanner)
            case _ where key == Bytes("bought_after_view"): row.boughtAfterView.entries = try feed.row(&scanner)
            case _ where key == Bytes("bought_after_view_total"):
                row.boughtAfterView.total = try feed.weight(&scanner)
            default: try scanner.skipValue(1)
            }
        }
        row.time = time
        return isRead && !row.key.isEmpty && time != EventTime.unknown ? row : nil
    }

    /// A record of `shopstream.models.v1` with the purchase model's parameters.
    public mutating func population(_ value: Bytes) -> PopulationParameters? {
        var found = PopulationParameters(r: 0, alpha: 0, a: 0, b: 0)
        let isRead = read(value) { (key, scanner, feed) throws(Malformed) in
            switch key {
            case _ where key == Bytes("r"): found.r = try feed.number(&scanner)
            case _ where key == Bytes("alpha"): found.alpha = try feed.number(&scanner)
            case _ where key == Bytes("a"): found.a = try feed.number(&scanner)
            case _ where key == Bytes("b"): found.b = try feed.number(&scanner)
            default: try scanner.skipValue(1)
            }
        }
        return isRead && found.r > 0 && found.alpha > 0 && found.a > 0 && found.b > 0 ? found : nil
    }

    /// A record of the catalogue: id, category and whether it is sold out (`in_stock` false, or `stock` not above
    /// zero).
    public mutating func product(_ value: Bytes) -> (id: Bytes, category: Bytes, isOutOfStock: Bool)? {
        var id = Bytes.none
        var category = Bytes.none
        var isOut = false
        let isRead = read(value) { (key, scanner, feed) throws(Malformed) in
            switch key {
            case _ where key == Bytes("product_id"): id = try feed.text(&scanner)
            case _ where key == Bytes("category"): category = try feed.text(&scanner)
            case _ where key == Bytes("in_stock"):
                isOut = scanner.peek() == UInt8(ascii: "f")
                try scanner.skipValue(1)
            case _ where key == Bytes("stock") && scanner.peek() != UInt8(ascii: "n"):
                isOut = try scanner.number() <= 0
            default: try scanner.skipValue(1)
            }
        }
        return isRead && !id.isEmpty ? (id, category, isOut) : nil
    }

    private mutating func read(
        _ value: Bytes,
        _ member: (Bytes, inout Scanner, inout FeedDecoder) throws(Malformed) -> Void
    ) -> Bool {
        guard value.count > 1, value[0] == UInt8(ascii: "{") else { return false }
        unescaped.removeAll()
        unescaped.reserve(value.count)
        var scanner = Scanner(value)
        do {
            try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
                try member(Bytes(start: scanner.base + key.start, count: key.count), &scanner, &self)
            }
            scanner.skipSpace()
            guard scanner.at == scanner.end else { return false }
            if scanner.sawHighBit { try Decoder.checkUTF8(value) }
            return true
        } catch {
            return false
        }
    }

    /// A string without its escapes, or a number as it stands; anything else is no text.
    private mutating func text(_ scanner: inout Scanner) throws(Malformed) -> Bytes {
        guard scanner.peek() == UInt8(ascii: "\"") else {
            let start = scanner.at
            let isNumber = scanner.peek() &- 48 < 10 || scanner.peek() == UInt8(ascii: "-")
            try scanner.skipValue(1)
            return isNumber ? Bytes(start: scanner.base + start, count: scanner.at - start) : .none
        }
        let found = try scanner.string()
        let raw = Bytes(start: scanner.base + found.start, count: found.count)
        guard found.isEscaped else { return raw }
        let start = unescaped.count
        guard Escapes.decode(raw, into: &unescaped) else { throw Malformed() }
        return unescaped.bytes(from: start)
    }

    private func number(_ scanner: inout Scanner) throws(Malformed) -> Double {
        let value = try scanner.number()
        guard value.isFinite else { throw Malformed() }
        return value
    }

    /// Whatever the number, as near to it as a count can be.
    private func count(_ scanner: inout Scanner) throws(Malformed) -> UInt32 {
        UInt32(max(0, min(try number(&scanner), Double(UInt32.max))))
    }

    /// Weights are never negative.
    private func weight(_ scanner: inout Scanner) throws(Malformed) -> Float {
        let value = Float(try scanner.number())
        guard value >= 0, value < .infinity else { throw Malformed() }
        return value
    }

    private mutating func row(_ scanner: inout Scanner) throws(Malformed) -> Range<Int> {
        let start = entries.count
        try scanner.array { (scanner: inout Scanner) throws(Malformed) in
            var neighbour = Neighbour(product: .none, weight: 0)
            try scanner.object { (key: Slice, scanner: inout Scanner) throws(Malformed) in
                let name = Bytes(start: scanner.base + key.start, count: key.count)
                if name == Bytes("product_id") {
                    neighbour.product = try text(&scanner)
                } else if name == Bytes("weight") {
                    neighbour.weight = try weight(&scanner)
                } else {
                    try scanner.skipValue(3)
                }
            }
            if !neighbour.product.isEmpty { entries.append(neighbour) }
        }
        return start..<entries.count
    }
}

extension Neighbours {
    fileprivate static var empty: Neighbours {
        let nothing = NeighbourRow(entries: 0..<0, total: 0)
        return Neighbours(
            subject: .product,
            key: .none,
            category: .none,
            time: EventTime.unknown,
            popularity: 0,
            views: 0,
            orders: 0,
            boughtAfter: nothing,
            viewedAfter: nothing,
            boughtAfterView: nothing
        )
    }
}
