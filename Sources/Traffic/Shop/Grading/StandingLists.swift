import Events

/// The lists that customers were last shown, as far back as an order may ask: the newest one older than the lead, and
/// those since, no denser than a third of it. At most nine lists a customer.
struct StandingLists: Sendable {
    struct List: Sendable {
        var time: EventTime
        var products: [Int32]
    }

    private static let most = 9
    private var lists: [Int: [List]] = [:]

    /// The list that stood at `time`.
    func list(of customer: Int, at time: EventTime) -> List? { lists[customer]?.last { $0.time <= time } }

    mutating func put(_ products: [Int32], for customer: Int, at time: EventTime, lead: Int64) {
        StandingLists.put(List(time: time, products: products), lead, &lists[customer, default: []])
    }

    private static func put(_ list: List, _ lead: Int64, _ kept: inout [List]) {
        while kept.count > 1, kept[1].time <= list.time - lead { kept.removeFirst() }
        let isDense = kept.count > 1 && kept[kept.count - 1].time - kept[kept.count - 2].time < lead / 3
        if isDense { kept.removeLast() }
        kept.append(list)
        if kept.count > most { kept.removeFirst() }
    }
}
