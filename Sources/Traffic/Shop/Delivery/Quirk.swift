import Events

/// The manners of other producers, all of them to be understood.
enum Quirk: UInt8, CaseIterable {
    case none, textPrice, skuOnly, smallCurrency, oldName, noMessageId

    /// The name that version 1 of the specification had for an event; where there is none, the present one.
    static func oldName(of kind: FactKind) -> StaticString {
        switch kind {
        case .productViewed: "Viewed Product"
        case .productClicked: "Clicked Product"
        case .productListViewed: "Viewed Product Category"
        case .productAdded: "Added Product"
        case .productRemoved: "Removed Product"
        case .checkoutStarted: "Started Order"
        case .orderCompleted: "Completed Order"
        default: kind.name
        }
    }
}
