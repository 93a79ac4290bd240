public import Events
import Models

/// Customers who leave without being asked: away for longer than the retention, or the least valuable when memory is
/// short. Both depend on what is in the state and on time alone, never on slots, and names decide the order.
extension CustomerState {
    /// A day of the watermark has ended: everybody leaves who has not been seen for longer than the retention. Nothing
    /// is looked at while ``leastSeen`` says that there is nobody. O(customers) else
    func endDay(at hour: UInt32, into effects: Effects) {
        let oldest = Int64(hour) * EventTime.hour - commons.configuration.retention
        guard leastSeen < oldest else { return }
        let count = letGo(into: effects) { $0.pointee.lastSeen < oldest }
        if !effects.isMuted { effects.leftIdle += UInt64(count) }
    }

    /// Whether time going on to `time` would end a day at which somebody has been away for too long.
    func endsDay(before time: EventTime) -> Bool {
        let day = Landmark.clamped(time) / EventTime.day
        return wheel.isStarted && day > Int64(wheel.hour) / 24
            && leastSeen < day * EventTime.day - commons.configuration.retention
    }

    /// Lets everybody go whose worth is used up; answers how many. O(customers)
    public func evict(_ eviction: Eviction, into effects: Effects) -> Int {
        letGo(into: effects) { eviction.worth($0) < eviction.before }
    }

    private func letGo(into effects: Effects, _ leaves: (UnsafePointer<Customer>) -> Bool) -> Int {
        var slots: [Int] = []
        leastSeen = .max
        for slot in 0..<customers.slots where customers.isLive(slot) {
            let customer = UnsafePointer(customers.pointer(slot))
            if leaves(customer) {
                slots.append(slot)
            } else {
                leastSeen = min(leastSeen, customer.pointee.lastSeen)
            }
        }
        slots.sort { keys.bytes($0).precedes(keys.bytes($1)) }
        for slot in slots { remove(slot, into: effects) }
        return slots.count
    }

    /// Bytes that would be free for others if the customer left.
    private func bytes(of slot: Int) -> Int {
        let customer = customers.pointer(slot).pointee
        let blocks =
            customer.touches.words + customer.messageIds.words + customer.basket.words + customer.categories.words
            + customer.brands.words
        return CustomerState.bytesEach + keys.blockBytes(slot) + blocks * 8
    }

    /// The record itself, its key's entry, and its timer.
    private static var bytesEach: Int { MemoryLayout<Customer>.stride + KeyTable.bytesEach + 8 }

    /// Bytes of state that somebody uses; what has been reserved beyond that is there for the next ones.
    public var bytesUsed: Int { customers.count * CustomerState.bytesEach + keys.bytesUsed + arena.bytesUsed }

    /// What the tables may reserve at their next step: the index doubles, and a page and a chunk are added.
    public var largestGrowth: Int { keys.largestGrowth + MemoryLayout<Customer>.stride * 1_024 + (8 << 15) }

    /// Adds everybody's bytes to the histogram, by the worth that `eviction` gives them. O(customers)
    public func weigh(by eviction: Eviction, into histogram: inout WorthHistogram) {
        for slot in 0..<customers.slots where customers.isLive(slot) {
            histogram.add(eviction.worth(UnsafePointer(customers.pointer(slot))), bytes: bytes(of: slot))
        }
    }
}

/// Bytes by worth: which `before` frees so many of them. Two passes over the customers, the first by days, the second
/// by the minutes of the day in which the answer lies. 500 KB while it is in use.
public struct WorthHistogram {
    private static let days = 60_000

    private var bytes: [Int]
    /// Of the bucket's width, and where the first one begins.
    private let width: Int64
    private let start: EventTime
    /// Bytes below ``start``.
    private var below = 0

    /// By days since 1970.
    public init() { self.init(from: 0, width: EventTime.day, count: WorthHistogram.days) }

    private init(from start: EventTime, width: Int64, count: Int) {
        bytes = Array(repeating: 0, count: count)
        self.width = width
        self.start = start
    }

    mutating func add(_ worth: EventTime, bytes count: Int) {
        if worth < start {
            below += count
        } else if (worth - start) / width < bytes.count {
            bytes[Int((worth - start) / width)] += count
        }
    }

    /// The end of the bucket with which at least `wanted` bytes are reached.
    public func end(freeing wanted: Int) -> EventTime {
        var sum = below
        guard sum < wanted else { return start }
        for index in bytes.indices {
            sum += bytes[index]
            if sum >= wanted { return start + Int64(index + 1) * width }
        }
        return start + Int64(bytes.count) * width
    }

    /// The same by the minutes of the day that ends at `end`.
    public static func minutes(before end: EventTime) -> WorthHistogram {
        WorthHistogram(from: end - EventTime.day, width: EventTime.minute, count: 1_440)
    }
}
