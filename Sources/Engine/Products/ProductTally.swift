public import Events
import Models

/// What is counted of a product or a category and no order of folding can change.
public struct ProductTally: Equatable, Sendable {
    public var views: UInt32 = 0
    public var adds: UInt32 = 0
    public var orders: UInt32 = 0
    /// Pieces ordered.
    public var units: UInt32 = 0
    public var returns: UInt32 = 0
    public var reviews: UInt32 = 0
    /// Transitions of the purchase chain that start here.
    public var links: UInt32 = 0

    public init() {}

    /// Whole pieces of an ordered quantity, which the wire allows to be broken.
    public static func units(_ quantity: Float) -> UInt32 { quantity > 0 ? UInt32(min(quantity.rounded(), 1e6)) : 0 }
}

extension ProductState {
    /// Hands out the counts of every product and category. O(products)
    public func forEachTally(_ body: (Subject, Bytes, ProductTally) -> Void) {
        for slot in 0..<products.slots where products.isLive(slot) {
            let product = products.pointer(slot)
            var tally = ProductTally()
            tally.views = product.pointee.views
            tally.adds = product.pointee.adds
            tally.orders = product.pointee.orders
            tally.units = product.pointee.units
            tally.returns = product.pointee.returns
            let polarity = product.pointee.polarity
            tally.reviews = polarity.negative &+ polarity.neutral &+ polarity.positive
            tally.links = product.pointee.links
            body(product.pointee.subject, commons.names.text(product.pointee.name), tally)
        }
    }
}
