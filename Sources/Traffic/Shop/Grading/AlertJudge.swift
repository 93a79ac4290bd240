import Events

/// Counts alerts against planted turns: which were right, which turns were found and after how long.
///
/// Memory: one entry for each customer or product with a standing alert.
struct AlertJudge: Sendable {
    private struct Standing {
        var time: EventTime
        var isRight: Bool
    }

    private let planted: [PlantedTruth.Turn]
    private let turns: [Int: EventTime]
    private var standing: [Int: Standing] = [:]
    private var alerts = 0
    private var right = 0

    init(_ planted: [PlantedTruth.Turn]) {
        self.planted = planted
        turns = Dictionary(planted.map { ($0.id, $0.since) }, uniquingKeysWith: min)
    }

    func since(_ id: Int) -> EventTime? { turns[id] }

    /// The first alert of a silence stands; another one on top of it, a higher level perhaps, is the same finding.
    mutating func raise(_ id: Int, at time: EventTime, isRight: Bool) {
        if let earlier = standing[id], earlier.isRight == isRight { return }
        alerts += 1
        right += isRight ? 1 : 0
        standing[id] = Standing(time: time, isRight: isRight)
    }

    /// Whoever comes back had not left: the alert was wrong after all.
    mutating func clear(_ id: Int) {
        if let alert = standing.removeValue(forKey: id), alert.isRight { right -= 1 }
    }

    /// The alert no longer stands, but was right or wrong in its time.
    mutating func lower(_ id: Int) { standing[id] = nil }

    func grades(at end: EventTime, grace: Int64) -> Grades.Search {
        var search = Grades.Search(planted: planted.count, alerts: alerts, right: right)
        var delays: [Int64] = []
        for turn in planted where turn.since + grace <= end {
            search.due += 1
            if let alert = standing[turn.id], alert.isRight { delays.append(max(0, alert.time - turn.since)) }
        }
        search.found = delays.count
        delays.sort()
        search.medianDelay = delays.isEmpty ? nil : delays[delays.count / 2]
        return search
    }
}
