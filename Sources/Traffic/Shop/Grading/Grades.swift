/// How well the product found what was planted.
public struct Grades: Sendable, Equatable {
    /// Of the orders of customers who had a list standing before their visit: how many bought something on it.
    public struct NextPurchase: Sendable, Equatable {
        public var orders = 0
        public var judged = 0
        public var hits = 0
        /// Hits of a list of what was ordered most so far, on the same orders.
        public var popularHits = 0
        /// Hits of one who knows the planted chains, on the same orders.
        public var oracleHits = 0

        public var rate: Double? { Grades.share(hits, of: judged) }
        public var popularRate: Double? { Grades.share(popularHits, of: judged) }
        public var oracleRate: Double? { Grades.share(oracleHits, of: judged) }
    }

    /// A search for planted turns, by alerts.
    public struct Search: Sendable, Equatable {
        public var planted = 0
        /// Planted long enough ago that they should have been found.
        public var due = 0
        /// Of the due ones.
        public var found = 0
        public var alerts = 0
        public var right = 0
        /// From turn to alert, over the found ones, in ms.
        public var medianDelay: Int64?

        public var recall: Double? { Grades.share(found, of: due) }
        public var precision: Double? { Grades.share(right, of: alerts) }
    }

    public var nextPurchase = NextPurchase()
    public var quietCustomers = Search()
    public var badProducts = Search()
    /// The length of the lists that were judged.
    public var listLength = 10

    public init() {}

    static func share(_ part: Int, of whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
}

extension Grades {
    /// Two small tables for people.
    public var table: String {
        let searches = [
            ["planted", "count", "due", "found", "recall", "alerts", "right", "precision", "median delay"],
            Grades.row("customers gone quiet", quietCustomers), Grades.row("products turned bad", badProducts),
        ]
        let next = nextPurchase
        let purchases = [
            ["next purchase @\(listLength)", "orders", "judged", "hit rate", "most bought", "oracle"],
            [
                "", "\(next.orders)", "\(next.judged)", Grades.text(next.rate), Grades.text(next.popularRate),
                Grades.text(next.oracleRate),
            ],
        ]
        return Grades.aligned(searches) + "\n" + Grades.aligned(purchases)
    }

    private static func row(_ name: String, _ search: Search) -> [String] {
        let delay = search.medianDelay.map { "\(decimals(Double($0) / 86_400_000, places: 1)) d" } ?? "–"
        return [
            name, "\(search.planted)", "\(search.due)", "\(search.found)", text(search.recall), "\(search.alerts)",
            "\(search.right)", text(search.precision), delay,
        ]
    }

    private static func text(_ share: Double?) -> String { share.map { decimals($0, places: 3) } ?? "–" }

    private static func decimals(_ value: Double, places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// The first column to the left, numbers to the right, two spaces between.
    private static func aligned(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
