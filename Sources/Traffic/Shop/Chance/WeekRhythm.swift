import Events

/// When a shop is awake: the hours of a week with their weights, quiet at night, lively in the evening and at weekends.
///
/// Chance draws its gaps in *busy time*, which runs even; this bends them onto the clock. The mean weight is 1, so a
/// week of busy time is a week on the clock and all rates keep their meaning. O(1)
struct WeekRhythm: Sendable {
    private static let week = 7 * EventTime.day
    /// 1970-01-01 was a Thursday; weeks here begin on Monday.
    private static let monday = 3 * EventTime.day
    private static let hours: [Double] = [
        0.35, 0.20, 0.12, 0.10, 0.12, 0.20, 0.45, 0.75, 0.95, 1.10, 1.20, 1.25, 1.35, 1.25, 1.15, 1.15, 1.20, 1.30,
        1.50,
        1.75, 1.90, 1.80, 1.30, 0.75,
    ]
    private static let days: [Double] = [0.95, 0.92, 0.93, 0.97, 1.00, 1.10, 1.13]

    /// Busy milliseconds from Monday to the start of each of the 168 hours, and of the whole week.
    private let busy: [Double]

    init() {
        let weights = WeekRhythm.days.flatMap { day in WeekRhythm.hours.map { $0 * day } }
        let scale = Double(WeekRhythm.week) / weights.reduce(0, +)
        var sums = [0.0]
        for weight in weights { sums.append(sums[sums.count - 1] + weight * scale) }
        busy = sums
    }

    /// The clock time that lies `gap` busy milliseconds after `time`; always later.
    func time(after gap: Double, from time: EventTime) -> EventTime {
        let shifted = time + WeekRhythm.monday
        let weeks = shifted / WeekRhythm.week
        var target = busyTime(of: shifted - weeks * WeekRhythm.week) + max(gap, 1)
        let skipped = Int64(target / Double(WeekRhythm.week))
        target -= Double(skipped) * Double(WeekRhythm.week)
        let moved = (weeks + skipped) * WeekRhythm.week + clockTime(of: target) - WeekRhythm.monday
        return max(moved, time + 1)
    }

    private func busyTime(of offset: Int64) -> Double {
        let hour = Int(offset / EventTime.hour)
        let part = Double(offset - Int64(hour) * EventTime.hour) / Double(EventTime.hour)
        return busy[hour] + part * (busy[hour + 1] - busy[hour])
    }

    /// The inverse of ``busyTime(of:)``: guess the hour from the mean, then walk; the guess is a few hours off at most.
    private func clockTime(of target: Double) -> Int64 {
        var hour = min(167, max(0, Int(target / Double(EventTime.hour))))
        while hour < 167, busy[hour + 1] <= target { hour += 1 }
        while hour > 0, busy[hour] > target { hour -= 1 }
        let part = (target - busy[hour]) / (busy[hour + 1] - busy[hour])
        return Int64(hour) * EventTime.hour + Int64(part * Double(EventTime.hour))
    }
}
