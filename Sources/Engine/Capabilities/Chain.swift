import Events
import Models

/// The purchase chain and demand: what comes after a product, and how much it is wanted.
extension ProductState {
    func link(_ signal: SignalFields, _ slot: Int?) {
        guard let slot else { return }
        let object = commons.names.intern(signal.object)
        guard object != .none else { return }
        let product = products.pointer(slot)
        markChanged(slot)
        switch signal.kind {
        case .viewedAfter:
            product.pointee.viewedAfter.add(
                object,
                signal.weight,
                at: signal.time,
                shape: commons.chain,
                in: &arena
            )
        case .boughtAfterView:
            product.pointee.boughtAfterView.add(
                object,
                signal.weight,
                at: signal.time,
                shape: commons.chain,
                in: &arena
            )
        default:
            product.pointee.links &+= 1
            product.pointee.boughtAfter.add(
                object,
                signal.weight,
                at: signal.time,
                shape: commons.chain,
                in: &arena
            )
        }
    }

    func demand(_ signal: SignalFields, _ slot: Int?) {
        guard let slot else { return }
        let product = products.pointer(slot)
        markChanged(slot)
        if !signal.category.isEmpty { product.pointee.category = commons.names.intern(signal.category) }
        switch signal.kind {
        case .viewed:
            product.pointee.views &+= 1
            product.pointee.popularity.add(0.05, at: signal.time, halfLife: commons.popularity)
        case .added: product.pointee.adds &+= 1
        case .ordered:
            product.pointee.orders &+= 1
            product.pointee.units &+= ProductTally.units(signal.weight)
            // A wholesaler's thousand is one customer's wish.
            let units = min(max(signal.weight, 1), 5)
            product.pointee.popularity.add(units, at: signal.time, halfLife: commons.popularity)
        default: product.pointee.returns &+= 1
        }
    }
}
