import Events
import Pipeline
import Testing

@Suite struct TimeMergeTests {
    private static let minute = EventTime.minute

    /// Takes everything from lanes that hold these times, as a port would; answers (lane, time) in order.
    private func merged(_ times: [[EventTime]], isComplete: Bool = true) -> [(lane: Int, time: EventTime)] {
        var merge = TimeMerge(lanes: times.count)
        var left = times
        var order: [(Int, EventTime)] = []
        func show() {
            for lane in times.indices {
                merge.lanes[lane].next = left[lane].first
                merge.lanes[lane].isAtEnd = isComplete && left[lane].isEmpty
            }
        }
        show()
        while let choice = merge.choose(now: 0) {
            var isFirst = true
            while let time = left[choice.lane].first, isFirst || time <= choice.upTo {
                isFirst = false
                order.append((choice.lane, left[choice.lane].removeFirst()))
                merge.lanes[choice.lane].taken = max(merge.lanes[choice.lane].taken, time)
            }
            show()
        }
        return order
    }

    @Test func noTopicRunsFurtherAheadThanTheSlack() {
        let clicks = (0..<600).map { EventTime($0) * 10 * EventTime.second }
        let reviews = (0..<20).map { EventTime($0) * 5 * Self.minute }
        let order = merged([clicks, reviews])
        #expect(order.count == 620)
        var newest: EventTime = 0
        for (_, time) in order {
            #expect(time >= newest - TimeMerge.slack)
            newest = max(newest, time)
        }
    }

    @Test func runsAreLong() {
        let clicks = (0..<6_000).map { EventTime($0) * EventTime.second }
        let reviews = (0..<600).map { EventTime($0) * 10 * EventTime.second }
        let order = merged([clicks, reviews])
        let switches = zip(order, order.dropFirst()).count { $0.lane != $1.lane }
        #expect(switches < 150, "6,000 s in steps of about 2 minutes, not a switch a review: \(switches)")
    }

    @Test func aTopicAtItsEndIsNotWaitedFor() {
        var merge = TimeMerge(lanes: 2)
        merge.lanes[0].next = 1_000
        merge.lanes[1].isAtEnd = true
        #expect(merge.choose(now: 0) == TimeMerge.Choice(lane: 0, upTo: .max))
    }

    @Test func aTopicThatHasMoreIsWaitedForButNotForEver() {
        var merge = TimeMerge(lanes: 2)
        merge.lanes[0].next = 10 * Self.minute
        merge.lanes[1].taken = 5 * Self.minute
        #expect(merge.choose(now: 7) == nil)
        #expect(merge.choose(now: 6 + TimeMerge.patience) == nil)
        #expect(merge.choose(now: 7 + TimeMerge.patience)?.lane == 0)
        merge.lanes[1].next = 5 * Self.minute + 1
        #expect(merge.choose(now: 8 + TimeMerge.patience)?.lane == 1)
        merge.lanes[1].next = nil
        #expect(merge.choose(now: 9 + TimeMerge.patience) == nil, "it delivered, so patience begins anew")
    }

    @Test func whatCannotBeAheadYetNeedNotWait() {
        var merge = TimeMerge(lanes: 2)
        merge.lanes[0].next = 6 * Self.minute
        merge.lanes[1].taken = 5 * Self.minute
        #expect(merge.choose(now: 0) == TimeMerge.Choice(lane: 0, upTo: 5 * Self.minute + TimeMerge.slack))
    }

    @Test func recordsWithoutATimeGoAtOnce() {
        #expect(merged([[EventTime.unknown, EventTime.unknown], [5, 6]]).map(\.lane) == [0, 0, 1, 1])
        #expect(merged([[.max, .max - 1], [.max]]).count == 3)
    }

    @Test func nothingAtHandIsNoChoice() {
        var merge = TimeMerge(lanes: 2)
        #expect(merge.choose(now: 0) == nil)
    }
}
