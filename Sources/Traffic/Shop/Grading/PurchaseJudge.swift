import Events

/// Holds orders against the lists that stood before them.
struct PurchaseJudge: Sendable {
    private struct Waiting {
        var customer: Int
        var time: EventTime
        var products: [Int32]
        var list: [Int32]?
        var listTime = EventTime.unknown
        var isPopularHit: Bool
        var isOracleHit: Bool
        /// The customer's waiting order before this one, by number.
        var previous: Int?
    }

    private let rules: Grader.Rules
    private let oracle: @Sendable (Int?, Int) -> [Int]
    private var lists = StandingLists()
    private var waiting: [Waiting] = []
    /// The number of the first order in `waiting` that is not settled, and of the first in it at all.
    private var head = 0
    private var base = 0
    private var latest: [Int: Int] = [:]
    private var lastProduct: [Int: Int] = [:]
    private var popular: MostBought
    private(set) var grades = Grades.NextPurchase()

    init(_ rules: Grader.Rules, oracle: @escaping @Sendable (Int?, Int) -> [Int]) {
        self.rules = rules
        self.oracle = oracle
        popular = MostBought(count: rules.listLength)
    }

    mutating func order(_ customer: Int, _ products: [Int], _ time: EventTime) {
        guard let first = products.first else { return }
        grades.orders += 1
        let best = oracle(lastProduct[customer], rules.listLength)
        let bought = products.map { Int32(truncatingIfNeeded: $0) }
        let standing = lists.list(of: customer, at: time - rules.lead)
        waiting.append(
            Waiting(
                customer: customer,
                time: time,
                products: bought,
                list: standing?.products,
                listTime: standing?.time ?? .unknown,
                isPopularHit: products.contains(where: popular.list.contains),
                isOracleHit: products.contains(where: best.contains),
                previous: latest[customer]
            )
        )
        latest[customer] = base + waiting.count - 1
        lastProduct[customer] = first
        for product in products { popular.add(product) }
        while base + waiting.count - head > rules.waiting { settleFirst() }
    }

    /// The list stands from now on, and stood for those waiting orders that came long enough after it.
    mutating func recommend(_ customer: Int, _ products: [Int], _ time: EventTime) {
        let list = products.prefix(rules.listLength).map { Int32(truncatingIfNeeded: $0) }
        lists.put(list, for: customer, at: time, lead: rules.lead)
        var number = latest[customer]
        while let place = number, place >= head {
            let order = waiting[place - base]
            if time <= order.time - rules.lead, time >= order.listTime {
                waiting[place - base].list = list
                waiting[place - base].listTime = time
            }
            number = order.previous
        }
    }

    mutating func settle(through time: EventTime) {
        while head < base + waiting.count, waiting[head - base].time <= time { settleFirst() }
    }

    private mutating func settleFirst() {
        let order = waiting[head - base]
        head += 1
        if latest[order.customer] == head - 1 { latest[order.customer] = nil }
        if head - base > 1_024, head - base > waiting.count / 2 {
            waiting.removeFirst(head - base)
            base = head
        }
        guard let list = order.list else { return }
        grades.judged += 1
        grades.hits += order.products.contains(where: list.contains) ? 1 : 0
        grades.popularHits += order.isPopularHit ? 1 : 0
        grades.oracleHits += order.isOracleHit ? 1 : 0
    }
}

/// The products ordered most so far, kept in order as counts grow by one. O(length of the list) an order.
struct MostBought: Sendable {
    private let count: Int
    private var counts: [Int: Int] = [:]
    private(set) var list: [Int] = []

    init(count: Int) { self.count = count }

    mutating func add(_ product: Int) {
        let bought = counts[product, default: 0] + 1
        counts[product] = bought
        if !list.contains(product) {
            if list.count < count { list.append(product) } else if bought > weakest { list[count - 1] = product }
        }
        guard var place = list.firstIndex(of: product) else { return }
        while place > 0, counts[list[place - 1], default: 0] < bought {
            list.swapAt(place - 1, place)
            place -= 1
        }
    }

    private var weakest: Int { list.last.flatMap { counts[$0] } ?? 0 }
}
