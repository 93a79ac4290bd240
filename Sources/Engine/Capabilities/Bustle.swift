import Events
import Models

/// How busy a customer is: events in the hour of the newest, and whether that is more than a person makes. 4 bytes.
///
/// Beyond ``Bounds/eventsPerHour`` a customer is hot: a scraper, a load test, a shared account. Hot for as long as each
/// hour follows on one that was beyond the bound, so that who never stops says nothing after the first hour's bound.
struct Bustle: BitwiseCopyable {
    /// Hours since 1970 (21 bits, up to the year 2209), whether the hour before was beyond the bound, and events
    /// counted up to 1,023.
    private(set) var word: UInt32

    init(word: UInt32 = 0) { self.word = word }

    var hour: UInt32 { word >> 11 }
    var events: UInt32 { word & Bustle.most }
    var isHot: Bool { word & Bustle.goesOn != 0 || events > Bounds.eventsPerHour }

    private static let goesOn: UInt32 = 1 << 10
    private static let most: UInt32 = goesOn - 1

    /// Counts an event. A late one counts where it comes: nobody gets out of the bound by writing old dates.
    mutating func count(at time: EventTime) {
        let now = UInt32(Landmark.clamped(time) / EventTime.hour)
        if now > hour {
            let follows = events > Bounds.eventsPerHour && now == hour + 1
            word = now << 11 | (follows ? Bustle.goesOn : 0)
        }
        if events < Bustle.most { word += 1 }
    }
}

/// A customer with more events than a person makes.
public struct HotCustomer: Sendable, Equatable {
    /// The key as it is in the topics: never shown, only its pseudonym.
    public var customer: [UInt8]
    /// In the hour of their newest event, as far as this process has seen it.
    public var events: UInt64
}

/// The busiest of those who are hot. No part of the state: who it names is looked at again.
struct HotList {
    struct Entry {
        let slot: Int
        var hour: UInt32
        var events: UInt64
    }

    private(set) var entries: [Entry] = []

    /// Counts an event of a hot customer; of too many customers the least busy makes room.
    /// O(``Bounds/hotCustomers``)
    mutating func note(_ slot: Int, _ bustle: Bustle) {
        guard let index = entries.firstIndex(where: { $0.slot == slot }) else { return add(slot, bustle) }
        if entries[index].hour != bustle.hour { entries[index] = Entry(slot: slot, hour: bustle.hour, events: 0) }
        entries[index].events += 1
    }

    private mutating func add(_ slot: Int, _ bustle: Bustle) {
        entries.append(Entry(slot: slot, hour: bustle.hour, events: UInt64(bustle.events)))
        guard entries.count > Bounds.hotCustomers else { return }
        let rank = { (entry: Entry) in (entry.hour, entry.events) }
        if let least = entries.indices.min(by: { rank(entries[$0]) < rank(entries[$1]) }) { entries.remove(at: least) }
    }
}

extension CustomerState {
    /// Counts the event, and says whether its customer is hot.
    func isHot(_ slot: Int, at time: EventTime) -> Bool {
        let customer = customers.pointer(slot)
        customer.pointee.bustle.count(at: time)
        guard customer.pointee.bustle.isHot else { return false }
        quieted += 1
        hot.note(slot, customer.pointee.bustle)
        return true
    }

    /// What a hot customer is owed: counts, money, rhythm, mood. Nothing is learned from it, for them or for a product,
    /// no name is taken in, and no list is made.
    func keepBooks(_ slot: Int, _ fact: Fact) {
        switch fact.kind {
        case .productViewed: customers.pointer(slot).pointee.views &+= 1
        case .productAdded: customers.pointer(slot).pointee.adds &+= 1
        case .orderCompleted:
            _ = keepOrder(slot, fact)
            armSilence(slot, from: fact.time)
        case .orderRefunded, .orderCancelled: keepUndo(slot, fact)
        case .productReviewed: _ = keepMood(slot, fact)
        default: break
        }
    }

    /// Those who are hot in this hour or were in the last, busiest first; empty when nobody is.
    public var hotCustomers: [HotCustomer] {
        guard newest != EventTime.unknown else { return [] }
        let hour = UInt32(Landmark.clamped(newest) / EventTime.hour)
        return hot.entries.filter { entry in
            let isThere = entry.slot < customers.slots && customers.isLive(entry.slot)
            guard isThere, entry.hour + 1 >= hour else { return false }
            let bustle = customers.pointer(entry.slot).pointee.bustle
            return bustle.isHot && bustle.hour == entry.hour
        }
        .sorted { ($1.events, $0.slot) < ($0.events, $1.slot) }
        .map { HotCustomer(customer: keys.bytes($0.slot).array, events: $0.events) }
    }
}
