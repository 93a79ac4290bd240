/// How many records one slice of a long work takes, so that between two slices the line polls and commits: it halves
/// when a slice took too long and doubles while there is room, within fixed bounds.
struct Slice {
    /// What a slice may take, in ms of wall time: far below any `max.poll.interval.ms`.
    static let longest: Int64 = 50
    static let bounds = 64...16_384
    /// Even where time stands still a slice ends.
    private static let mostPolls = 16

    private(set) var records = Slice.bounds.lowerBound
    private var began: Int64 = 0
    private var stepBegan: Int64 = 0
    private var polls = 0

    mutating func begin(at now: Int64) {
        began = now
        stepBegan = now
        polls = 0
    }

    /// After a poll of ``records`` and what was done with them: whether the slice has time for another.
    mutating func goesOn(at now: Int64) -> Bool {
        let step = now - stepBegan
        if step > Slice.longest / 2 { records = max(records / 2, Slice.bounds.lowerBound) }
        if step < Slice.longest / 8 { records = min(records * 2, Slice.bounds.upperBound) }
        stepBegan = now
        polls += 1
        return polls < Slice.mostPolls && now - began < Slice.longest / 2
    }
}
