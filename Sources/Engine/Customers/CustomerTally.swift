public import Events
import Models

/// What is counted of a customer and no order of folding can change.
public struct CustomerTally: Equatable, Sendable {
    public var views: UInt32 = 0
    public var adds: UInt32 = 0
    public var orders: UInt32 = 0
    public var refunds: UInt32 = 0
    public var cancellations: UInt32 = 0
    public var reviews: UInt32 = 0
    public var firstSeen = EventTime.unknown
    /// Up to ``Bounds/currencies`` sums, in the order in which the currencies came.
    public var spend: [Currency: Double] = [:]

    public init() {}
}

extension CustomerState {
    /// Hands out every customer's counts. O(customers)
    public func forEachTally(_ body: (Bytes, CustomerTally) -> Void) {
        for slot in 0..<customers.slots where customers.isLive(slot) {
            let customer = customers.pointer(slot)
            var tally = CustomerTally()
            tally.views = customer.pointee.views
            tally.adds = customer.pointee.adds
            tally.orders = customer.pointee.orders
            tally.refunds = customer.pointee.refunds
            tally.cancellations = customer.pointee.cancellations
            tally.reviews = customer.pointee.reviews
            tally.firstSeen = customer.pointee.firstSeen
            for index in 0..<Bounds.currencies where customer.pointee.spend[index].amount != 0 {
                tally.spend[customer.pointee.spend[index].currency, default: 0] += customer.pointee.spend[index].amount
            }
            body(keys.bytes(slot), tally)
        }
    }
}

/// How message ids are remembered.
public enum MessageIds {
    public static func hash(_ id: Bytes) -> UInt32 { UInt32(truncatingIfNeeded: Hash.of(id, seed: 0x6D65_7373)) }
}
