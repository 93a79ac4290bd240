public import Events

/// Who has to make room when memory is short: everybody whose worth is used up by `before`.
///
/// A customer is worth the time of the last event plus what is granted for having a name and for each order, so that
/// anonymous visitors without orders go first, then those who gave their name, then the customers by orders and by how
/// long they have been away. Who has refused something stays: without the word, the next event would be used after all.
/// A function of state alone: every fold of the same journal lets the same people go.
public struct Eviction: Sendable, Equatable {
    public var before: EventTime
    /// Days granted to who has a name, to who has ordered, and for each order up to ``mostOrders``.
    public var named: UInt16
    public var ordered: UInt16
    public var eachOrder: UInt16

    public static let mostOrders = 20

    public init(before: EventTime, named: UInt16 = 60, ordered: UInt16 = 365, eachOrder: UInt16 = 30) {
        self.before = before
        self.named = named
        self.ordered = ordered
        self.eachOrder = eachOrder
    }

    func worth(_ customer: UnsafePointer<Customer>) -> EventTime {
        guard customer.pointee.consent.allows(.marketing) else { return .max }
        var days = customer.pointee.isAnonymous ? 0 : Int64(named)
        if customer.pointee.orders > 0 {
            days += Int64(ordered) + Int64(min(customer.pointee.orders, UInt32(Eviction.mostOrders))) * Int64(eachOrder)
        }
        return customer.pointee.lastSeen &+ days * EventTime.day
    }
}
