import Models

/// Who is to be looked at in which hour: a wheel of hourly buckets (Varghese and Lauck 1987), each a linked list
/// through one number per slot.
///
/// Deadlines beyond the wheel's reach (170 days) go into its last bucket and are set again from there. A slot has at
/// most one timer. Setting is O(1); advancing is O(hours passed + timers due). 8 bytes a slot and 16 KiB.
struct TimerWheel: ~Copyable {
    static let reach = 4_096

    /// First slot of each hour's list, as slot + 1.
    private var heads: InlineArray<4096, UInt32>
    /// Neighbours in the same list by slot, as slot + 1; zero at either end.
    private var next = FlatArray<UInt32>()
    private var previous = FlatArray<UInt32>()
    /// Hours since 1970 up to which everything has fired; zero before the first.
    private(set) var hour: UInt32 = 0
    private(set) var count = 0

    init() { heads = InlineArray(repeating: 0) }

    var isStarted: Bool { hour > 0 }
    var bytesReserved: Int {
        next.bytesReserved + previous.bytesReserved + MemoryLayout<InlineArray<4096, UInt32>>.size
    }

    mutating func start(at hour: UInt32) { self.hour = hour }

    /// Sets the timer of a slot that has none. Returns the hour at which it will fire.
    mutating func set(_ slot: Int, hour wanted: UInt32) -> UInt32 {
        let due = min(max(wanted, hour + 1), hour + UInt32(TimerWheel.reach) - 1)
        while next.count <= slot {
            next.append(0)
            previous.append(0)
        }
        let bucket = Int(due) % TimerWheel.reach
        next[slot] = heads[bucket]
        previous[slot] = 0
        if heads[bucket] != 0 { previous[Int(heads[bucket]) - 1] = UInt32(slot + 1) }
        heads[bucket] = UInt32(slot + 1)
        count += 1
        return due
    }

    /// Takes a slot's timer out of the hour it was set for. O(1)
    mutating func cancel(_ slot: Int, hour due: UInt32) {
        if previous[slot] == 0 {
            heads[Int(due) % TimerWheel.reach] = next[slot]
        } else {
            next[Int(previous[slot]) - 1] = next[slot]
        }
        if next[slot] != 0 { previous[Int(next[slot]) - 1] = previous[slot] }
        count -= 1
    }

    /// Moves one hour on and appends the slots that are due, in no particular order.
    mutating func step(into due: inout FlatArray<UInt32>) {
        hour += 1
        let bucket = Int(hour) % TimerWheel.reach
        var at = heads[bucket]
        heads[bucket] = 0
        while at != 0 {
            due.append(at - 1)
            count -= 1
            at = next[Int(at) - 1]
        }
    }

    /// Jumps over hours in which nothing can be due.
    mutating func skip(to hour: UInt32) {
        assert(count == 0)
        self.hour = max(self.hour, hour)
    }
}
